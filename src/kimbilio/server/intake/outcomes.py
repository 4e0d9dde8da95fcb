"""What becomes of a submission that is being understood."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from kimbilio.server.forms.services import Taken
from kimbilio.server.identity.actor import Actor


class NotUnderstood(Exception):
    """A submission that cannot become a case by itself; `reason` is a code of `forms.reasons`, and nothing
    more.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Understood:
    """The case that a submission became, and the codes of why a person should still look at it."""

    case: uuid.UUID
    reasons: Sequence[str]


class Handler(Protocol):
    """Writes what one kind of form means, in the caller's transaction."""

    def __call__(self, actor: Actor, taken: Taken) -> Understood:
        """Raises NotUnderstood."""
        ...
