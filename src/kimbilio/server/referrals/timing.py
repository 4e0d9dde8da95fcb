"""The clocks of one referral row: when an answer is due, when the job must look again. Reads no clock
itself.
"""

from __future__ import annotations

from datetime import datetime

from kimbilio.rules import Ruleset
from kimbilio.rules.clocks import Clock, answer_clock, arrival_due, due_in, ladder, rings

from .course import AWAITS_ANSWER
from .models import Referral

EMERGENCY = "emergency"


def clock_of(referral: Referral, ruleset: Ruleset) -> Clock:
    """The instants of a referral that was sent. Raises ValueError for a draft."""
    if referral.sent_at is None:
        raise ValueError("A referral that was not sent has no clock.")
    return answer_clock(
        referral.priority, ruleset, sent_at=referral.sent_at, step_minutes=referral.within_minutes
    )


def clocks_set(referral: Referral, ruleset: Ruleset, *, at: datetime) -> None:
    """Set `answer_by`, `due_at` and `escalate_at` for the state entered at `at`; the row is not saved."""
    if referral.sent_at is None:
        return
    clock = clock_of(referral, ruleset)
    referral.answer_by = clock.acknowledge_by
    match referral.state:
        case state if state in AWAITS_ANSWER:
            referral.due_at = _due(state, clock, at)
            told = _next_told(referral, clock) if state == Referral.State.SENT else None
            referral.escalate_at = min(referral.due_at, told or referral.due_at)
        case Referral.State.EXPIRED:
            referral.escalate_at = _next_told(referral, clock)
        case Referral.State.ACCEPTED:
            referral.due_at = arrival_due(referral.priority, ruleset, accepted_at=referral.accepted_at or at)
            referral.escalate_at = referral.due_at
        case _:
            referral.due_at = referral.escalate_at = None


def _due(state: str, clock: Clock, at: datetime) -> datetime:
    due = due_in(state, clock) or clock.help_by
    if due > at:
        return due
    # An answer after its time would expire again within the minute: it gets the time between the two answers
    # anew
    return at + (clock.first_contact_by - clock.acknowledge_by or clock.acknowledge_by - clock.sent_at)


def rings_reached(referral: Referral, clock: Clock, now: datetime) -> int:
    """How often the receiving desk should have been rung again by now; only an emergency rings again."""
    return sum(1 for instant in _rings(referral, clock) if instant <= now)


def _rings(referral: Referral, clock: Clock) -> tuple[datetime, ...]:
    rung_again = referral.side == Referral.Side.RECEIVED and referral.priority == EMERGENCY
    return rings(clock) if rung_again else ()


def _next_told(referral: Referral, clock: Clock) -> datetime | None:
    """When somebody must be told next: the next rung, or the next ring of an emergency."""
    rungs = [rung.at for rung in ladder(clock)]
    return min([*rungs[referral.rung :][:1], *_rings(referral, clock)[referral.rings :][:1]], default=None)
