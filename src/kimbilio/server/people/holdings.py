"""What else of a person lies under keys of its own in rooms above: forms that correct or collide.

A room registers a function that reads and says which key rings those are; erasing the person then destroys them
too. It is the same inversion as a panel: it only reads.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable

RingsFunction = Callable[[uuid.UUID, list[uuid.UUID]], Iterable[uuid.UUID]]
"""From an organisation and the ids of a person's cases to rings that hold something of this person."""

_functions: list[RingsFunction] = []


def register_rings(function: RingsFunction) -> None:
    """Name a function that knows of further rings. Raises ValueError when it is registered already."""
    if function in _functions:
        raise ValueError(f"{function!r} is registered already. Register it once.")
    _functions.append(function)


def rings_elsewhere(organisation: uuid.UUID, cases: list[uuid.UUID]) -> set[uuid.UUID]:
    """Every further ring of the person with these cases."""
    return {ring for function in _functions for ring in function(organisation, cases)}
