"""From the answers of one form to what they mean: needs, reasons, priority, who leads, what to do.

Knows how the parts of the rules are joined; each of them stands in a module of its own. No score, no text, no
clock. Source: decision_rules of the pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from kimbilio.rules.answers import Answer, Look, read_answers
from kimbilio.rules.judgement import Judgement
from kimbilio.rules.openness import judge
from kimbilio.rules.pathways import (
    Action,
    actions,
    highest,
    priority_of,
    priority_without_pathway,
)
from kimbilio.rules.ruleset import Ruleset


@dataclass(frozen=True)
class Reason:
    """The answer that speaks for a need, and the indicator it raises."""

    question: str
    answer: str
    indicator: str


@dataclass(frozen=True)
class Need:
    """A category that is found.

    `result` is `found`, and for trafficking `presumed` or `potential`. `pathway` is None while the country
    has none for the category; then the country's fallback agency leads.
    """

    category: str
    result: str
    reasons: tuple[Reason, ...]
    pathway: str | None
    priority: str
    lead: str


@dataclass(frozen=True)
class Screening:
    """What the answers of one form mean.

    `needs` stand in the order in which they lead; `priority` is the highest and `lead_agency` the first of
    them, both None when nothing is found. `not_assessed` are categories that are neither found nor asked
    about, in the same order: never "nothing found". `laws` are ids, those of the leading need first.
    `facts` holds every fact of the pack. `needs_a_look` are answers that a person should see before relying
    on the rest.
    """

    needs: tuple[Need, ...]
    priority: str | None
    lead_agency: str | None
    not_assessed: tuple[str, ...]
    actions: tuple[Action, ...]
    laws: tuple[str, ...]
    facts: Mapping[str, bool]
    needs_a_look: tuple[Look, ...]

    @property
    def closed(self) -> frozenset[str]:
        """The questions whose answers count for nothing, and so are not shared either."""
        return frozenset(
            look.question for look in self.needs_a_look if look.why in ("never_if", "may_not_talk")
        )

    def as_json(self) -> dict[str, Any]:
        """The screening as plain dictionaries and lists, under the names of its fields."""
        return asdict(self)


def screen(answers: Mapping[str, Answer], ruleset: Ruleset) -> Screening:
    """Judge the answers of one form, keyed by question name.

    The order of the answers does not matter. Raises RuleError for a question or choice the form does not
    have.
    """
    judgement, looks = judge(read_answers(answers, ruleset), ruleset)
    needs = tuple(_need(category, judgement) for category in ruleset.order if judgement.need(category))
    opened = [p for n in needs if (p := ruleset.pathway_for(n.category, judgement.age)) is not None]
    not_assessed = tuple(category for category in ruleset.order if _not_assessed(category, judgement))
    return Screening(
        needs=needs,
        priority=highest([need.priority for need in needs], judgement) if needs else None,
        lead_agency=needs[0].lead if needs else None,
        not_assessed=not_assessed,
        actions=actions(opened, not_assessed, judgement),
        laws=tuple(dict.fromkeys(law for pathway in opened for law in pathway.laws)),
        facts={name: judgement.fact(name) for name in (*ruleset.facts, *ruleset.stated_by)},
        needs_a_look=looks,
    )


def _need(category: str, judgement: Judgement) -> Need:
    ruleset = judgement.ruleset
    met = [rule for rule in ruleset.rules_of(category) if judgement.met(rule)]
    evidence = frozenset().union(*(ruleset.evidence[rule] for rule in met))
    reasons = tuple(
        Reason(row.question, row.choice, row.indicator)
        for row in ruleset.raises
        if row.indicator in evidence and row in judgement.rows_raising(row.indicator)
    )
    pathway = ruleset.pathway_for(category, judgement.age)
    if pathway is None:
        priority = priority_without_pathway(judgement, (reason.indicator for reason in reasons))
        return Need(category, met[0].result, reasons, None, priority, ruleset.fallback_lead)
    return Need(category, met[0].result, reasons, pathway.id, priority_of(pathway, judgement), pathway.lead)


def _not_assessed(category: str, judgement: Judgement) -> bool:
    questions = judgement.ruleset.assessed_by.get(category)
    if questions is None or judgement.need(category):
        return False
    return not any(judgement.answered(question) for question in questions)
