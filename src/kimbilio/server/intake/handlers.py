"""Which handler understands which kind of form."""

from __future__ import annotations

from collections.abc import Mapping

from kimbilio.server.forms.reasons import UNKNOWN_KIND

from .follow_up import understand_follow_up
from .outcomes import Handler, NotUnderstood
from .screening import understand_screening

HANDLERS: Mapping[str, Handler] = {
    "screening": understand_screening,
    "follow_up": understand_follow_up,
}


def handler_for(kind: str) -> Handler:
    """The handler of a kind of form. Raises NotUnderstood."""
    if kind not in HANDLERS:
        raise NotUnderstood(UNKNOWN_KIND)
    return HANDLERS[kind]
