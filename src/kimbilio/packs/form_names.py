"""The names under which a compiled form writes down what it worked out, and how to read them back.

Knows the naming of calculations in a submission. Does not know how they are worked out (`form_logic`). The
server reads the claims of a form to compare them with `kimbilio.rules`, which decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NEEDS_FOUND = "needs_found"
PRIORITY = "priority"
LEAD_AGENCY = "lead_agency"
NOT_ASSESSED = "not_assessed"
ACT_FIRST = "act_first"

YES = "yes"

CALCULATIONS: Mapping[str, str] = {
    "fact_<fact>": "'yes' while the fact is true, else empty",
    "raised_<indicator>": "'yes' while an answer raises the indicator (- becomes _), else empty",
    "count_<category>__<dimension>__<strength>": "how many are raised; immediate counts as strong",
    "positive_<dimension>": "'yes' while the dimension is positive, else empty",
    "need_<category>": "empty, 'found', or for trafficking 'potential' or 'presumed'",
    "priority_<category>": "empty, or the priority of the category's pathway",
    NEEDS_FOUND: "the categories found, in the pack's order, separated by blanks",
    PRIORITY: "empty, or the highest priority among the needs",
    LEAD_AGENCY: "empty, or the agency that leads the person",
    NOT_ASSESSED: "the categories not assessed, separated by blanks",
    ACT_FIRST: "'yes' while an indicator of strength immediate is raised, else empty",
}
"""Every calculation of a compiled form by its name, with its values."""


def fact(name: str) -> str:
    """The calculation that says whether a fact is true."""
    return f"fact_{name}"


def raised(indicator: str) -> str:
    """The calculation that says whether an indicator is raised."""
    return f"raised_{slug(indicator)}"


def count(category: str, dimension: str, strength: str) -> str:
    """The calculation that counts raised indicators of a category's dimension and strength."""
    return f"count_{category}__{dimension}__{strength}"


def positive(dimension: str) -> str:
    """The calculation that says whether a dimension is positive."""
    return f"positive_{dimension}"


def need(category: str) -> str:
    """The calculation that says whether, and how far, a need is found."""
    return f"need_{category}"


def priority(category: str) -> str:
    """The calculation that gives the priority of a found need."""
    return f"priority_{category}"


def slug(identifier: str) -> str:
    """An identifier as a name that XLSForm accepts."""
    return identifier.replace("-", "_")


@dataclass(frozen=True)
class Claims:
    """What a form itself worked out on the phone. Compared with the rules, never acted upon.

    `needs` maps each category found to 'found', 'potential' or 'presumed'; `priority` and `lead_agency` are
    empty when nothing is found.
    """

    needs: Mapping[str, str]
    priority: str
    lead_agency: str
    not_assessed: frozenset[str]


def read_claims(answers: Mapping[str, str]) -> Claims:
    """The claims among the answers of `kimbilio.xlsforms.read_submission`."""
    found = answers.get(NEEDS_FOUND, "").split()
    return Claims(
        needs={category: answers.get(need(category), "") for category in found},
        priority=answers.get(PRIORITY, ""),
        lead_agency=answers.get(LEAD_AGENCY, ""),
        not_assessed=frozenset(answers.get(NOT_ASSESSED, "").split()),
    )
