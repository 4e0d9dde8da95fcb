"""Steps that the room's tests share."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.kernel import keystore, sealed
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices import services
from kimbilio.server.notices.models import Attempt, Delivery, Notice, Way
from kimbilio.server.notices.tasks import deliver
from tests.world import World


def way(world: World, name: str, channel: str = "email", **document: Any) -> Way:
    """A confirmed way to a member."""
    member = world.member(name)
    with acting_for(member.organisation_id):
        key, ring = keystore.key_create(member.organisation_id)
        row = Way(
            id=new_id(),
            organisation_id=member.organisation_id,
            member=member,
            channel=channel,
            ring=ring,
            fingerprint=new_id().bytes,
            confirmed_at=timezone.now(),
        )
        sealed.write(row, key, document or {"to": f"{name}@zuri.example"})
        row.save(force_insert=True)
    return row


def notice(world: World, name: str = "chen", urgency: str = "normal", **more: Any) -> Notice:
    """A notice to one member that a thing waits."""
    member = world.member(name)
    with acting_for(member.organisation_id):
        made = services.notice_send(
            actor=actor_of_system(member.organisation_id),
            to=more.pop("to", member),
            about=("thing", uuid.uuid4()),
            urgency=urgency,
            once=more.pop("once", str(uuid.uuid4())),
            **more,
        )
    assert made is not None
    return made


def jobs() -> list[ProcrastinateJob]:
    """The jobs of the room that wait, oldest first."""
    return list(ProcrastinateJob.objects.filter(task_name="notices.deliver", status="todo").order_by("id"))


def run(job: ProcrastinateJob) -> None:
    """Run one job, as its twin would too."""
    deliver(**job.args)


def attempts(row: Notice | Delivery) -> list[tuple[int, str, str]]:
    """What happened to the deliveries of a notice, in order."""
    with acting_for(row.organisation_id):
        found = Attempt.objects.filter(organisation=row.organisation_id).order_by("id")
        return [(attempt.n, attempt.step, attempt.code) for attempt in found]


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
