"""Who is on duty, who is reached and how, what went wrong; and which notice a reference names."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk, Member
from kimbilio.server.kernel.errors import NotVisible

from .models import Attempt, Delivery, Duty, Notice, Receiver, Way


def on_duty(desk: Desk, *, now: datetime | None = None) -> list[Member]:
    """Whom a desk's notice reaches: who took the duty, else the first focal point, else all who serve the desk."""
    members = Member.objects.filter(active=True, organisation=desk.organisation_id)
    took = members.filter(
        id__in=Duty.objects.filter(desk=desk, until__gt=now or timezone.now()).values("member")
    )
    focal = members.filter(id__in=[desk.focal_point_1_id] if desk.focal_point_1_id else [])
    return list(took) or list(focal) or list(members.filter(desks=desk))


def second_focal_point(desk: Desk) -> list[Member]:
    """The second focal point of a desk; all who serve it when none is named."""
    members = Member.objects.filter(active=True, organisation=desk.organisation_id)
    focal = members.filter(id__in=[desk.focal_point_2_id] if desk.focal_point_2_id else [])
    return list(focal) or list(members.filter(desks=desk))


def in_role(organisation: uuid.UUID, *roles: str, desk: Desk | None = None) -> list[Member]:
    """Active members of an organisation in a role: those who serve `desk` when there are any, else all."""
    members = Member.objects.filter(active=True, organisation=organisation, role__in=roles)
    return (list(members.filter(desks=desk)) if desk else []) or list(members)


def ways_of(member: uuid.UUID, *, confirmed: bool = False) -> QuerySet[Way]:
    """The ways a member entered, oldest first; only those that were confirmed."""
    ways = Way.objects.filter(member=member).order_by("id")
    return ways.exclude(confirmed_at=None) if confirmed else ways


def notice_for(actor: Actor, reference: str) -> Notice:
    """The notice that a reference names, for a rightful receiver and while it lasts. Raises NotVisible."""
    found = Notice.objects.filter(reference=reference, expires_at__gt=timezone.now()).first()
    if found is None or actor.member is None:
        raise NotVisible
    receives = Receiver.objects.filter(notice=found, member=actor.member).exists()
    if not receives and found.desk_id not in actor.desks:
        raise NotVisible
    return found


def given_up(organisation: uuid.UUID) -> QuerySet[Attempt]:
    """Deliveries that were given up, newest first, while their notice lasts."""
    return (
        Attempt.objects.filter(
            organisation_id=organisation,
            step__in=[Attempt.Step.GAVE_UP, Attempt.Step.UNDELIVERED],
            delivery__receiver__notice__expires_at__gt=timezone.now(),
        )
        .select_related("delivery__receiver__notice", "delivery__receiver__member")
        .order_by("-id")
    )


def without_a_way(organisation: uuid.UUID) -> QuerySet[Member]:
    """Members for whom a notice was made and who had no confirmed way, by name."""
    missed = Receiver.objects.filter(
        member=OuterRef("pk"), deliveries=None, notice__expires_at__gt=timezone.now()
    )
    confirmed = Way.objects.filter(member=OuterRef("pk")).exclude(confirmed_at=None)
    return Member.objects.filter(
        Exists(missed), ~Exists(confirmed), organisation_id=organisation, active=True
    ).order_by("name")


def last_of(delivery: Delivery) -> Attempt | None:
    """The newest row about a delivery."""
    return delivery.attempts.order_by("-id").first()
