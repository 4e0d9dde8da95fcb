"""The page on which a person's record is erased: asked for by one, agreed to by another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kimbilio.server.access.doors import actor_of, as_member
from kimbilio.server.identity.actor import SEES_IDENTITIES
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import Refused
from kimbilio.server.ui.panels import panels_for

from . import erasing, selectors
from .models import Case, Erasure


@require_http_methods(["GET", "POST"])
@as_member(*erasing.MAY_ERASE)
def erase(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for an erasure, or answer one. The record itself is not opened here."""
    actor = actor_of(request)
    case = selectors.case_for_explaining(actor, code)
    asked = Erasure.objects.filter(person=case.person, answer=None).select_related("asked_by").first()
    if request.method == "POST":
        try:
            _act(request, case, asked)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("people:erase", code=case.code)
    mine = asked is not None and asked.asked_by_id == actor.member
    context: dict[str, Any] = {
        "case": case,
        "asked": asked,
        "mine": mine,
        "reasons": Erasure.Reason.choices,
        "proposed": request.GET.get("reason", ""),
        "erased": not sealed.readable(case.person),
        "panels": panels_for("erase", actor, case),
        "sees": actor.role in SEES_IDENTITIES,
    }
    return render(request, "people/erase.html", context)


def _act(request: HttpRequest, case: Case, asked: Erasure | None) -> None:
    actor, wanted = actor_of(request), request.POST.get("do", "")
    if asked is None:
        erasing.erasure_ask(actor=actor, person=case.person_id, reason=request.POST.get("reason", ""))
        messages.info(request, _("Asked. A second person must agree before anything is erased."))
    elif wanted == "agree":
        erasing.person_erase(actor=actor, erasure=asked.id)
        messages.success(request, _("Erased. Nobody can read it any more."))
    elif wanted == "decline":
        erasing.erasure_decline(actor=actor, erasure=asked.id)
        messages.info(request, _("Declined. The record stays."))
