"""Everything a pack says that decides, in one frozen and checked value.

Knows how the parts fit together; does not know any answer, and holds no text that is shown (texts are the
pack's, under translation keys). Source: questions.csv, choices.csv, raises.csv, indicators.csv and
pathways.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kimbilio.rules import tables
from kimbilio.rules.conditions import (
    AnyPositive,
    Condition,
    Enough,
    EnoughIn,
    RaisedAny,
    Rule,
    StrongInAny,
    condition_parts,
    read_enough,
)
from kimbilio.rules.expressions import Expression, Fact, walk
from kimbilio.rules.parts import (
    MAY_TALK,
    AppliesTo,
    Indicator,
    Pathway,
    Priority,
    Question,
    Raise,
)
from kimbilio.rules.references import check_references
from kimbilio.rules.tables import Row


@dataclass(frozen=True)
class Ruleset:
    """One country's rules, checked. Build it with `from_tables`.

    `priorities` stand from the most urgent to the least. `rules` stand in the order in which they are
    asked: for a category with several results the strongest first. `counts_as` says which strength another
    is counted as. `field_sources` gives for each shared field the questions it comes from; `computed`
    stands for none.
    """

    country: str
    questions: Mapping[str, Question]
    raises: tuple[Raise, ...]
    indicators: Mapping[str, Indicator]
    facts: Mapping[str, Expression]
    categories: tuple[str, ...]
    rules: tuple[Rule, ...]
    dimension_positive: tuple[Enough, ...]
    counts_as: Mapping[str, str]
    order: tuple[str, ...]
    assessed_by: Mapping[str, tuple[str, ...]]
    not_from_border_form: frozenset[str]
    fact_actions: tuple[str, ...]
    priorities: Mapping[str, Priority]
    pathways: tuple[Pathway, ...]
    fallback_lead: str
    share_profiles: Mapping[str, tuple[str, ...]]
    never_at_first_referral: frozenset[str]
    field_sources: Mapping[str, tuple[str, ...]]
    referral_states: Mapping[str, tuple[str, ...]]
    accepted_fields: Mapping[str, tuple[str, ...]]
    slips: Mapping[str, tuple[str, ...]]
    default_slip: str
    emergencies_an_hour: int

    @classmethod
    def from_tables(
        cls,
        *,
        questions: Sequence[Row],
        choices: Sequence[Row],
        raises: Sequence[Row],
        indicators: Sequence[Row],
        pathways: Mapping[str, Any],
        country: str,
    ) -> Ruleset:
        """Build and check a ruleset from a pack's tables and its parsed pathways.yaml.

        Rows are mappings as csv.DictReader gives them. Pathways of other countries are left out. Raises
        RuleError for the first part that cannot be used, and KeyError for a section or column that is
        missing.
        """
        decisions = pathways["decision_rules"]
        categories = tuple(row["id"] for row in pathways["categories"])
        profiles = tables.names_by_key(pathways["share_profiles"])
        slips = dict(pathways.get("slip") or {})
        default_slip = str(slips.pop("default", ""))
        ruleset = cls(
            country=country,
            questions=tables.read_questions(questions, choices),
            raises=tables.read_raises(raises),
            indicators=tables.read_indicators(indicators),
            facts=tables.read_facts(pathways["facts"]),
            categories=categories,
            rules=tables.read_rules(decisions, categories),
            dimension_positive=tuple(
                read_enough(counts, where="decision_rules, dimension_positive")
                for counts in decisions["dimension_positive"]["any_of"]
            ),
            counts_as={"immediate": decisions.get("immediate_counts_as", "immediate")},
            order=tuple(decisions["order_when_several"]),
            assessed_by=tables.names_by_key(decisions["assessed_by"]),
            not_from_border_form=frozenset(pathways.get("not_from_border_form", {}).get("indicators", ())),
            fact_actions=tuple(pathways.get("fact_actions") or ()),
            priorities=tables.read_priorities(pathways),
            pathways=tables.read_pathways(pathways["pathways"], country),
            fallback_lead=pathways["fallback_lead"].get(country, ""),
            never_at_first_referral=frozenset(profiles.pop("never_at_first_referral", ())),
            share_profiles=profiles,
            field_sources=tables.names_by_key(pathways["fields"]),
            referral_states=tables.names_by_key(pathways["referral_states"]),
            accepted_fields={
                name: tuple(field["values"]) for name, field in pathways["accepted_fields"].items()
            },
            slips=tables.names_by_key(slips),
            default_slip=default_slip,
            emergencies_an_hour=tables.read_emergencies_an_hour(pathways),
        )
        check_references(ruleset)
        return ruleset

    def pathway_for(self, category: str, age: AppliesTo) -> Pathway | None:
        """The pathway of a category for an adult or a child; None when the country has none yet."""
        for pathway in self.pathways:
            if pathway.category == category and pathway.applies_to in ("both", age):
                return pathway
        return None

    def rules_of(self, category: str) -> tuple[Rule, ...]:
        """The decision rules of a category, in the order in which they are asked."""
        return tuple(rule for rule in self.rules if rule.category == category)

    def strength_of(self, indicator: str) -> str:
        """The strength an indicator is counted with."""
        strength = self.indicators[indicator].strength
        return self.counts_as.get(strength, strength)

    @cached_property
    def evidence(self) -> Mapping[Rule, frozenset[str]]:
        """The indicators that can speak for each rule: all that it looks at, protective ones never."""
        neutral = [indicator for indicator in self.indicators.values() if not indicator.protective]
        return {
            rule: frozenset(
                indicator.id
                for part in condition_parts(rule.condition)
                for indicator in neutral
                if self._looks_at(part, indicator)
            )
            for rule in self.rules
        }

    def _looks_at(self, condition: Condition, indicator: Indicator) -> bool:
        strength = self.strength_of(indicator.id)
        match condition:
            case EnoughIn(enough, category, dimension):
                inside = indicator.dimension == dimension if dimension else indicator.category == category
                return inside and strength in enough.strengths
            case AnyPositive(dimensions):
                return indicator.dimension in dimensions
            case StrongInAny(dimensions):
                return indicator.dimension in dimensions and strength == "strong"
            case RaisedAny(indicators):
                return indicator.id in indicators
            case _:
                return False

    @cached_property
    def raises_of(self) -> Mapping[str, tuple[Raise, ...]]:
        """The rows that may raise an indicator, by its id."""
        grouped: dict[str, list[Raise]] = {}
        for row in self.raises:
            if row.indicator:
                grouped.setdefault(row.indicator, []).append(row)
        return {indicator: tuple(rows) for indicator, rows in grouped.items()}

    @cached_property
    def stated_by(self) -> Mapping[str, tuple[Raise, ...]]:
        """The rows that state a fact, by its name; a fact with an expression is decided by that alone."""
        grouped: dict[str, list[Raise]] = {}
        for row in self.raises:
            if row.fact and row.fact not in self.facts:
                grouped.setdefault(row.fact, []).append(row)
        return {fact: tuple(rows) for fact, rows in grouped.items()}

    @cached_property
    def needs_talk(self) -> frozenset[str]:
        """The questions shown only to a person who may be talked with, directly or through a fact."""
        return frozenset(
            name for name, question in self.questions.items() if self._rests_on(question.relevant, MAY_TALK)
        )

    def _rests_on(self, tree: Expression | None, fact: str) -> bool:
        if tree is None:
            return False
        names = [node.name for node in walk(tree) if isinstance(node, Fact)]
        return fact in names or any(self._rests_on(self.facts.get(name), fact) for name in names)
