"""The calculations of a compiled form: facts, indicators, counts, needs, priority, lead, what is left open.

Knows how a ruleset is written down as XPath. Does not decide for the server: `kimbilio.rules` does, and a
difference is flagged. Every formula yields a text or a whole number that is never blank, is compared only
for equality or with `>=`, and never asks XPath to make a number of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from kimbilio.packs import form_names as names
from kimbilio.packs.pack import Pack
from kimbilio.packs.xpath import Scope, all_of, any_of, is_yes, negated, same
from kimbilio.rules import conditions as rule
from kimbilio.rules.parts import IS_CHILD, Indicator, Pathway, Raise

Rows = Iterator[dict[str, str]]


class FormLogic:
    """The calculations of the screening form of a pack."""

    def __init__(self, pack: Pack, scope: Scope) -> None:
        self._rules, self._scope = pack.ruleset, scope
        self.order = self._rules.order

    def rows(self) -> Rows:
        """Every calculation as a survey row."""
        yield from self._facts()
        for id_ in self._raisable:
            yield _yes_if(names.raised(id_), self._raised(self._rules.indicators[id_]))
        for name, members in self._counts.items():
            summed = " + ".join(f"if({is_yes(names.raised(i.id))}, 1, 0)" for i in members)
            yield {**_calculate(name, summed), "bind::type": "int"}
        for dimension in self._dimensions:
            enough = self._rules.dimension_positive
            positive = any_of(self._enough(part, self._in(dimension=dimension)) for part in enough)
            yield _yes_if(names.positive(dimension), positive)
        for category in self.order:
            rules = self._rules.rules_of(category)
            cases = [(self._met(rule_.condition), rule_.result) for rule_ in rules]
            yield _calculate(names.need(category), first_of(cases))
        yield _calculate(names.NEEDS_FOUND, _listed(self.order, self._scope.found))
        for category in self.order:
            yield _calculate(names.priority(category), self._priority(category))
        yield _calculate(names.PRIORITY, self._highest_priority())
        yield _calculate(names.LEAD_AGENCY, self.lead(self._scope.found))
        yield _calculate(names.NOT_ASSESSED, _listed(list(self._rules.assessed_by), self._not_assessed))
        yield _yes_if(names.ACT_FIRST, self._immediate(self._raisable))

    def left_open(self) -> str:
        """The condition that a category which a question could have assessed was not assessed."""
        asked = (category for category, questions in self._rules.assessed_by.items() if questions)
        return any_of(f"selected(${{{names.NOT_ASSESSED}}}, '{category}')" for category in asked)

    def pathways(self, category: str) -> list[Pathway]:
        """The pathways of a category: none yet, one, or one for adults and one for children."""
        return [pathway for pathway in self._rules.pathways if pathway.category == category]

    def applies(self, to: Pathway | Indicator) -> list[str]:
        """The condition of age of a pathway or an indicator; none when it is for both."""
        child = is_yes(names.fact(IS_CHILD))
        return {"child": [child], "adult": [negated(child)]}.get(to.applies_to, [])

    def lead(self, test: Callable[[str], str]) -> str:
        """A formula for the agency that leads the first category, in order, for which `test` holds."""
        cases: list[tuple[str, str]] = []
        for category in self.order:
            pathways = self.pathways(category)
            cases += [(all_of([test(category), *self.applies(p)]), p.lead) for p in pathways]
            if not any(pathway.applies_to == "both" for pathway in pathways):
                cases.append((test(category), self._rules.fallback_lead))
        return first_of(cases)

    def _facts(self) -> Rows:
        for fact, tree in self._rules.facts.items():
            yield _yes_if(names.fact(fact), self._scope.condition(tree))
        for fact, rows in self._rules.stated_by.items():
            yield _yes_if(names.fact(fact), self._chosen(rows))

    def _chosen(self, rows: Iterable[Raise]) -> str:
        return any_of(
            all_of([self._scope.chosen(row.question, row.choice), self._scope.condition(row.condition)])
            for row in rows
        )

    def _raised(self, indicator: Indicator) -> str:
        return all_of([self._chosen(self._rules.raises_of[indicator.id]), *self.applies(indicator)])

    @cached_property
    def _raisable(self) -> Sequence[str]:
        return [id_ for id_ in self._rules.indicators if id_ in self._rules.raises_of]

    @cached_property
    def _counts(self) -> Mapping[str, list[Indicator]]:
        counts: dict[str, list[Indicator]] = {}
        for indicator in map(self._rules.indicators.__getitem__, self._raisable):
            if not indicator.protective:
                counts.setdefault(self._count_name(indicator), []).append(indicator)
        return counts

    def _count_name(self, indicator: Indicator) -> str:
        strength = self._rules.strength_of(indicator.id)
        return names.count(indicator.category, indicator.dimension, strength)

    @cached_property
    def _dimensions(self) -> Sequence[str]:
        """The dimensions that a decision rule asks to be positive and an answer can speak for."""
        asked = {
            dimension
            for rule_ in self._rules.rules
            for part in rule.condition_parts(rule_.condition)
            if isinstance(part, rule.AnyPositive)
            for dimension in part.dimensions
        }
        return sorted(dimension for dimension in asked if self._in(dimension=dimension))

    def _in(self, *, category: str = "", dimension: str = "") -> list[Indicator]:
        return [
            indicator
            for members in self._counts.values()
            for indicator in members
            if (indicator.dimension == dimension if dimension else indicator.category == category)
        ]

    def _met(self, condition: rule.Condition) -> str:
        match condition:
            case rule.AllOf(parts):
                return all_of(self._met(part) for part in parts)
            case rule.AnyOf(parts):
                return any_of(self._met(part) for part in parts)
            case rule.When(tree):
                return self._scope.condition(tree)
            case rule.RaisedAny(indicators):
                return any_of(is_yes(names.raised(id_)) for id_ in indicators if id_ in self._raisable)
            case rule.AnyPositive(dimensions):
                return any_of(is_yes(names.positive(d)) for d in dimensions if d in self._dimensions)
            case rule.StrongInAny(dimensions):
                return any_of(self._at_least(1, {"strong"}, self._in(dimension=d)) for d in dimensions)
            case rule.EnoughIn(enough, category, dimension):
                return self._enough(enough, self._in(category=category, dimension=dimension))

    def _enough(self, enough: rule.Enough, pool: Sequence[Indicator]) -> str:
        return all_of(
            self._at_least(n, strengths, pool)
            for n, strengths in (
                (enough.strong, {"strong"}),
                (enough.medium, {"medium"}),
                (enough.weak, {"weak"}),
                (enough.medium_or_weak, {"medium", "weak"}),
            )
            if n
        )

    def _at_least(self, n: int, strengths: set[str], pool: Sequence[Indicator]) -> str:
        members = [i for i in pool if self._rules.strength_of(i.id) in strengths]
        if len(members) < n:
            return any_of([])
        counts = dict.fromkeys(self._count_name(indicator) for indicator in members)
        return f"({' + '.join(f'${{{name}}}' for name in counts)}) >= {n}"

    def _priority(self, category: str) -> str:
        levels = list(self._rules.priorities)
        cases: list[tuple[str, str]] = []
        for pathway in self.pathways(category):
            here = [self._scope.found(category), *self.applies(pathway)]
            for level in levels[: levels.index(pathway.priority)]:
                facts = [is_yes(names.fact(f)) for f, to in pathway.priority_if.items() if to == level]
                cases.append((all_of([*here, any_of(facts)]), level))
            cases.append((all_of(here), pathway.priority))
        immediate = any_of(
            all_of([self._met(r.condition), self._immediate(self._rules.evidence[r])])
            for r in self._rules.rules_of(category)
        )
        if not any(pathway.applies_to == "both" for pathway in self.pathways(category)):
            cases += [(immediate, levels[0]), (self._scope.found(category), levels[-1])]
        return first_of(cases)

    def _highest_priority(self) -> str:
        return first_of(
            [
                (any_of(same(names.priority(category), level) for category in self.order), level)
                for level in self._rules.priorities
            ]
        )

    def _not_assessed(self, category: str) -> str:
        answered = any_of(self._scope.answered(question) for question in self._rules.assessed_by[category])
        return all_of([negated(self._scope.found(category)), negated(answered)])

    def _immediate(self, indicators: Collection[str]) -> str:
        """One of the indicators that is raised is of the strength that lets an officer act at once."""
        known = self._rules.indicators
        return any_of(
            is_yes(names.raised(id_))
            for id_ in self._raisable
            if id_ in indicators and known[id_].strength == "immediate"
        )


def first_of(cases: Sequence[tuple[str, str]]) -> str:
    """A formula for the text of the first condition that holds, else for an empty text."""
    formula = "''"
    for condition, text in reversed(cases):
        formula = f"if({condition}, '{text}', {formula})"
    return formula


def _calculate(name: str, formula: str) -> dict[str, str]:
    return {"type": "calculate", "name": name, "calculation": formula}


def _yes_if(name: str, condition: str) -> dict[str, str]:
    return _calculate(name, first_of([(condition, names.YES)]))


def _listed(categories: Sequence[str], test: Callable[[str], str]) -> str:
    """A formula for the categories for which `test` holds, separated by blanks."""
    parts = ", ".join(f"if({test(category)}, '{category} ', '')" for category in categories)
    return f"normalize-space(concat({parts}))"
