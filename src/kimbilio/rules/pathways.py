"""What follows from the categories found: who leads, how soon, and which steps are shown.

Knows pathways, priorities and blocked steps; does not know how a category was found. Source: the pathways and
priorities of the pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from kimbilio.rules.consent import LIFE_AT_RISK
from kimbilio.rules.expressions import evaluate
from kimbilio.rules.judgement import Judgement
from kimbilio.rules.parts import Pathway, Step

NOTHING_FOUND = "nothing_found"
NOT_ASSESSED = "not_assessed"


@dataclass(frozen=True)
class Action:
    """One thing to do now.

    `kind` is `step` (of a pathway) or `fact` (shown for what an answer says, whatever is found). `do` is
    the key of the text. A fact has no pathway, number, agency or time; these are empty, 0, empty and None.
    """

    kind: Literal["step", "fact"]
    do: str
    pathway: str = ""
    n: int = 0
    by: str = ""
    within_minutes: int | None = None
    service_types: tuple[str, ...] = ()


def priority_of(pathway: Pathway, judgement: Judgement) -> str:
    """The highest of the pathway's priority and those whose fact holds."""
    raised = [priority for fact, priority in pathway.priority_if.items() if judgement.fact(fact)]
    return highest([pathway.priority, *raised], judgement)


def priority_without_pathway(judgement: Judgement, indicators: Iterable[str]) -> str:
    """While a country has no pathway: the most urgent when an indicator is immediate, else the least."""
    ordered = list(judgement.ruleset.priorities)
    immediate = any(judgement.ruleset.indicators[id_].strength == "immediate" for id_ in indicators)
    return ordered[0] if immediate else ordered[-1]


def highest(priorities: Iterable[str], judgement: Judgement) -> str:
    """The most urgent of some priorities; ValueError when there are none."""
    ordered = list(judgement.ruleset.priorities)
    return min(priorities, key=ordered.index)


def actions(
    pathways: Iterable[Pathway], not_assessed: Iterable[str], judgement: Judgement
) -> tuple[Action, ...]:
    """What to do, in this order: what facts ask for, the steps, and last what to say of what was not found.

    Pathways stand in the order in which their categories lead, except that those whose consent rule is
    `life_at_risk` act first. "Nothing found" is said only when no category is found and every category with a
    question of its own was assessed.
    """
    ruleset = judgement.ruleset
    shown = [name for name in ruleset.fact_actions if name not in (NOTHING_FOUND, NOT_ASSESSED)]
    listed = [Action("fact", f"action:{name}") for name in shown if judgement.fact(name)]
    opened = sorted(pathways, key=lambda pathway: pathway.consent != LIFE_AT_RISK)
    for pathway in opened:
        listed += [_step(pathway, step) for step in open_steps(pathway, judgement)]
    could_be_asked = any(ruleset.assessed_by[category] for category in not_assessed)
    if could_be_asked:
        listed += _said(NOT_ASSESSED, judgement)
    elif not judgement.need("any"):
        listed += _said(NOTHING_FOUND, judgement)
    return tuple(listed)


def _said(name: str, judgement: Judgement) -> Iterator[Action]:
    if name in judgement.ruleset.fact_actions:
        yield Action("fact", f"action:{name}")


def open_steps(pathway: Pathway, judgement: Judgement) -> Iterator[Step]:
    """The steps of a pathway that no found category blocks and whose `only_if` holds."""
    for step in pathway.steps:
        blocked = any(judgement.need(category) for category in step.blocked_by)
        if not blocked and (step.only_if is None or evaluate(step.only_if, judgement)):
            yield step


def _step(pathway: Pathway, step: Step) -> Action:
    return Action("step", step.do, pathway.id, step.n, step.by, step.within_minutes, step.service_types)
