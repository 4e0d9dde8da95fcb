"""The page at which somebody exchanges the code from their steward for a password of their own."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as now_in
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from kimbilio.server.identity.joining import Refusal
from kimbilio.server.identity.models import User

from .keeping import password_begin


class BeginForm(forms.Form):
    """Who, the code, and the password to be."""

    username = forms.CharField(
        label=_("Name to sign in with"), max_length=150, widget=forms.TextInput({"autocomplete": "username"})
    )
    code = forms.CharField(
        label=_("Code from your steward"),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Several words are easy to keep in mind."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (
            ("username", _("Enter your name to sign in with. Your steward knows it.")),
            ("code", _("Enter the code that your steward gave you.")),
            ("password", _("Enter the password that you want to have.")),
        ):
            self.fields[name].error_messages["required"] = words

    def clean_password(self) -> str:
        """Held to the rules of the house, before the code is used up."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(username=self.cleaned_data.get("username", "")))
        return password


@sensitive_post_parameters("code", "password")
@never_cache
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Set a password with a one-time code; then sign in with it."""
    form = BeginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused = password_begin(**form.cleaned_data, address=get_adapter().get_client_ip(request))
        if refused is None:
            messages.success(request, now_in("Your password is set. Sign in with it."))
            return redirect(settings.LOGIN_URL)
        form.add_error("code", _SAID[refused])
    return render(request, "access/begin.html", {"form": form})


_SAID = {
    Refusal.NOT_GOOD: _(
        "This code does not fit the name, was used, or has ended. "
        "Look at both again, or ask your steward for a new code."
    ),
    Refusal.TOO_OFTEN: _("Codes were tried too often from here. Wait a quarter of an hour."),
}
