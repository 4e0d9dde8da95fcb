"""Where a desk is and how to reach it, for whoever asks: the one place that decides what of it they may see.

A shelter is found by those whom people fled. Of a desk whose place is confidential, everybody but its own organisation
sees neither area nor phone; its name and hours remain, so such a desk is named without its place. Other rooms never
read the columns themselves (`tests/house/test_places.py`).
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from .models import Desk


@dataclass(frozen=True)
class Place:
    """Area and phone of a desk; both empty when they are `kept` from the reader."""

    area: str
    phone: str
    kept: bool


def place_of(desk: Desk, *, seen_by: uuid.UUID | None) -> Place:
    """The place of a desk as the members of an organisation may see it; None stands for anybody (paper, a bundle)."""
    if desk.location_confidential and seen_by != desk.organisation_id:
        return Place(area="", phone="", kept=True)
    return Place(area=desk.area, phone=desk.phone, kept=False)
