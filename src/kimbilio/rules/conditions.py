"""The conditions of a decision rule: how many indicators, of which strength, in which dimension or
category.

Knows how a rule of `decision_rules` in pathways.yaml is written and what it looks at; does not know which
indicators are raised (`needs` counts them). Source: the dimension rule of ILO and European Commission 2009
as the pack carries it; every threshold is data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kimbilio.rules.expressions import Expression, parse
from kimbilio.rules.faults import RuleError, allowed


@dataclass(frozen=True)
class Enough:
    """At least so many indicators of each strength. `medium_or_weak` counts both kinds together."""

    strong: int = 0
    medium: int = 0
    weak: int = 0
    medium_or_weak: int = 0

    @property
    def strengths(self) -> frozenset[str]:
        """The strengths that are counted at all."""
        named = {"strong": self.strong, "medium": self.medium, "weak": self.weak}
        either = {"medium", "weak"} if self.medium_or_weak else set()
        return frozenset({strength for strength, number in named.items() if number} | either)

    def met_by(self, *, strong: int, medium: int, weak: int) -> bool:
        """Whether so many indicators of each strength are enough."""
        return (
            strong >= self.strong
            and medium >= self.medium
            and weak >= self.weak
            and medium + weak >= self.medium_or_weak
        )


@dataclass(frozen=True)
class EnoughIn:
    """`enough` is met by the indicators of one dimension, or of one category when `dimension` is empty."""

    enough: Enough
    category: str = ""
    dimension: str = ""


@dataclass(frozen=True)
class AnyPositive:
    """One of the dimensions is positive by the ruleset's `dimension_positive`."""

    dimensions: tuple[str, ...]


@dataclass(frozen=True)
class StrongInAny:
    """One strong indicator at least in one of the dimensions."""

    dimensions: tuple[str, ...]


@dataclass(frozen=True)
class RaisedAny:
    """One of the indicators is raised."""

    indicators: tuple[str, ...]


@dataclass(frozen=True)
class When:
    """The expression holds."""

    expression: Expression


@dataclass(frozen=True)
class AllOf:
    """All parts are met."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """One part at least is met."""

    parts: tuple[Condition, ...]


Condition = EnoughIn | AnyPositive | StrongInAny | RaisedAny | When | AllOf | AnyOf


@dataclass(frozen=True)
class Rule:
    """When `condition` is met the category has this result; of several rules of a category the first wins."""

    category: str
    result: str
    condition: Condition


def condition_parts(condition: Condition) -> Iterator[Condition]:
    """The condition and every condition inside it, outermost first."""
    yield condition
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from condition_parts(part)


_COUNTS = ("strong", "medium", "weak", "medium_or_weak")
_OTHERS = ("any_positive", "positive", "strong_in_any", "raised_any", "when", "all_of", "any_of")


def read_condition(data: Mapping[str, Any], *, category: str, where: str) -> Condition:
    """A rule of pathways.yaml as a condition on a category's indicators.

    `in_dimension` narrows the counting to one dimension; entries that are sentences (`beside_trafficking`)
    are for people and are passed over. Raises RuleError that begins with `where`.
    """
    return _read(data, category=category, dimension=str(data.get("in_dimension", "")), where=where)


def read_enough(data: Mapping[str, Any], *, where: str) -> Enough:
    """One line of counts, such as `{strong: 1, medium_or_weak: 1}`; RuleError when it holds anything else."""
    unknown = [key for key in data if key not in _COUNTS]
    if unknown or not data:
        raise RuleError(f"{where}: '{', '.join(unknown)}' is no count. {allowed(_COUNTS)}")
    if not all(type(number) is int and number > 0 for number in data.values()):
        raise RuleError(f"{where}: a count must be a whole number above 0.")
    return Enough(**data)


def _read(data: Mapping[str, Any], *, category: str, dimension: str, where: str) -> Condition:
    parts: list[Condition] = []
    counts = {key: value for key, value in data.items() if key in _COUNTS}
    if counts:
        in_category = "" if dimension else category
        parts.append(EnoughIn(read_enough(counts, where=where), in_category, dimension))
    for key, value in data.items():
        match key:
            case "any_positive":
                parts.append(AnyPositive(_names(value, where)))
            case "positive":
                parts.append(AnyPositive((str(value),)))
            case "strong_in_any":
                parts.append(StrongInAny(_names(value, where)))
            case "raised_any":
                parts.append(RaisedAny(_names(value, where)))
            case "when":
                parts.append(When(_expression(str(value), where)))
            case "any_of" | "all_of":
                inner = tuple(
                    _read(part, category=category, dimension=dimension, where=where) for part in value
                )
                parts.append(AnyOf(inner) if key == "any_of" else AllOf(inner))
            case "in_dimension":
                pass
            case _ if key in _COUNTS or isinstance(value, str):
                pass
            case _:
                raise RuleError(
                    f"{where}: '{key}' is no condition. {allowed([*_COUNTS, *_OTHERS], near=key)}"
                )
    if not parts:
        raise RuleError(f"{where}: there is no condition. {allowed([*_COUNTS, *_OTHERS])}")
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _expression(text: str, where: str) -> Expression:
    try:
        return parse(text)
    except RuleError as fault:
        raise RuleError(f"{where}: {fault}") from fault


def _names(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise RuleError(f"{where}: a list of names is needed, as in [one, two].")
    return tuple(str(name) for name in value)
