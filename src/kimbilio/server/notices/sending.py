"""Making a notice: whom it is for, and one job for each of their ways."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction as db
from django.utils import timezone
from procrastinate.contrib.django import app

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk, Member
from kimbilio.server.identity.selectors import organisation_get
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.ids import new_id

from .destinations import is_known
from .models import Channel, Delivery, Notice, Reach, Receiver, Settlement, Urgency, Way
from .quiet import quiet_ends
from .references import new_reference
from .selectors import on_duty, ways_of

LASTS = timedelta(days=14)
"""After so long a reference leads nowhere."""


@db.atomic
def notice_send(
    *,
    actor: Actor,
    to: Desk | Member | Iterable[Member],
    about: tuple[str, uuid.UUID],
    urgency: str = Urgency.NORMAL,
    once: str,
    desk: Desk | None = None,
    lasts: timedelta = LASTS,
    now: datetime | None = None,
) -> Notice | None:
    """Tell a desk or members of the actor's organisation that something waits, and nothing else.

    `to`: a desk (then whoever is on duty), a member, or members. `about`: kind and id of the thing; the kind has a
    destination (`destinations.register_destination`). `urgency`: emergency, urgent or normal. `once`: the caller's
    own word for this request, such as `"<referral id> rung 2"`; the same word again returns None and sends nothing.
    `desk`: who serves it may follow the reference too. `now`: the caller's time.

    Call it in the transaction of what it tells of, in the organisation's own context: jobs carry ids only and run
    after the commit. Raises ValueError for an unknown kind or urgency, or a receiver of another organisation.
    """
    kind, identifier = about
    if not is_known(kind):
        raise ValueError(f"No destination is registered for notices of kind {kind!r}.")
    urgency, now = Urgency(urgency), now or timezone.now()
    if isinstance(to, Desk):
        desk = desk or to
        members = on_duty(to, now=now)
    else:
        members = [to] if isinstance(to, Member) else list(to)
    wrong = any(member.organisation_id != actor.organisation for member in members)
    if wrong or (desk is not None and desk.organisation_id != actor.organisation):
        raise ValueError("A notice goes to members of the organisation that sends it, and to nobody else.")
    notice = _made(actor, kind, identifier, urgency, once, desk, now, lasts)
    if notice is None:
        return None
    for member in {member.id: member for member in members}.values():
        receiver = Receiver.objects.create(organisation_id=actor.organisation, notice=notice, member=member)
        for way in _ways_for(member, urgency):
            _delivery_make(receiver, way, urgency, now)
    act_record(
        actor=actor, act="notice.sent", subject=notice.id, codes={"urgency": str(urgency), "kind": kind}
    )
    return notice


def _made(
    actor: Actor,
    kind: str,
    about: uuid.UUID,
    urgency: Urgency,
    once: str,
    desk: Desk | None,
    now: datetime,
    lasts: timedelta,
) -> Notice | None:
    notice = Notice(
        id=new_id(),
        organisation_id=actor.organisation,
        reference=new_reference(),
        kind=kind,
        about=about,
        urgency=urgency,
        once=once,
        desk=desk,
        made_at=now,
        expires_at=now + lasts,
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)
    if Notice.objects.filter(id=notice.id).exists():
        return notice
    if Notice.objects.filter(organisation_id=actor.organisation, once=once).exists():
        return None
    return _made(actor, kind, about, urgency, once, desk, now, lasts)  # the reference was taken: draw again


def notices_settle(*, actor: Actor, about: tuple[str, uuid.UUID]) -> None:
    """What these notices told of waits no longer: what has not gone out stays here."""
    kind, identifier = about
    open_ = Notice.objects.filter(
        organisation_id=actor.organisation, kind=kind, about=identifier, settlement=None
    )
    Settlement.objects.bulk_create(
        [Settlement(organisation_id=actor.organisation, notice=notice) for notice in open_],
        ignore_conflicts=True,
    )


def _ways_for(member: Member, urgency: Urgency) -> list[Way]:
    """All ways when it presses; else without the text message, which costs, unless there is no other."""
    ways = list(ways_of(member.id, confirmed=True))
    if urgency == Urgency.NORMAL:
        return [way for way in ways if way.channel != Channel.SMS] or ways
    return ways


def _delivery_make(receiver: Receiver, way: Way, urgency: Urgency, now: datetime) -> None:
    delivery = Delivery.objects.create(
        organisation_id=receiver.organisation_id, receiver=receiver, channel=way.channel, way=way
    )
    starts = None
    if urgency != Urgency.EMERGENCY:
        reach = Reach.objects.filter(member=receiver.member).first()
        zone = ZoneInfo(organisation_get(receiver.organisation_id).time_zone)
        starts = quiet_ends(reach.quiet_from, reach.quiet_until, now.astimezone(zone)) if reach else None
    delivery_defer(delivery, attempt=1, at=starts)


def delivery_defer(delivery: Delivery, *, attempt: int, at: datetime | None = None) -> None:
    """Put the job of one attempt into the queue, now or at a time."""
    job = app.configure_task("notices.deliver", queue="notices", schedule_at=at)
    job.defer(organisation=str(delivery.organisation_id), delivery=str(delivery.id), attempt=attempt)
