"""What became of one try to send."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """`code` says what happened; `again` whether a later try may help; `gone` that the way leads nowhere any more."""

    sent: bool
    code: str
    again: bool = False
    gone: bool = False


def answered(prefix: str, status: int) -> Outcome:
    """The outcome of an HTTP answer that is not a success: 408, 425, 429 and 5xx may pass, others will not."""
    return Outcome(False, f"{prefix}_{status}", again=status in (408, 425, 429) or status >= 500)


NOT_SET_UP = Outcome(False, "not_set_up")
UNREACHABLE = Outcome(False, "unreachable", again=True)
