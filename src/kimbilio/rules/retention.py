"""How long a record is kept after its case has ended.

Knows the pack's `retention`; reads no clock. That the time has come is a proposal to a person, never an act.
Source: the country team; a pack without a period proposes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from kimbilio.rules.faults import RuleError

AFTER_END = "after_end_days"
ENDS = frozenset({"settled", "closed"})
"""Stages in which a case has ended."""


def kept_for(pathways: Mapping[str, Any]) -> timedelta | None:
    """How long the pack keeps a record after its case has ended; None when it does not say.

    Raises RuleError for anything but a whole number of days above zero.
    """
    days = (pathways.get("retention") or {}).get(AFTER_END)
    if days is None:
        return None
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        raise RuleError(f"retention, {AFTER_END}: '{days}' is not a whole number of days. Write digits only.")
    return timedelta(days=days)


def ended_before(kept: timedelta, now: datetime) -> datetime:
    """A case that ended before this instant has been kept long enough."""
    return now - kept
