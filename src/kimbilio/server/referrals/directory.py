"""The directory: which desks take referrals in the actor's country, whether each is open now, and how it has
answered.

Knows nothing of a person. What the pack names and nobody has entered yet is listed too, since a gap must be
seen.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from kimbilio.packs.pack import Service
from kimbilio.rules.hours import openness
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk
from kimbilio.server.identity.places import Place, place_of
from kimbilio.server.identity.selectors import desks_for_referrals, organisation_get
from kimbilio.server.people.country import pack_for

from .models import Referral

STALE_AFTER_DAYS = 90
LAST_ASKED = 10


@dataclass(frozen=True)
class DeskCard:
    """A desk as the directory shows it.

    `place` is what the actor may see of where it is. `opens_or_closes`: when an open desk closes, or a closed
    one opens; None for day and night.
    `verified_days`: days since the entry was checked, None for never; `stale` when that is too long ago.
    `answered` in time of the last `asked` referrals that this organisation sent there.
    """

    desk: Desk
    place: Place
    open_now: bool
    opens_or_closes: datetime | None
    verified_days: int | None
    stale: bool
    answered: int = 0
    asked: int = 0


def directory(actor: Actor) -> list[DeskCard]:
    """The desks of the actor's country that take referrals, by organisation and name."""
    desks = list(desks_for_referrals(organisation_get(actor.organisation).country))
    return cards_of(actor, desks)


def desk_beside(desk: Desk, cards: Iterable[DeskCard]) -> DeskCard | None:
    """The desk to turn to when this one does not answer: it offers some of the same, and an open one comes first.

    Not of the same organisation if another has one: what keeps one desk from answering may keep its sister too.
    """
    offered = set(desk.service_types)
    found = [card for card in cards if card.desk.id != desk.id and offered & set(card.desk.service_types)]
    found.sort(key=lambda card: (card.desk.organisation_id == desk.organisation_id, not card.open_now))
    return found[0] if found else None


def services_without_desk(actor: Actor) -> list[Service]:
    """Services that the pack names and no desk offers yet: to be entered by the country team."""
    offered = {
        (card.desk.organisation.agency, service)
        for card in directory(actor)
        for service in card.desk.service_types
    }
    return [
        service
        for service in pack_for(actor.organisation).services.values()
        if (service.agency, service.type) not in offered
    ]


def cards_of(actor: Actor, desks: Iterable[Desk]) -> list[DeskCard]:
    """The cards of some desks, in their order."""
    now = timezone.now()
    history = _history(actor)
    return [
        _card(desk, place_of(desk, seen_by=actor.organisation), now, history.get(desk.id, []))
        for desk in desks
    ]


def _card(desk: Desk, place: Place, now: datetime, in_time: list[bool]) -> DeskCard:
    zone = ZoneInfo(desk.organisation.time_zone)
    stands = openness(desk.hours, now.astimezone(zone))
    days = (now.astimezone(zone).date() - desk.verified_on).days if desk.verified_on else None
    return DeskCard(
        desk=desk,
        place=place,
        open_now=stands.open,
        opens_or_closes=stands.until or stands.opens_at,
        verified_days=days,
        stale=days is None or days > STALE_AFTER_DAYS,
        answered=sum(in_time),
        asked=len(in_time),
    )


def _history(actor: Actor) -> dict[uuid.UUID, list[bool]]:
    """For each desk whether the last referrals were answered in time; one still within its time does not
    count.
    """
    rows = (
        Referral.objects.filter(
            organisation_id=actor.organisation, side=Referral.Side.SENT, sent_at__isnull=False
        )
        .exclude(state=Referral.State.WITHDRAWN)
        .order_by("-id")
        .values_list("desk_id", "answered_at", "answer_by")[:500]
    )
    now = timezone.now()
    history: dict[uuid.UUID, list[bool]] = defaultdict(list)
    for desk, answered_at, answer_by in rows:
        over = answered_at is not None or (answer_by is not None and answer_by < now)
        if over and len(history[desk]) < LAST_ASKED:
            in_time = answered_at is not None and answer_by is not None and answered_at <= answer_by
            history[desk].append(in_time)
    return history
