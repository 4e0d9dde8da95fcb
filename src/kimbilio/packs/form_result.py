"""Every value that a compiled form works out by itself, worked out by the rules instead.

Knows the names of a form's calculations and where each value stands in a judgement. Does not know XPath
(`form_logic` writes the same values down as formulas): a mistake of the one shows as a difference. The server
compares what a phone sent with this and flags what differs; it never acts on what the phone worked out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from kimbilio.packs import form_names as names
from kimbilio.rules import Answer, Ruleset, screen
from kimbilio.rules.answers import read_answers
from kimbilio.rules.conditions import AnyPositive, condition_parts
from kimbilio.rules.judgement import Judgement
from kimbilio.rules.openness import judge


def computed_values(answers: Mapping[str, Answer], ruleset: Ruleset) -> dict[str, str]:
    """Each calculation of `form_names.CALCULATIONS` by its full name, as a form writes it.

    Raises RuleError for answers that the form does not have.
    """
    judgement, _ = judge(read_answers(answers, ruleset), ruleset)
    found = screen(answers, ruleset)
    raised = {id_ for id_ in ruleset.raises_of if judgement.raised(id_)}
    values = {names.fact(fact): _yes(holds) for fact, holds in found.facts.items()}
    values |= {names.raised(id_): _yes(id_ in raised) for id_ in ruleset.raises_of}
    values |= _counts(raised, ruleset) | _positive(judgement)
    values |= {names.need(category): "" for category in ruleset.order}
    values |= {names.priority(category): "" for category in ruleset.order}
    for need in found.needs:
        values[names.need(need.category)] = need.result
        values[names.priority(need.category)] = need.priority
    act_first = any(ruleset.indicators[id_].strength == "immediate" for id_ in raised)
    return values | {
        names.NEEDS_FOUND: " ".join(need.category for need in found.needs),
        names.PRIORITY: found.priority or "",
        names.LEAD_AGENCY: found.lead_agency or "",
        names.NOT_ASSESSED: " ".join(c for c in ruleset.assessed_by if c in found.not_assessed),
        names.ACT_FIRST: _yes(act_first),
    }


def differing(
    sent: Mapping[str, str], asked: Collection[str], answers: Mapping[str, Answer], ruleset: Ruleset
) -> list[str]:
    """The names of the calculations whose value in a filled form is not that of the rules, in their order.

    `sent` holds the form's texts; `asked` names all questions and calculations of its version, so that a form
    made before a fact or an indicator came, or after it went, is held only against what both know.
    """
    expected = computed_values(answers, ruleset)
    return [name for name, value in expected.items() if name in asked and sent.get(name, "").strip() != value]


def _yes(holds: bool) -> str:
    return names.YES if holds else ""


def _counts(raised: Collection[str], ruleset: Ruleset) -> dict[str, str]:
    counts: dict[str, int] = {}
    for id_ in ruleset.raises_of:
        indicator = ruleset.indicators[id_]
        if not indicator.protective:
            name = names.count(indicator.category, indicator.dimension, ruleset.strength_of(id_))
            counts[name] = counts.get(name, 0) + (id_ in raised)
    return {name: str(number) for name, number in counts.items()}


def _positive(judgement: Judgement) -> dict[str, str]:
    ruleset = judgement.ruleset
    spoken_for = {ruleset.indicators[id_].dimension for id_ in ruleset.raises_of}
    return {
        names.positive(dimension): _yes(judgement.positive(dimension))
        for rule in ruleset.rules
        for part in condition_parts(rule.condition)
        if isinstance(part, AnyPositive)
        for dimension in part.dimensions
        if dimension in spoken_for
    }
