"""Addresses of the page *Refer*. A need stands in one by its place among the case's needs, never by what it is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse


def refer_address(code: str, number: int = 0, desk: uuid.UUID | str | None = None) -> str:
    """Where a case is referred: the need by its number from 1 on, or the leading one; the desk, if one is chosen."""
    chosen = {"n": number or "", "desk": str(desk or "")}
    asked = urlencode({name: value for name, value in chosen.items() if value})
    return reverse("referrals:refer", args=[code]) + (f"?{asked}" if asked else "")


def need_number(screening: Mapping[str, Any], category: str) -> int:
    """The place of a need among those of a screening, from 1 on; 0 when it is not among them."""
    categories = [need["category"] for need in screening.get("needs", [])]
    return categories.index(category) + 1 if category in categories else 0
