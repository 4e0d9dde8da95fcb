"""The steward's page about encryption on the phone, and what everybody reads of it on the organisation's page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kimbilio.server.access.doors import actor_of, as_member
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member
from kimbilio.server.people.selectors import Case

from .phone_keys import encryption_begin, encryption_end, phone_key_find


def encryption_panel(actor: Actor, _case: Case | None) -> SafeString:
    """Whether the organisation's phones encrypt what is filled in."""
    context = {"key": phone_key_find(actor.organisation), "keeper": actor.role == Member.Role.STEWARD}
    return render_to_string("forms/encryption_panel.html", context)


@require_http_methods(["GET", "POST"])
@as_member(Member.Role.STEWARD)
def encryption(request: HttpRequest) -> HttpResponse:
    """Say what encryption on the phone does and does not do; begin it, or end it."""
    actor = actor_of(request)
    if request.method == "POST":
        if request.POST.get("encrypt") == "yes":
            encryption_begin(actor=actor)
            messages.success(
                request, _("Phones will encrypt what is filled in as soon as they fetch the forms.")
            )
        else:
            encryption_end(actor=actor)
            messages.success(request, _("Phones will no longer encrypt as soon as they fetch the forms."))
        return redirect("access:organisation")
    return render(request, "forms/encryption.html", {"key": phone_key_find(actor.organisation)})
