"""Checks that a ruleset's parts agree: every name exists, and nothing rests on itself.

Knows what may be named where; does not explain faults by file and row (the pack checker does). Source: the
pack format.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kimbilio.rules.conditions import AnyPositive, EnoughIn, RaisedAny, StrongInAny, When, condition_parts
from kimbilio.rules.expressions import (
    ANY_CATEGORY,
    Answered,
    Equals,
    Expression,
    Fact,
    Has,
    In,
    NeedFound,
    Raised,
    walk,
)
from kimbilio.rules.faults import RuleError, allowed
from kimbilio.rules.parts import IS_CHILD, Question, Raise

if TYPE_CHECKING:
    from kimbilio.rules.conditions import Rule
    from kimbilio.rules.ruleset import Ruleset


def check_references(ruleset: Ruleset) -> None:
    """Raise RuleError for the first name that leads nowhere, or for facts that rest on themselves."""
    if IS_CHILD not in ruleset.facts:
        raise RuleError(f"facts: '{IS_CHILD}' is missing. Say who is a child.")
    for where, tree in _expressions(ruleset):
        _check_expression(where, tree, ruleset)
    for row in ruleset.raises:
        _check_raise(row, ruleset)
    for rule in ruleset.rules:
        _check_rule(rule, ruleset)
    for place, named in (("order_when_several", ruleset.order), ("assessed_by", ruleset.assessed_by)):
        _names_exist(place, named, ruleset.categories, "category")
    for rule in ruleset.rules:
        if rule.category not in ruleset.order:
            raise RuleError(f"order_when_several: '{rule.category}' is missing. Say where it stands.")
    for category, questions in ruleset.assessed_by.items():
        _names_exist(f"assessed_by, {category}", questions, ruleset.questions, "question")
    _check_pathways(ruleset)
    _check_circles(ruleset)


def _expressions(ruleset: Ruleset) -> Iterator[tuple[str, Expression]]:
    for name, fact in ruleset.facts.items():
        yield f"Fact '{name}'", fact
    for question in ruleset.questions.values():
        for column, tree in (("relevant", question.relevant), ("never_if", question.never_if)):
            if tree is not None:
                yield f"Question '{question.name}', {column}", tree
    for row in ruleset.raises:
        if row.condition is not None:
            yield f"raises, {row.question} {row.choice}, condition", row.condition
    for pathway in ruleset.pathways:
        for step in pathway.steps:
            if step.only_if is not None:
                yield f"Pathway {pathway.id}, step {step.n}, only_if", step.only_if
    for rule in ruleset.rules:
        for part in condition_parts(rule.condition):
            if isinstance(part, When):
                yield f"decision_rules, {rule.category}, when", part.expression


def _check_expression(where: str, tree: Expression, ruleset: Ruleset) -> None:
    for node in walk(tree):
        match node:
            case Equals(question, choice):
                _check_choices(where, question, [choice], ruleset, several=False)
            case In(question, choices):
                _check_choices(where, question, choices, ruleset, several=False)
            case Has(question, choice):
                _check_choices(where, question, [choice], ruleset, several=True)
            case Answered(question):
                _names_exist(where, [question], ruleset.questions, "question")
            case NeedFound(category):
                _names_exist(where, [category], [*ruleset.categories, ANY_CATEGORY], "category")
            case Raised(indicator):
                _names_exist(where, [indicator], ruleset.indicators, "indicator")
            case Fact(name):
                _names_exist(where, [name], [*ruleset.facts, *ruleset.stated_by], "fact")
            case _:
                pass


def _check_choices(
    where: str, question: str, choices: Iterable[str], ruleset: Ruleset, *, several: bool
) -> None:
    _names_exist(where, [question], ruleset.questions, "question")
    row = ruleset.questions[question]
    if row.kind in ("one", "several") and (row.kind == "several") is not several:
        use = "`has`" if row.kind == "several" else "`=` or `in`"
        raise RuleError(f"{where}: '{question}' takes {row.kind} of its choices. Compare it with {use}.")
    _check_choice(where, row, choices)


def _check_choice(where: str, question: Question, choices: Iterable[str]) -> None:
    if question.choices:
        _names_exist(f"{where}, {question.name}", choices, question.choices, "choice")


def _check_raise(row: Raise, ruleset: Ruleset) -> None:
    where = f"raises, {row.question} {row.choice}"
    _names_exist(where, [row.question], ruleset.questions, "question")
    _check_choice(where, ruleset.questions[row.question], [row.choice])
    if row.indicator:
        _names_exist(where, [row.indicator], ruleset.indicators, "indicator")
    if row.indicator in ruleset.not_from_border_form:
        raise RuleError(
            f"{where}: {row.indicator} is in not_from_border_form. Take it out of one of the two places."
        )


def _check_rule(rule: Rule, ruleset: Ruleset) -> None:
    where = f"decision_rules, {rule.category}"
    dimensions = {indicator.dimension for indicator in ruleset.indicators.values()}
    for part in condition_parts(rule.condition):
        match part:
            case AnyPositive(named) | StrongInAny(named):
                _names_exist(where, named, dimensions, "dimension")
            case EnoughIn(_, _, dimension) if dimension:
                _names_exist(where, [dimension], dimensions, "dimension")
            case RaisedAny(named):
                _names_exist(where, named, ruleset.indicators, "indicator")
            case _:
                pass


def _check_pathways(ruleset: Ruleset) -> None:
    for pathway in ruleset.pathways:
        where = f"Pathway {pathway.id}"
        _names_exist(where, [pathway.category], ruleset.categories, "category")
        _names_exist(
            f"{where}, priority",
            [pathway.priority, *pathway.priority_if.values()],
            ruleset.priorities,
            "priority",
        )
        _names_exist(
            f"{where}, priority_if", pathway.priority_if, [*ruleset.facts, *ruleset.stated_by], "fact"
        )
        _names_exist(f"{where}, share", [pathway.share], ruleset.share_profiles, "share profile")
        for step in pathway.steps:
            _names_exist(
                f"{where}, step {step.n}, blocked_by", step.blocked_by, ruleset.categories, "category"
            )


def _names_exist(where: str, names: Iterable[str], known: Iterable[str], kind: str) -> None:
    present = set(known)
    for name in names:
        if name not in present:
            raise RuleError(f"{where}: there is no {kind} '{name}'. {allowed(present, near=name)}")


def _check_circles(ruleset: Ruleset) -> None:
    """A fact, an indicator or a need that rests on itself would never be decided."""
    done: set[str] = set()
    path: list[str] = []

    def visit(thing: str) -> None:
        if thing in path:
            circle = " → ".join([*path[path.index(thing) :], thing])
            raise RuleError(f"These rest on themselves: {circle}. Take one of them out of the circle.")
        if thing in done:
            return
        path.append(thing)
        for next_thing in sorted(_rests_on(thing, ruleset)):
            visit(next_thing)
        path.pop()
        done.add(thing)

    for name in ruleset.facts:
        visit(f"fact {name}")
    visit(f"need {ANY_CATEGORY}")


def _rests_on(thing: str, ruleset: Ruleset) -> set[str]:
    kind, _, name = thing.partition(" ")
    found: set[str] = set()
    if kind == "fact":
        if name in ruleset.facts:
            found |= _named(ruleset.facts[name])
        for row in ruleset.stated_by.get(name, ()):
            found |= _named(row.condition)
    elif kind == "indicator":
        if name in ruleset.indicators and ruleset.indicators[name].applies_to != "both":
            found.add(f"fact {IS_CHILD}")
        for row in ruleset.raises_of.get(name, ()):
            found |= _named(row.condition)
    else:
        categories = ruleset.categories if name == ANY_CATEGORY else (name,)
        for rule in (r for c in categories for r in ruleset.rules_of(c)):
            for part in condition_parts(rule.condition):
                if isinstance(part, When):
                    found |= _named(part.expression)
            found |= {f"indicator {id_}" for id_ in ruleset.evidence[rule]}
    return found


def _named(tree: Expression | None) -> set[str]:
    found = set()
    for node in walk(tree) if tree is not None else ():
        match node:
            case Fact(name):
                found.add(f"fact {name}")
            case Raised(indicator):
                found.add(f"indicator {indicator}")
            case NeedFound(category):
                found.add(f"need {category}")
            case _:
                pass
    return found
