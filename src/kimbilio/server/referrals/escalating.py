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
from .telling import not_arrived_tell, rung_tell
from .timing import clock_of, clocks_set, rings_reached


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
    expired = False
    if row.due_at is not None and overdue(row.due_at, now):
        if row.state in AWAITS_ANSWER:
            move(row, Referral.State.EXPIRED, actor=actor, at=now, transaction=new_id())
            expired = True
        elif row.state == Referral.State.ACCEPTED:
            move(row, Referral.State.NOT_ARRIVED, actor=actor, at=now, transaction=new_id())
            not_arrived_tell(row, actor=actor, now=now)
    if row.state in (Referral.State.SENT, Referral.State.EXPIRED):
        _rungs_tell(row, pack, actor, now, expired=expired)
    return row


def _rungs_tell(row: Referral, pack: Pack, actor: Actor, now: datetime, *, expired: bool) -> None:
    """Tell the rung that is reached now. Rungs that passed while no job ran are written down, and not told one by
    one: whoever is told, is told once.
    """
    clock = clock_of(row, pack.ruleset)
    reached = rungs_reached(clock, now)
    passed, rings = reached[row.rung :], rings_reached(row, clock, now)
    rung_again, row.rings, row.rung = rings > row.rings, max(rings, row.rings), max(len(reached), row.rung)
    for rung in passed:
        codes = {"rung": rung.who, "told": rung is passed[-1]}
        record(row, "referral.escalated", actor=actor, transaction=new_id(), codes=codes)
    if passed or rung_again or expired:
        rung_tell(
            row,
            reached[-1].who,
            actor=actor,
            now=now,
            skipped=len(passed) > 1,
            rung_again=rung_again,
            climbed=bool(passed),
            expired=expired,
        )
    clocks_set(row, pack.ruleset, at=now)
    row.save(update_fields=["rung", "rings", "due_at", "answer_by", "escalate_at"])
