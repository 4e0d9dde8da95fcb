"""When a desk is open."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from kimbilio.rules.hours import Hours, openness

ZONE = ZoneInfo("Africa/Lusaka")
OFFICE: Hours = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
NIGHT: Hours = {day: [["16:00", "10:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
ALWAYS: Hours = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


def at(day: int, clock: str) -> datetime:
    """A time in the week that begins on Monday, 2 November 2026."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, 1 + day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("hours", "now", "is_open", "until", "opens_at"),
    [
        (OFFICE, at(1, "07:59"), False, None, at(1, "08:00")),
        (OFFICE, at(1, "08:00"), True, at(1, "17:00"), None),
        (OFFICE, at(1, "17:00"), False, None, at(2, "08:00")),
        (OFFICE, at(5, "18:00"), False, None, at(8, "08:00")),
        (NIGHT, at(3, "02:00"), True, at(3, "10:00"), None),
        (NIGHT, at(3, "12:00"), False, None, at(3, "16:00")),
        (ALWAYS, at(3, "12:00"), True, None, None),
        ({}, at(3, "12:00"), True, None, None),
        ({"mon": []}, at(3, "12:00"), False, None, None),
    ],
)
def test_a_desk_is_open_within_its_hours_and_says_when_that_changes(
    hours: Hours, now: datetime, is_open: bool, until: datetime | None, opens_at: datetime | None
) -> None:
    found = openness(hours, now)
    assert (found.open, found.until, found.opens_at) == (is_open, until, opens_at)
