"""By when a receiving agency must answer, make contact and see the person arrive, and who is told if not.

Knows the hours of the pack; reads no clock: every instant is passed in and must carry its offset from UTC.
Source: response_times, arrival_clock_hours and priorities of the pack; the ladder of section 4 of the
referral rules, spread over the pack's own hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from kimbilio.rules.faults import RuleError, allowed
from kimbilio.rules.parts import Priority
from kimbilio.rules.ruleset import Ruleset

RINGS_AT_MOST = 12

RungName = Literal["focal_point_1", "focal_point_2", "supervisor", "national_coordinator", "committee"]


@dataclass(frozen=True)
class Clock:
    """The instants of one referral, counted from the moment it was sent."""

    sent_at: datetime
    acknowledge_by: datetime
    escalate_at: datetime
    first_contact_by: datetime
    help_by: datetime


@dataclass(frozen=True)
class Rung:
    """Who is told, and from when, while nobody has answered."""

    who: RungName
    at: datetime


def answer_clock(
    priority: str, ruleset: Ruleset, *, sent_at: datetime, step_minutes: int | None = None
) -> Clock:
    """The clock of a referral of this priority.

    `step_minutes` is the shortest time that the receiving agency's own steps name: a shorter one always
    counts, so no instant lies after it. Raises RuleError for an unknown priority or an instant without an
    offset.
    """
    hours = _priority(priority, ruleset)
    start = _aware(sent_at)
    help_by = start + timedelta(hours=hours.within_hours)
    if step_minutes is not None:
        help_by = min(help_by, start + timedelta(minutes=step_minutes))
    return Clock(
        sent_at=start,
        acknowledge_by=min(help_by, start + timedelta(minutes=hours.acknowledge_minutes)),
        escalate_at=min(help_by, start + timedelta(hours=hours.escalate_after_hours)),
        first_contact_by=min(help_by, start + timedelta(hours=hours.first_contact_hours)),
        help_by=help_by,
    )


def arrival_due(priority: str, ruleset: Ruleset, *, accepted_at: datetime) -> datetime:
    """When a person who was accepted and has not arrived becomes `not_arrived`."""
    return _aware(accepted_at) + timedelta(hours=_priority(priority, ruleset).arrival_hours)


def due_in(state: str, clock: Clock) -> datetime | None:
    """When the referral expires in this state; None for a state in which no answer is awaited."""
    match state:
        case "sent":
            return clock.acknowledge_by
        case "acknowledged" | "information_needed":
            return clock.first_contact_by
        case _:
            return None


def overdue(due: datetime, now: datetime) -> bool:
    """Whether the instant has passed; at the instant itself there is still time."""
    return _aware(now) > _aware(due)


def ladder(clock: Clock) -> tuple[Rung, ...]:
    """Whom to tell, in rising order.

    The second focal point after half the answering time, the supervisor when the pack says to escalate, the
    national coordinator when first contact is late, the committee when help itself is late.
    """
    half = clock.sent_at + (clock.acknowledge_by - clock.sent_at) / 2
    return (
        Rung("focal_point_1", clock.sent_at),
        Rung("focal_point_2", half),
        Rung("supervisor", clock.escalate_at),
        Rung("national_coordinator", clock.first_contact_by),
        Rung("committee", clock.help_by),
    )


def rungs_reached(clock: Clock, now: datetime) -> tuple[Rung, ...]:
    """The rungs whose instant has come, lowest first."""
    return tuple(rung for rung in ladder(clock) if rung.at <= _aware(now))


def rings(clock: Clock) -> tuple[datetime, ...]:
    """When a desk is rung again for an emergency that nobody has acknowledged.

    Every half answering time, as the ladder's own first step, at most `RINGS_AT_MOST` times, and no more once help
    itself is late: by then every rung was told.
    """
    step = (clock.acknowledge_by - clock.sent_at) / 2
    if step <= timedelta(0):
        return ()
    instants = (clock.sent_at + n * step for n in range(1, RINGS_AT_MOST + 1))
    return tuple(instant for instant in instants if instant <= clock.help_by)


def _priority(priority: str, ruleset: Ruleset) -> Priority:
    if priority not in ruleset.priorities:
        raise RuleError(f"There is no priority '{priority}'. {allowed(ruleset.priorities, near=priority)}")
    return ruleset.priorities[priority]


def _aware(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise RuleError("An instant without an offset from UTC was given. Give one that carries its offset.")
    return instant
