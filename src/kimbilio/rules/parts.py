"""The parts of a ruleset as frozen values, and the few words that the code itself must know.

Knows the shape of a question, an indicator, a pathway; does not read tables (`tables`) and knows no answer.
Source: the columns of a pack's tables and the sections of its pathways.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kimbilio.rules.expressions import Expression

# Facts with a meaning of their own: the first chooses the rows of a child or an adult, the second opens what
# is asked (as against what is seen).
IS_CHILD = "is_child"
MAY_TALK = "may_talk"

TRAFFICKING = "victim_of_trafficking"
FOUND, POTENTIAL, PRESUMED = "found", "potential", "presumed"

Kind = Literal["one", "several", "integer", "text", "none"]
AppliesTo = Literal["both", "adult", "child"]


@dataclass(frozen=True)
class Question:
    """One row of the form. `choices` is empty for numbers, free text and lists that the pack itself holds."""

    name: str
    order: int
    kind: Kind
    choices: tuple[str, ...]
    observe: bool
    relevant: Expression | None
    never_if: Expression | None


@dataclass(frozen=True)
class Raise:
    """This choice, while `condition` holds, raises the indicator and states the fact; one may be empty."""

    question: str
    choice: str
    condition: Expression | None
    indicator: str
    fact: str


@dataclass(frozen=True)
class Indicator:
    """A neutral row that an answer may raise. `strength` is immediate, strong, medium or weak."""

    id: str
    category: str
    dimension: str
    strength: str
    applies_to: AppliesTo

    @property
    def protective(self) -> bool:
        """It tells of strength, not of need: it never adds to a need and never takes one away."""
        return self.dimension.endswith("_protective")


@dataclass(frozen=True)
class Priority:
    """How soon. `within_hours` is the person's; the other numbers are the receiving agency's clocks."""

    id: str
    within_hours: int
    acknowledge_minutes: int
    first_contact_hours: int
    escalate_after_hours: int
    arrival_hours: int


@dataclass(frozen=True)
class Step:
    """One thing to do. `do` is the key of its text; `within_minutes` is None when the step names no time."""

    n: int
    by: str
    do: str
    within_minutes: int | None
    service_types: tuple[str, ...]
    blocked_by: tuple[str, ...]
    only_if: Expression | None


@dataclass(frozen=True)
class Pathway:
    """What happens for one category. `consent` names a consent rule, `share` a share profile.

    `priority_if` gives, per fact, the priority while that fact holds. `confidentiality` and `legal_duty` name
    consent rules that stand beside the first, and are empty when there is none.
    """

    id: str
    category: str
    lead: str
    applies_to: AppliesTo
    priority: str
    priority_if: Mapping[str, str]
    consent: str
    confidentiality: str
    legal_duty: str
    share: str
    laws: tuple[str, ...]
    steps: tuple[Step, ...]
