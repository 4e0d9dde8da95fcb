"""Quiet hours. Pure: the caller gives the local time."""

from __future__ import annotations

from datetime import datetime, time, timedelta


def quiet_ends(start: time | None, end: time | None, local: datetime) -> datetime | None:
    """When the quiet hours that hold at `local` end, None when none hold. They may pass midnight."""
    if start is None or end is None or start == end:
        return None
    clock = local.time().replace(tzinfo=None)
    holds = start <= clock < end if start < end else clock >= start or clock < end
    if not holds:
        return None
    day = local.date() if clock < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, tzinfo=local.tzinfo)
