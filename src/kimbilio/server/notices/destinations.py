"""Where a notice leads: each room says for its own kind of thing, and asks its own rules again.

register_destination("referral", referral_address)
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from kimbilio.server.identity.actor import Actor

Destination = Callable[[Actor, uuid.UUID], str | None]

_destinations: dict[str, Destination] = {}


def register_destination(kind: str, function: Destination) -> None:
    """Say where notices of a kind lead. The function returns an address, or None for an actor who may not see it.

    Raises ValueError when the kind is taken.
    """
    if kind in _destinations:
        raise ValueError(f"Notices of kind {kind!r} have a destination already. Choose another kind.")
    _destinations[kind] = function


def is_known(kind: str) -> bool:
    """Whether a room has said where notices of this kind lead."""
    return kind in _destinations


def destination_for(kind: str, actor: Actor, about: uuid.UUID) -> str | None:
    """The address to which a notice leads this actor, None when it leads nowhere for them."""
    return _destinations[kind](actor, about) if kind in _destinations else None
