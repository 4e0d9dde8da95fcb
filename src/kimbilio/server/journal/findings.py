"""What can be wrong with a book, and the words for it. Names acts, positions and times; no value of a person."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

WHATS = {
    "changed": "the act is not as it was sealed",
    "removed": "an act is missing here",
    "added": "nobody wrote this act with the program",
    "reordered": "the act stands in another place than it was sealed in",
    "rewritten": "positions or leaves here do not give the root that was kept",
    "row changed": "the row is not as this act, the last to write it, left it",
    "row removed": "the row that this act wrote is gone",
    "row added": "no act wrote this row",
    "outside": "a root carried out earlier does not fit this book",
    "witness": "a root kept by a witness does not fit this book",
}
"""Kinds of findings, each with the sentence a reader sees."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. `note` says more: which table, between which positions."""

    what: str
    position: int | None = None
    act: uuid.UUID | None = None
    word: str = ""
    at: datetime | None = None
    note: str = ""

    def __str__(self) -> str:
        parts = [
            f"position {self.position}" if self.position is not None else "",
            f"act {self.act}" if self.act else "",
            self.word,
            self.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if self.at else "",
        ]
        where = ", ".join(part for part in parts if part)
        note = f" ({self.note})" if self.note else ""
        return (
            f"{self.what}: {WHATS[self.what]}: {where}{note}"
            if where
            else f"{self.what}: {WHATS[self.what]}{note}"
        )


@dataclass
class Report:
    """How a book stands: what was looked at, and what is wrong with it."""

    size: int = 0
    root: bytes = b""
    waiting: int = 0
    unmarked: int = 0
    rows: int = 0
    outside: int = 0
    witnessed: int = 0
    findings: list[Finding] = field(default_factory=list)
