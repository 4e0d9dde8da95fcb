"""The page of a flood: how many emergencies wait, from which phone, and the decision."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kimbilio.server.access.doors import actor_of, as_member
from kimbilio.server.ui.panels import ROWS_SHOWN

from .floods import DECIDERS, flood_decide
from .models import Flood
from .selectors import cases_held, due_of, flood_get


@require_GET
@as_member(*DECIDERS)
def flood(request: HttpRequest, flood: uuid.UUID) -> HttpResponse:
    """What waits, and the two ways on."""
    actor = actor_of(request)
    row = flood_get(actor, flood)
    cases = cases_held(actor, row)
    return render(
        request,
        "intake/flood.html",
        {"flood": row, "cases": cases[:ROWS_SHOWN], "count": len(cases), "due": due_of(row)},
    )


@require_POST
@as_member(*DECIDERS)
def flood_settle(request: HttpRequest, flood: uuid.UUID) -> HttpResponse:
    """Real, or to be looked at."""
    decision = request.POST.get("decision", "")
    if decision not in Flood.Decision.values:
        raise Http404
    row = flood_decide(actor=actor_of(request), flood=flood, decision=decision)
    if row.decision == Flood.Decision.SEND_ALL:
        messages.success(request, _("The referrals that the persons agreed to are being sent now."))
    else:
        messages.success(
            request, _("A draft is being made for each. Look through them under “Ready to send”.")
        )
    return redirect("intake:flood", flood=flood)
