"""A copy of a pack in which a test plants one fault."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kimbilio.packs import Fault, check


@dataclass(frozen=True)
class Copy:
    """A pack's folder that a test may change."""

    folder: Path

    def plant(self, file: str, old: str, new: str) -> int:
        """Put `new` in the place of `old`, which stands in the file once; returns its line, its row."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def add(self, file: str, line: str) -> int:
        """Add a line at the end of a file; returns its row."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8") + line + "\n"
        path.write_text(text, encoding="utf-8")
        return text.count("\n")

    def faults(self) -> list[Fault]:
        """What the checker says of the copy."""
        return check(self.folder)

    def errors(self) -> list[Fault]:
        """The faults without the warnings."""
        return [fault for fault in self.faults() if fault.level == "error"]
