"""Tables of RESULTS.md."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    cells = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return ["| " + " | ".join(row) + " |" for row in cells]


def spread(values: Sequence[float]) -> str:
    """The median, and the lowest and highest."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} – {max(values):.2f})"
