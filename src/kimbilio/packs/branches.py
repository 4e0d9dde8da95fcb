"""Every branch of a pack's rules, and those that one set of answers takes.

A branch is a place of the pack and a way in which it decided: a part of a rule that made it met, or alone
kept it unmet; an answer that alone raised an indicator; a step that one category alone held back. Who has an
example for each has shown that each part of each rule decides. Knows rulesets and judgements; does not know
where examples lie (`examples`). What no question can reach is no branch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from kimbilio.packs.branch_trees import (
    Joined,
    Leaf,
    Negated,
    Tree,
    condition_tree,
    counts_text,
    decides,
    expression_tree,
    leaves,
    reachable,
)
from kimbilio.rules import Answer, Ruleset, Screening, screen
from kimbilio.rules import expressions as ex
from kimbilio.rules.answers import read_answers
from kimbilio.rules.conditions import AnyPositive, EnoughIn, Rule, When, condition_parts
from kimbilio.rules.judgement import Judgement
from kimbilio.rules.parts import IS_CHILD, Pathway, Raise, Step
from kimbilio.rules.pathways import NOT_ASSESSED, NOTHING_FOUND


@dataclass(frozen=True)
class Example:
    """One set of answers as a phone takes it: what was tapped, what the form kept, what it means."""

    tapped: frozenset[str]
    kept: Judgement
    found: Screening

    @cached_property
    def needs(self) -> tuple[str, ...]:
        """The categories found, in leading order."""
        return tuple(need.category for need in self.found.needs)


Takes = Callable[[Example], bool]


@dataclass(frozen=True)
class Branch:
    """A place of the pack and the way a decision goes there; two are the same when both are."""

    place: str
    way: str
    takes: Takes = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{self.place}: {self.way}"


def example(answers: Mapping[str, Answer], ruleset: Ruleset) -> Example:
    """A set of answers as a phone takes it. Raises RuleError for answers that the form cannot give."""
    given = read_answers(answers, ruleset).choices
    kept = kept_answers(answers, ruleset)
    return Example(
        frozenset(given), Judgement(ruleset, read_answers(kept, ruleset).choices), screen(kept, ruleset)
    )


def kept_answers(answers: Mapping[str, Answer], ruleset: Ruleset) -> dict[str, Answer]:
    """The answers that a phone keeps: those of the questions that it shows, given the others that it keeps.

    Whether a question is shown rests on answers and facts, and never on itself, so this comes to an end.
    """
    kept = dict(answers)
    for _ in ruleset.questions:
        judgement = Judgement(ruleset, read_answers(kept, ruleset).choices)
        shown = {name: answer for name, answer in answers.items() if _shown(name, judgement)}
        if shown == kept:
            break
        kept = shown
    return kept


def _shown(name: str, judgement: Judgement) -> bool:
    question = judgement.ruleset.questions[name]
    closed = question.never_if is not None and ex.evaluate(question.never_if, judgement)
    return not closed and (question.relevant is None or ex.evaluate(question.relevant, judgement))


def branches(ruleset: Ruleset) -> tuple[Branch, ...]:
    """Every branch, in the order of the pack's files: questions, raises, facts, rules, pathways, what is said."""
    return tuple(dict.fromkeys(branch for part in _PARTS for branch in part(ruleset)))


def _ways(place: str, tree: Tree, where: Takes | None = None) -> Iterator[Branch]:
    """For each leaf of a tree: it holds and decides, it does not hold and decides."""

    def takes(leaf: Leaf, holds: bool) -> Takes:
        return lambda e: (
            (where is None or where(e)) and leaf.test(e.kept) is holds and decides(tree, leaf, e.kept)
        )

    for leaf in leaves(tree):
        at = f"{place}, {leaf.text}" if leaf.text else place
        yield Branch(at, "decides by holding", takes(leaf, True))
        yield Branch(at, "decides by not holding", takes(leaf, False))


def _questions(ruleset: Ruleset) -> Iterator[Branch]:
    raising = {row.question for row in ruleset.raises}
    for name, question in ruleset.questions.items():
        place = f"questions.csv, {name}"
        if question.never_if is not None:
            yield Branch(place, "closed by never_if", _tapped_while(name, question.never_if))
        if question.relevant is not None and name in raising:
            yield Branch(place, "left out while not relevant", _tapped_while(name, ex.Not(question.relevant)))


def _tapped_while(name: str, holds: ex.Expression) -> Takes:
    return lambda e: name in e.tapped and ex.evaluate(holds, e.kept)


def _raises(ruleset: Ruleset) -> Iterator[Branch]:
    for row in ruleset.raises:
        place = f"raises.csv, {row.question} {row.choice} {row.indicator or row.fact}"
        if row.indicator:
            yield Branch(place, "alone raises it", _raised_by(row))
        elif row.fact in ruleset.stated_by:
            yield Branch(place, "states it", _stated_by(row))
        if row.condition is not None:
            yield from _ways(place, expression_tree(row.condition), _chosen(row))


def _raised_by(row: Raise) -> Takes:
    return lambda e: list(e.kept.rows_raising(row.indicator)) == [row]


def _stated_by(row: Raise) -> Takes:
    return lambda e: e.kept.holds(row)


def _chosen(row: Raise) -> Takes:
    return lambda e: row.choice in e.kept.choices(row.question)


def _facts(ruleset: Ruleset) -> Iterator[Branch]:
    for name, expression in ruleset.facts.items():
        yield from _ways(f"pathways.yaml, facts, {name}", expression_tree(expression))


def _rules(ruleset: Ruleset) -> Iterator[Branch]:
    for rule in ruleset.rules:
        place = f"pathways.yaml, decision_rules, {rule.category} {rule.result}{_of_age(rule)}"
        yield from _ways(place, condition_tree(rule.condition, ruleset))


