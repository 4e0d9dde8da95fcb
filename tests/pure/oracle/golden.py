"""The golden answer sets under vectors/screening, as their README tells their form."""

from __future__ import annotations

import csv
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).resolve().parents[3] / "vectors" / "screening"
PACKS = ("zz", "zm")


@dataclass(frozen=True)
class Golden:
    """One set: the answers as tapped, what must be found, and why."""

    file: str
    name: str
    because: str
    answers: Mapping[str, Any]
    found: Mapping[str, Any]

    @property
    def kept(self) -> dict[str, Any]:
        """The answers that a phone keeps and sends."""
        return {q: answer for q, answer in self.answers.items() if q not in self.found["not_kept"]}

    @property
    def typed(self) -> dict[str, str]:
        """The answers as a form holds them: several choices between blanks."""
        return {q: a if isinstance(a, str) else " ".join(a) for q, a in self.answers.items()}


@functools.cache
def golden_sets(pack: str) -> tuple[Golden, ...]:
    """The sets of a pack, by the name of their file."""
    return tuple(
        Golden(path.stem, **json.loads(path.read_text(encoding="utf-8")))
        for path in sorted((VECTORS / pack).glob("*.json"))
    )


def unreachable(pack: str) -> dict[str, str]:
    """The branches that no phone can take, by their name, and why."""
    with (VECTORS / f"{pack}.unreachable.csv").open(encoding="utf-8", newline="") as file:
        return {row["branch"]: row["because"] for row in csv.DictReader(file)}
