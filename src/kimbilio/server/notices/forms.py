"""What members type in on the pages of the room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from .references import read_reference

NOT_A_REFERENCE = _("A reference looks like N-7Q4M-2XPB. Enter the one of your message.")


class ReferenceForm(forms.Form):
    """The reference of a text message."""

    reference = forms.CharField(
        label=_("Reference of your message"), max_length=40, error_messages={"required": NOT_A_REFERENCE}
    )

    def clean_reference(self) -> str:
        reference = read_reference(self.cleaned_data["reference"])
        if reference is None:
            raise forms.ValidationError(NOT_A_REFERENCE)
        return reference


class WayForm(forms.Form):
    """An e-mail address or a phone number."""

    channel = forms.ChoiceField(
        label=_("How"), choices=[("email", _("E-mail")), ("sms", _("Text message"))], widget=forms.RadioSelect
    )
    address = forms.CharField(
        label=_("Address or number"),
        max_length=254,
        help_text=_("A number begins with its country, as +260. Nobody but you sees it here."),
        error_messages={"required": _("Enter where a notice shall go.")},
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        address = given.get("address")
        if address and given.get("channel") == "email":
            try:
                validate_email(address)
            except forms.ValidationError:
                self.add_error("address", _("Enter the whole e-mail address, as name@organisation.example."))
        return given


class CodeForm(forms.Form):
    """The code that was sent."""

    code = forms.CharField(
        label=_("Code of six digits"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "dir": "ltr"}),
        error_messages={"required": _("Enter the code that was sent.")},
    )


class ReachForm(forms.Form):
    """Language and quiet hours."""

    language = forms.ChoiceField(label=_("Language of notices"), choices=settings.LANGUAGES)
    quiet_from = forms.TimeField(
        label=_("Quiet from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Between these hours only an emergency rings. Leave both empty for none."),
    )
    quiet_until = forms.TimeField(
        label=_("Quiet until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )


class DutyForm(forms.Form):
    """For how long the duty is taken."""

    hours = forms.TypedChoiceField(
        label=_("For how long"),
        coerce=int,
        choices=[(4, _("4 hours")), (8, _("8 hours")), (12, _("12 hours")), (24, _("24 hours"))],
    )
