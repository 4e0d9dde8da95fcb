"""The organisation's own pages: its desks and members; and its journal."""

from __future__ import annotations

import uuid
from datetime import timedelta

from babel.dates import get_timezone_location
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from kimbilio.server.identity import services as identity
from kimbilio.server.identity.models import Desk, Member
from kimbilio.server.identity.places import place_of
from kimbilio.server.identity.selectors import (
    colleagues_of,
    desks_of,
    devices_of,
    knocks_open,
    member_names,
    organisation_get,
)
from kimbilio.server.journal.acts import ACTS
from kimbilio.server.journal.selectors import acts_of_organisation
from kimbilio.server.journal.services import act_record
from kimbilio.server.ui.panels import ROWS_SHOWN, panels_for

from .doors import actor_of, as_member
from .showing import codes_shown

Role = Member.Role
KEEPERS = (Role.STEWARD,)
READERS_OF_THE_BOOK = (Role.SUPERVISOR, Role.COORDINATOR, Role.STEWARD, Role.AUDITOR)
PAGES_OF_THE_BOOK = (
    ("seal", _("Seal of the journal"), (Role.STEWARD, Role.AUDITOR)),
    ("unusual", _("Unusual access"), (Role.AUDITOR,)),
)
"""Pages that the journal's own page leads to."""


@require_GET
@as_member()
def organisation(request: HttpRequest) -> HttpResponse:
    """Members, desks and phones. A steward can change them; everyone else can look."""
    actor = actor_of(request)
    found = organisation_get(actor.organisation)
    return render(
        request,
        "access/organisation.html",
        {
            "organisation": found,
            "town": get_timezone_location(found.time_zone, locale=get_language() or "en", return_city=True),
            "members": colleagues_of(actor.organisation),
            "desks": [
                (row, place_of(row, seen_by=actor.organisation)) for row in desks_of(actor.organisation)
            ],
            "devices": devices_of(actor.organisation),
            "knocked": {knock.device_id for knock in knocks_open(actor.organisation)},
            "keeper": actor.role in KEEPERS,
            "panels": panels_for("organisation", actor, None),
            "stale_before": timezone.localdate() - timedelta(days=90),
        },
    )


@require_POST
@as_member(*KEEPERS, Role.SUPERVISOR, Role.COORDINATOR)
def desk_verify(request: HttpRequest, desk: uuid.UUID) -> HttpResponse:
    """Note that the desk's entry was checked today."""
    actor = actor_of(request)
    row = Desk.objects.filter(id=desk, organisation_id=actor.organisation).first()
    if row is None:
        raise Http404
    identity.desk_verify(desk=row)
    act_record(actor=actor, act="desk.verified", subject=row.id, codes={"desk": str(row.id)})
    return redirect("access:organisation")


@require_POST
@as_member(*KEEPERS, Role.SUPERVISOR, Role.COORDINATOR)
def desk_place(request: HttpRequest, desk: uuid.UUID) -> HttpResponse:
    """Keep where a desk is from every other organisation, or no longer."""
    actor = actor_of(request)
    row = Desk.objects.filter(id=desk, organisation_id=actor.organisation).first()
    if row is None:
        raise Http404
    kept = request.POST.get("kept") != "no"
    identity.desk_place_keep(desk=row, kept=kept)
    act = "desk.place_kept" if kept else "desk.place_shown"
    act_record(actor=actor, act=act, subject=row.id, codes={"desk": str(row.id)})
    return redirect("access:organisation")


@require_GET
@as_member(*READERS_OF_THE_BOOK)
def journal(request: HttpRequest) -> HttpResponse:
    """The organisation's book, newest first, codes only."""
    actor = actor_of(request)
    before = request.GET.get("before", "")
    try:
        acts = list(
            acts_of_organisation(actor.organisation, before=uuid.UUID(before) if before else None)[
                : ROWS_SHOWN + 1
            ]
        )
    except ValueError as fault:
        raise Http404 from fault
    next_url = ""
    if len(acts) > ROWS_SHOWN:
        acts = acts[:ROWS_SHOWN]
        next_url = f"?before={acts[-1].id}"
    names = member_names({act.member for act in acts if act.member})
    codes = codes_shown(acts)
    rows = [
        {
            "at": act.at,
            "words": ACTS.get(act.act, act.act),
            "codes": codes[act.id],
            "by": names.get(act.member) if act.member else "",
        }
        for act in acts
    ]
    pages = [
        (reverse(f"access:{name}"), title) for name, title, roles in PAGES_OF_THE_BOOK if actor.role in roles
    ]
    context = {
        "rows": rows,
        "next_url": next_url,
        "panels": panels_for("journal", actor, None),
        "pages": pages,
    }
    return render(request, "access/journal.html", context)
