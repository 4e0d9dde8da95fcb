"""One line of the doctor's report."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands."""

    OK = "ok"
    LOOK = "look"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """What a check found. `do` is empty when nothing is to be done."""

    check: str
    state: State
    found: str
    do: str = ""

    def as_json(self) -> dict[str, str]:
        """For a program."""
        return {"check": self.check, "state": str(self.state), "found": self.found, "do": self.do}

    def as_text(self) -> str:
        """For a person."""
        line = f"{self.state:<6} {self.check}: {self.found}\n"
        return line + (f"       → {self.do}\n" if self.do else "")


def found(check: str, wrong: object, good: str, bad: str, do: str, *, state: State = State.WRONG) -> Finding:
    """`good` unless there is something `wrong`."""
    return Finding(check, state, bad, do) if wrong else Finding(check, State.OK, good)