def _of_age(rule: Rule) -> str:
    """The rules of trafficking have one name for adults and for children."""
    ages = {When(ex.Fact(IS_CHILD)): " of a child", When(ex.Not(ex.Fact(IS_CHILD))): " of an adult"}
    return next(
        (age for part in condition_parts(rule.condition) for at, age in ages.items() if part == at), ""
    )


def _counts(ruleset: Ruleset) -> Iterator[Branch]:
    """Each line of counts, wherever it is asked for: met with nothing to spare, and missed by one."""
    lines: dict[str, list[EnoughIn]] = {}
    for rule in ruleset.rules:
        for part in condition_parts(rule.condition):
            if isinstance(part, EnoughIn):
                lines.setdefault(f"{rule.category}, {counts_text(part.enough)}", []).append(part)
            elif isinstance(part, AnyPositive):
                for enough in ruleset.dimension_positive:
                    asked = [EnoughIn(enough, dimension=dimension) for dimension in part.dimensions]
                    lines.setdefault(f"dimension_positive, {counts_text(enough)}", []).extend(asked)
    for name, parts in lines.items():
        possible = [
            p for p in parts if reachable(p.enough, ruleset, category=p.category, dimension=p.dimension)
        ]
        if possible:
            place = f"pathways.yaml, decision_rules, {name}"
            yield Branch(place, "met with none to spare", _margin(possible, met=True))
            yield Branch(place, "missed by one", _margin(possible, met=False))


def _margin(parts: Sequence[EnoughIn], *, met: bool) -> Takes:
    """One indicator less, or more, of a strength that counts would turn one of the lines."""

    def turns(part: EnoughIn, judgement: Judgement) -> bool:
        count = judgement.count(category=part.category, dimension=part.dimension)
        others = [
            {**count, strength: count[strength] + (-1 if met else 1)}
            for strength in part.enough.strengths
            if count[strength] or not met
        ]
        met_by = part.enough.met_by
        return met_by(**count) is met and (
            not any(met_by(**other) for other in others) if met else any(met_by(**other) for other in others)
        )

    return lambda e: any(turns(part, e.kept) for part in parts)


def _pathways(ruleset: Ruleset) -> Iterator[Branch]:
    for pathway in ruleset.pathways:
        place = f"pathways.yaml, pathways, {pathway.id}"
        yield Branch(place, f"stays {pathway.priority}", _level(pathway, ""))
        for fact, level in pathway.priority_if.items():
            yield Branch(f"{place}, priority_if {fact}", f"alone makes it {level}", _level(pathway, fact))
        for step in pathway.steps:
            if step.blocked_by or step.only_if is not None:
                yield from _ways(f"{place}, step {step.n}", _step_tree(step), _open(pathway))
    for category in ruleset.order:
        for age in ("adult", "child"):
            if ruleset.pathway_for(category, age) is None:
                place = f"pathways.yaml, pathways, none for {category} of {age}"
                yield Branch(place, "the fallback leads", _without_pathway(category, age))


def _open(pathway: Pathway) -> Takes:
    return lambda e: any(need.pathway == pathway.id for need in e.found.needs)


def _level(pathway: Pathway, fact: str) -> Takes:
    """The pathway is open, and of its facts this one alone holds; none for an empty name."""
    return lambda e: (
        _open(pathway)(e) and [f for f in pathway.priority_if if e.kept.fact(f)] == [fact] * bool(fact)
    )


def _step_tree(step: Step) -> Tree:
    free = [Negated(expression_tree(ex.NeedFound(category))) for category in step.blocked_by]
    return Joined(True, (*free, *([expression_tree(step.only_if)] if step.only_if is not None else [])))


def _without_pathway(category: str, age: str) -> Takes:
    return lambda e: category in e.needs and e.kept.age == age


def _order(ruleset: Ruleset) -> Iterator[Branch]:
    place = "pathways.yaml, decision_rules, order_when_several"
    for first, second in pairwise(ruleset.order):
        yield Branch(place, f"{first} stands before {second}", _both(first, second))


def _both(first: str, second: str) -> Takes:
    return lambda e: (first, second) in pairwise(e.needs)


def _assessed(ruleset: Ruleset) -> Iterator[Branch]:
    for category, questions in ruleset.assessed_by.items():
        place = f"pathways.yaml, decision_rules, assessed_by, {category}"
        yield Branch(place, "not assessed", _listed(category))
        for question in questions:
            yield Branch(
                f"{place}, {question}", "alone assesses it", _assessed_by(category, question, questions)
            )


def _listed(category: str) -> Takes:
    return lambda e: category in e.found.not_assessed


def _assessed_by(category: str, question: str, questions: Sequence[str]) -> Takes:
    return lambda e: category not in e.needs and [q for q in questions if e.kept.answered(q)] == [question]


def _said(ruleset: Ruleset) -> Iterator[Branch]:
    for name in ruleset.fact_actions:
        if name in (NOTHING_FOUND, NOT_ASSESSED) or name in ruleset.facts or name in ruleset.stated_by:
            yield Branch(f"pathways.yaml, fact_actions, {name}", "said", _says(f"action:{name}"))
    for level in ruleset.priorities:
        yield Branch(f"pathways.yaml, priorities, {level}", "is the person's", _of_level(level))


def _says(key: str) -> Takes:
    return lambda e: any(action.do == key for action in e.found.actions)


def _of_level(level: str) -> Takes:
    return lambda e: e.found.priority == level


_PARTS = (_questions, _raises, _facts, _rules, _counts, _pathways, _order, _assessed, _said)
