"""What a set of answers means: which facts hold, which indicators are raised, which categories are found.

Knows one ruleset and the answers that count; does not know which answers were closed (`openness`) or what
follows (`pathways`). Source: the facts, raises and decision_rules of the pack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kimbilio.rules.conditions import (
    AllOf,
    AnyOf,
    AnyPositive,
    Condition,
    EnoughIn,
    RaisedAny,
    Rule,
    StrongInAny,
    When,
)
from kimbilio.rules.expressions import ANY_CATEGORY, NOT_ANSWERS, evaluate
from kimbilio.rules.parts import IS_CHILD, AppliesTo, Raise
from kimbilio.rules.ruleset import Ruleset


class Judgement:
    """The meaning of one set of answers, worked out when asked and remembered. A `World` for expressions."""

    def __init__(self, ruleset: Ruleset, given: Mapping[str, frozenset[str]]) -> None:
        self.ruleset = ruleset
        self.given = given
        self._facts: dict[str, bool] = {}
        self._raised: dict[str, bool] = {}
        self._met: dict[Rule, bool] = {}

    def without(self, question: str) -> Judgement:
        """The judgement when the answer of this question does not count."""
        return Judgement(self.ruleset, {name: c for name, c in self.given.items() if name != question})

    @property
    def age(self) -> AppliesTo:
        """`child` or `adult`; a person of whom nothing is known is not a child."""
        return "child" if self.fact(IS_CHILD) else "adult"

    def choices(self, question: str) -> frozenset[str]:
        """The choices that count as the answer of a question; empty when it has none."""
        return self.given.get(question, frozenset())

    def answered(self, question: str) -> bool:
        """Whether the question has an answer other than skip, not_asked and not_known."""
        return bool(self.choices(question) - NOT_ANSWERS)

    def fact(self, name: str) -> bool:
        """Whether the fact holds, by its expression, or by an answer that states it when it has none."""
        if name not in self._facts:
            tree = self.ruleset.facts.get(name)
            if tree is not None:
                self._facts[name] = evaluate(tree, self)
            else:
                self._facts[name] = any(self.holds(row) for row in self.ruleset.stated_by.get(name, ()))
        return self._facts[name]

    def raised(self, indicator: str) -> bool:
        """Whether an answer raises the indicator, and the indicator is for a person of this age."""
        if indicator not in self._raised:
            self._raised[indicator] = any(True for _ in self.rows_raising(indicator))
        return self._raised[indicator]

    def rows_raising(self, indicator: str) -> Iterator[Raise]:
        """The rows of the raises table that raise the indicator now."""
        if self.ruleset.indicators[indicator].applies_to in ("both", self.age):
            for row in self.ruleset.raises_of.get(indicator, ()):
                if self.holds(row):
                    yield row

    def need(self, category: str) -> bool:
        """Whether the category is found; `any` asks for one at least."""
        if category == ANY_CATEGORY:
            return any(self.met(rule) for rule in self.ruleset.rules)
        return any(self.met(rule) for rule in self.ruleset.rules_of(category))

    def met(self, rule: Rule) -> bool:
        """Whether the rule is met."""
        if rule not in self._met:
            self._met[rule] = self.meets(rule.condition)
        return self._met[rule]

    def holds(self, row: Raise) -> bool:
        """Whether a row of the raises table speaks now, whatever the age its indicator is for."""
        return row.choice in self.choices(row.question) and (
            row.condition is None or evaluate(row.condition, self)
        )

    def meets(self, condition: Condition) -> bool:
        """Whether a condition, or a part of one, is met."""
        match condition:
            case AllOf(parts):
                return all(self.meets(part) for part in parts)
            case AnyOf(parts):
                return any(self.meets(part) for part in parts)
            case When(expression):
                return evaluate(expression, self)
            case RaisedAny(indicators):
                return any(self.raised(indicator) for indicator in indicators)
            case StrongInAny(dimensions):
                return any(self.count(dimension=dimension)["strong"] for dimension in dimensions)
            case AnyPositive(dimensions):
                return any(self.positive(dimension) for dimension in dimensions)
            case EnoughIn(enough, category, dimension):
                return enough.met_by(**self.count(category=category, dimension=dimension))

    def positive(self, dimension: str) -> bool:
        """Whether a dimension is positive by the ruleset's `dimension_positive`."""
        count = self.count(dimension=dimension)
        return any(enough.met_by(**count) for enough in self.ruleset.dimension_positive)

    def count(self, *, dimension: str, category: str = "") -> dict[str, int]:
        """How many indicators of each strength are raised in a dimension, or else in a category."""
        count = {"strong": 0, "medium": 0, "weak": 0}
        for indicator in self.ruleset.indicators.values():
            inside = indicator.dimension == dimension if dimension else indicator.category == category
            if inside and not indicator.protective and self.raised(indicator.id):
                count[self.ruleset.strength_of(indicator.id)] += 1
        return count
