"""Questions about floods: which wait, what is in one, and whether a case's referrals wait in one."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db.models import Count

from kimbilio.server.access.rules import Purpose
from kimbilio.server.country.selectors import pack_for
from kimbilio.server.identity.actor import Actor
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.people.selectors import Case, cases_visible

from .floods import DECIDERS
from .models import Emergency, Flood


def floods_open(actor: Actor, *, limit: int = 51) -> list[tuple[Flood, int]]:
    """Floods that wait for this actor's decision, the oldest first, each with the number of emergencies in it."""
    if actor.role not in DECIDERS:
        return []
    rows = Flood.objects.visible_to(actor, for_=Purpose.SUPERVISION).filter(decided_at=None)
    found = list(rows.select_related("device").order_by("id")[:limit])
    counted = Emergency.objects.filter(flood__in=found).values("flood").annotate(held=Count("id"))
    held = {row["flood"]: row["held"] for row in counted}
    return [(flood, held.get(flood.id, 0)) for flood in found]


def flood_get(actor: Actor, flood: uuid.UUID) -> Flood:
    """A flood, open or decided, for those who may decide it. Raises NotVisible."""
    if actor.role not in DECIDERS:
        raise NotVisible
    rows = Flood.objects.select_related("device__member", "decided_by")
    row: Flood = rows.get_for(actor, for_=Purpose.SUPERVISION, id=flood)
    return row


def cases_held(actor: Actor, flood: Flood) -> list[Case]:
    """The cases of a flood that the actor may see, in the order in which they came."""
    ids = list(flood.emergencies.order_by("received_at").values_list("case", flat=True))
    known = {case.id: case for case in cases_visible(actor, for_=Purpose.SUPERVISION).filter(id__in=ids)}
    return [known[id_] for id_ in ids if id_ in known]


def flood_of_case(case: uuid.UUID) -> Flood | None:
    """The open flood in which a case's referrals wait."""
    row = Emergency.objects.filter(case=case, flood__decided_at=None, flood__isnull=False).first()
    return row.flood if row else None


def due_of(flood: Flood) -> datetime:
    """By when somebody should have decided: the time in which an emergency must be acknowledged."""
    priorities = pack_for(flood.organisation_id).ruleset.priorities
    first = next(iter(priorities.values()))
    return flood.opened_at + timedelta(minutes=first.acknowledge_minutes)
