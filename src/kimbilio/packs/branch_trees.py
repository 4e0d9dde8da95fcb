"""Expressions and conditions as trees of single questions, and when one of these decides the whole.

A leaf decides while the whole would turn if the leaf alone turned: the measure of modified condition/decision
coverage (DO-178C; Chilenski and Miller 1994). Knows the two small languages of a pack; does not know which
places of a pack hold them (`branches`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass

from kimbilio.rules import Ruleset, conditions
from kimbilio.rules import expressions as ex
from kimbilio.rules.judgement import Judgement

Test = Callable[[Judgement], bool]


@dataclass(frozen=True, eq=False)
class Leaf:
    """One question that has a yes or a no."""

    text: str
    test: Test


@dataclass(frozen=True, eq=False)
class Negated:
    """Not the part."""

    part: Tree


@dataclass(frozen=True, eq=False)
class Joined:
    """All parts, or one part at least. Without parts: all of nothing holds, one of nothing does not."""

    all: bool
    parts: tuple[Tree, ...]


Tree = Leaf | Negated | Joined


def leaves(tree: Tree) -> Iterator[Leaf]:
    """Every leaf, from left to right."""
    match tree:
        case Leaf():
            yield tree
        case Negated(part):
            yield from leaves(part)
        case Joined(_, parts):
            for part in parts:
                yield from leaves(part)


def decides(tree: Tree, leaf: Leaf, judgement: Judgement) -> bool:
    """Whether the whole would turn if this leaf alone turned."""
    return _value(tree, judgement, leaf, True) is not _value(tree, judgement, leaf, False)


def _value(tree: Tree, judgement: Judgement, leaf: Leaf, supposed: bool) -> bool:
    match tree:
        case Leaf(_, test):
            return supposed if tree is leaf else test(judgement)
        case Negated(part):
            return not _value(part, judgement, leaf, supposed)
        case Joined(everything, parts):
            values = (_value(part, judgement, leaf, supposed) for part in parts)
            return all(values) if everything else any(values)


def expression_tree(expression: ex.Expression) -> Tree:
    """An expression as a tree; each choice of an `in` is a leaf."""
    match expression:
        case ex.Not(part):
            return Negated(expression_tree(part))
        case ex.And(parts) | ex.Or(parts):
            return Joined(isinstance(expression, ex.And), tuple(map(expression_tree, parts)))
        case ex.In(question, choices):
            return Joined(False, tuple(_leaf(ex.Equals(question, choice)) for choice in choices))
        case _:
            return _leaf(expression)


def _leaf(expression: ex.Expression) -> Leaf:
    return Leaf(_said(expression), lambda judgement: ex.evaluate(expression, judgement))


def _said(expression: ex.Expression) -> str:
    match expression:
        case ex.Equals(question, choice):
            return f"{question} = {choice}"
        case ex.Has(question, choice):
            return f"{question} has {choice}"
        case ex.Answered(question):
            return f"answered({question})"
        case ex.NeedFound(category):
            return f"need({category})"
        case ex.Raised(indicator):
            return f"raised({indicator})"
        case ex.Fact(name):
            return name
        case _:
            return ""


def condition_tree(condition: conditions.Condition, ruleset: Ruleset) -> Tree:
    """A condition of a decision rule as a tree; what no answer can ever meet is left out."""
    match condition:
        case conditions.AllOf(parts) | conditions.AnyOf(parts):
            everything = isinstance(condition, conditions.AllOf)
            trees = [condition_tree(part, ruleset) for part in parts]
            return Joined(everything, tuple(tree for tree in trees if everything or not never(tree)))
        case conditions.When(tree):
            return expression_tree(tree)
        case conditions.RaisedAny(indicators):
            return _one_of(
                (f"raised({id_})", conditions.RaisedAny((id_,)))
                for id_ in indicators
                if id_ in ruleset.raises_of
            )
        case conditions.AnyPositive(dimensions):
            lines = ruleset.dimension_positive
            return _one_of(
                (f"{dimension} positive", conditions.AnyPositive((dimension,)))
                for dimension in dimensions
                if any(reachable(line, ruleset, dimension=dimension) for line in lines)
            )
        case conditions.StrongInAny(dimensions):
            return _one_of(
                (f"strong in {dimension}", conditions.StrongInAny((dimension,)))
                for dimension in dimensions
                if reachable(conditions.Enough(strong=1), ruleset, dimension=dimension)
            )
        case conditions.EnoughIn(enough, category, dimension):
            possible = reachable(enough, ruleset, category=category, dimension=dimension)
            return _one_of([(counts_text(enough), condition)] if possible else [])


def _one_of(named: Iterable[tuple[str, conditions.Condition]]) -> Tree:
    return Joined(False, tuple(_condition_leaf(text, condition) for text, condition in named))


def _condition_leaf(text: str, condition: conditions.Condition) -> Leaf:
    return Leaf(text, lambda judgement: judgement.meets(condition))


def never(tree: Tree) -> bool:
    """Whether no answer can make the tree hold, since all that it asks for was left out."""
    match tree:
        case Joined(True, parts):
            return any(map(never, parts))
        case Joined(False, parts):
            return all(map(never, parts))
        case _:
            return False


def reachable(
    enough: conditions.Enough, ruleset: Ruleset, *, category: str = "", dimension: str = ""
) -> bool:
    """Whether questions of the form can raise as many indicators as `enough` wants."""
    here = [
        indicator
        for id_, indicator in ruleset.indicators.items()
        if (indicator.dimension == dimension if dimension else indicator.category == category)
        and not indicator.protective
        and id_ in ruleset.raises_of
    ]
    of_each_age = (
        [ruleset.strength_of(indicator.id) for indicator in here if indicator.applies_to in ("both", age)]
        for age in ("adult", "child")
    )
    return any(
        enough.met_by(**{strength: strengths.count(strength) for strength in ("strong", "medium", "weak")})
        for strengths in of_each_age
    )


def counts_text(enough: conditions.Enough) -> str:
    """`strong 1, medium_or_weak 1`."""
    return ", ".join(f"{name} {number}" for name, number in asdict(enough).items() if number)
