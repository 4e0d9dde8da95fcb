"""When a clock has run out: the state says so, and the next rung of the ladder is told. Each side runs its
own clock.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction as db

from kimbilio.packs import Pack
from kimbilio.rules.clocks import overdue, rungs_reached
from kimbilio.server.identity.actor import Actor
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.people.country import pack_for

from .course import AWAITS_ANSWER
from .models import Referral
from .moving import move, record, referral_lock
from .timing import clock_of, clocks_set


@db.atomic
def referral_clock_run(*, actor: Actor, referral: uuid.UUID, now: datetime) -> Referral:
    """Look at one referral's clock: expire it, or note that the person has not arrived, and tell who must
    know.

    Does nothing when nothing is due, so that it may run twice. Raises NotVisible.
    """
    row = referral_lock(actor, referral)
    if row.escalate_at is None or row.escalate_at > now:
        return row
    pack = pack_for(row.organisation_id)
    if row.due_at is not None and overdue(row.due_at, now):
        if row.state in AWAITS_ANSWER:
            move(row, Referral.State.EXPIRED, actor=actor, at=now, transaction=new_id())
        elif row.state == Referral.State.ACCEPTED:
            move(row, Referral.State.NOT_ARRIVED, actor=actor, at=now, transaction=new_id())
    if row.state in (Referral.State.SENT, Referral.State.EXPIRED):
        _rungs_tell(row, pack, actor, now)
    return row


def _rungs_tell(row: Referral, pack: Pack, actor: Actor, now: datetime) -> None:
    for rung in rungs_reached(clock_of(row, pack.ruleset), now)[row.rung :]:
        row.rung += 1
        record(row, "referral.escalated", actor=actor, transaction=new_id(), codes={"rung": rung.who})
    clocks_set(row, pack.ruleset, at=now)
    row.save(update_fields=["rung", "due_at", "answer_by", "escalate_at"])
