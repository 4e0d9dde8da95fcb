"""What may be wrong with a pack, said so that the person who edits it can mend it.

Knows the shape of a fault and how it reads; does not know any rule of the format.
Source: the manners of `error:` and `hint:` on the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning"]


class PackError(Exception):
    """A pack that cannot be read at all; `hint` says what to do about it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True)
class Fault:
    """One fault of a pack.

    `file` is the path inside the pack; `row` counts as a spreadsheet does (the heading is row 1), and is the
    line for a YAML file; `found` is the value as it stands in the file, empty where something is missing.
    """

    code: str
    file: str
    row: int | None
    found: str
    message: str
    remedy: str
    level: Level = "error"

    @property
    def place(self) -> str:
        """Where the fault is, as a person says it: `laws.csv, row 4` or `pathways.yaml, line 60`."""
        if self.row is None:
            return self.file
        return f"{self.file}, {'line' if self.file.endswith('.yaml') else 'row'} {self.row}"

    def __str__(self) -> str:
        return f"{self.level}: {self.place}: {self.message}\n  hint: {self.remedy}"

    def as_json(self) -> dict[str, str | int | None]:
        """The fault as a JSON object."""
        return {
            "level": self.level,
            "code": self.code,
            "file": self.file,
            "row": self.row,
            "found": self.found,
            "message": self.message,
            "remedy": self.remedy,
        }
