"""What is unusual in how often a member looked at records, and when a member may search again.

From counts alone: no score, no ranking, no guess at why. Each reason is a code with the count and what would be
usual, for the data protection officer, who asks the member. Knows no clock, no name and no record.

The bounds are this project's own; no standard gives any. They are wide on purpose: a list that names half the house
every week is soon not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

MANY = 20
"""Cases opened, or names shown, in a week: below this nobody is named."""
TIMES_USUAL = 3
UNTIED = 5
OUTSIDE = 5
SEARCHED = 10
SEARCHES_AN_OPENING = 3

SEARCHES = 30
"""Searches that a member may make within `SPAN` before they are asked to wait."""
SPAN = timedelta(minutes=10)


@dataclass(frozen=True)
class Week:
    """What one member did in one week.

    `opened`, `untied`, `named`: different cases opened, those of them that neither a desk, nor an assignment, nor
    having noticed the person ties to the member, and records whose name or filled form was shown. `outside`: looks
    while every desk of the member was closed. `searched`: searches. `exported`: exports.
    """

    opened: int = 0
    untied: int = 0
    named: int = 0
    outside: int = 0
    searched: int = 0
    exported: int = 0

    def as_json(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


@dataclass(frozen=True)
class Unusual:
    """One reason to ask: its code, the count, and what would be usual."""

    code: str
    count: int
    usual: int

    def as_json(self) -> dict[str, Any]:
        """For keeping."""
        return asdict(self)


def unusual(mine: Week, *, before: Sequence[Week], desk: Sequence[Week]) -> list[Unusual]:
    """Why a member's week is unusual, beside their own weeks before and the same week of others at their desks.

    Codes: many_opened, many_named, untied, outside_hours, searched_without_opening, exported.
    """
    found = []
    for code, name, least in (
        ("many_opened", "opened", MANY),
        ("many_named", "named", MANY),
        ("untied", "untied", UNTIED),
        ("outside_hours", "outside", OUTSIDE),
    ):
        count = getattr(mine, name)
        usual = max(_median(before, name), _median(desk, name))
        if count >= least and count > TIMES_USUAL * usual:
            found.append(Unusual(code, count, usual))
    if mine.searched >= SEARCHED and mine.searched > SEARCHES_AN_OPENING * mine.opened:
        found.append(Unusual("searched_without_opening", mine.searched, mine.opened))
    if mine.exported:
        found.append(
            Unusual("exported", mine.exported, max(_median(before, "exported"), _median(desk, "exported")))
        )
    return found


def search_from(searches: Sequence[datetime], now: datetime) -> datetime | None:
    """When a member who searched at these times may search again; None when they may now."""
    recent = sorted(moment for moment in searches if now - SPAN < moment <= now)
    return recent[-SEARCHES] + SPAN if len(recent) >= SEARCHES else None


def _median(weeks: Sequence[Week], name: str) -> int:
    return round(median(getattr(week, name) for week in weeks)) if weeks else 0
