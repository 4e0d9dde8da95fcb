"""Opening hours of a desk at an instant. Pure: knows no clock and no zone, the caller gives the local time.

Source: `Desk.hours`, by weekday `{"mon": [["08:00", "17:00"]], …}`; an empty mapping means day and night. A
span that ends at or before its start goes on into the next day, as a shelter's night does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Hours = Mapping[str, Sequence[Sequence[str]]]


@dataclass(frozen=True)
class Openness:
    """Whether a desk is open, and when that changes: `until` it closes, or `opens_at`. Both empty: day and
    night.
    """

    open: bool
    until: datetime | None = None
    opens_at: datetime | None = None


def openness(hours: Hours, local: datetime) -> Openness:
    """How a desk with these hours stands at `local`, an aware time in the desk's own zone.

    Spans that touch are one. A desk whose list is empty for all seven days never opens.
    """
    if not hours:
        return Openness(open=True)
    spans = _joined(sorted(_spans(hours, local)))
    for start, end in spans:
        if start <= local < end:
            # A week without a gap has no closing time worth telling
            return Openness(open=True, until=end if end - local < timedelta(days=7) else None)
    return Openness(open=False, opens_at=next((start for start, _ in spans if start > local), None))


def _spans(hours: Hours, local: datetime) -> Iterator[tuple[datetime, datetime]]:
    for offset in range(-1, 9):
        day = local.date() + timedelta(days=offset)
        for start, end in hours.get(WEEKDAYS[day.weekday()], ()):
            begins, ends = _at(day, start, local), _at(day, end, local)
            yield begins, ends if ends > begins else _at(day + timedelta(days=1), end, local)


def _at(day: date, clock: str, local: datetime) -> datetime:
    if clock == "24:00":
        day, clock = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=local.tzinfo)


def _joined(spans: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    joined: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
