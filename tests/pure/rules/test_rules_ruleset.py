"""What a ruleset refuses when it is built, each with the place and what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kimbilio.rules import RuleError, Ruleset

Spoil = Callable[[dict[str, Any]], None]


def _question(name: str, column: str, value: str) -> Spoil:
    def spoil(tables: dict[str, Any]) -> None:
        row = next(row for row in tables["questions"] if row["name"] == name)
        row[column] = value

    return spoil


def _raise(number: int, column: str, value: str) -> Spoil:
    return lambda tables: tables["raises"][number].__setitem__(column, value)


def _indicator(number: int, column: str, value: str) -> Spoil:
    return lambda tables: tables["indicators"][number].__setitem__(column, value)


def _set(*path: Any) -> Spoil:
    *steps, last, value = path

    def spoil(tables: dict[str, Any]) -> None:
        place = tables["pathways"]
        for step in steps:
            place = place[step]
        place[last] = value

    return spoil


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            _question("age", "relevant", "may_tak"),
            r"Question 'age', relevant: there is no fact 'may_tak'.*'may_talk'",
        ),
        (
            _question("age", "never_if", "quiet ="),
            r"Question 'age', never_if: Expression 'quiet =', position 8",
        ),
        (_question("age", "type", "select_one ages"), r"Question 'age': there is no list 'ages'.*'age'"),
        (_question("age", "name", "afraid"), r"Question 'afraid' stands twice"),
        (
            _question("age", "relevant", "seen = hurt"),
            r"'seen' takes several of its choices. Compare it with `has`",
        ),
        (
            _question("age", "relevant", "quiet has yes"),
            r"'quiet' takes one of its choices. Compare it with `=`",
        ),
        (
            _question("age", "relevant", "quiet = maybe"),
            r"relevant, quiet: there is no choice 'maybe'. Allowed: no",
        ),
        (
            _question("age", "relevant", "raised(NOW-9)"),
            r"there is no indicator 'NOW-9'. Did you mean 'NOW-1'",
        ),
        (_question("age", "relevant", "need(dangr_now)"), r"there is no category 'dangr_now'.*'danger_now'"),
        (
            _question("age", "relevant", "answered(queit)"),
            r"there is no question 'queit'. Did you mean 'quiet'",
        ),
        (
            _raise(0, "question", "sean"),
            r"raises, sean hurt: there is no question 'sean'. Did you mean 'seen'",
        ),
        (_raise(0, "choice", "hurts"), r"raises, seen hurts, seen: there is no choice 'hurts'.*'hurt'"),
        (_raise(0, "indicator", "NOW-2"), r"raises, seen hurt: there is no indicator 'NOW-2'"),
        (_raise(0, "indicator", "LOS-2"), r"LOS-2 is in not_from_border_form"),
        (
            _raise(0, "condition", "is_child or"),
            r"raises, row 2, condition: Expression 'is_child or', position 12",
        ),
        (
            _indicator(0, "strength", "huge"),
            r"Indicator NOW-1: the strength 'huge' is not known. Allowed: immediate",
        ),
        (
            _indicator(0, "applies_to", "men"),
            r"Indicator NOW-1: applies_to 'men' is not known. Allowed: adult, both",
        ),
        (_set("facts", "danger", ""), r"Fact 'danger' is empty"),
        (_set("facts", {"danger": "quiet = no"}), r"facts: 'is_child' is missing"),
        (_set("facts", "danger", "wants_home and danger"), r"rest on themselves: fact danger → fact danger"),
        (
            _set("facts", "is_child", "raised(KID-1)"),
            r"rest on themselves: fact is_child → indicator KID-1 → fact",
        ),
        (_set("facts", "is_child", "need(any)"), r"rest on themselves: fact is_child → need any → "),
        (
            _set("decision_rules", "danger_now", {"storng": 1, "any_of": []}),
            r"danger_now: 'storng' is no condition",
        ),
        (_set("decision_rules", "danger_now", {"strong": 0}), r"a count must be a whole number above 0"),
        (_set("decision_rules", "danger_now", {"note": "Text."}), r"danger_now: there is no condition"),
        (
            _set("decision_rules", "dangr", {"strong": 1}),
            r"there is no category of that name. Did you mean 'danger_now'",
        ),
        (
            _set("decision_rules", "danger_now", {"raised_any": ["X"]}),
            r"danger_now: there is no indicator 'X'",
        ),
        (
            _set("decision_rules", "danger_now", {"any_positive": ["x"]}),
            r"danger_now: there is no dimension 'x'",
        ),
        (_set("decision_rules", "danger_now", {"raised_any": "NOW-1"}), r"a list of names is needed"),
        (
            _set("decision_rules", "danger_now", {"when": "a b"}),
            r"decision_rules, danger_now: Expression 'a b', pos",
        ),
        (
            _set("decision_rules", "order_when_several", ["child_alone"]),
            r"order_when_several: '.*' is missing",
        ),
        (_set("decision_rules", "assessed_by", {"x": []}), r"assessed_by: there is no category 'x'"),
        (
            _set("decision_rules", "assessed_by", {"danger_now": ["x"]}),
            r"assessed_by, danger_now: there is no question",
        ),
        (
            _set("pathways", 0, "priority", "huge"),
            r"Pathway ZZZ-danger, priority: there is no priority 'huge'",
        ),
        (
            _set("pathways", 0, "priority_if", {"x": "urgent"}),
            r"ZZZ-danger, priority_if: there is no fact 'x'",
        ),
        (_set("pathways", 0, "category", "x"), r"Pathway ZZZ-danger: there is no category 'x'"),
        (_set("pathways", 0, "share", "x"), r"Pathway ZZZ-danger, share: there is no share profile 'x'"),
        (_set("pathways", 0, "applies_to", "men"), r"Pathway ZZZ-danger: applies_to 'men' is not known"),
        (
            _set("pathways", 0, "steps", 0, "blocked_by", ["x"]),
            r"step 1, blocked_by: there is no category 'x'",
        ),
        (_set("pathways", 0, "steps", 0, "only_if", "x"), r"step 1, only_if: there is no fact 'x'"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_with_its_place(
    spoil: Spoil, sentence: str, tables: dict[str, Any]
) -> None:
    spoil(tables)
    with pytest.raises(RuleError, match=sentence):
        Ruleset.from_tables(**tables)


def test_pathways_of_another_country_are_left_out(small: Ruleset) -> None:
    assert all(pathway.id.startswith("ZZZ-") for pathway in small.pathways)


def test_priorities_stand_from_the_most_urgent_to_the_least(small: Ruleset) -> None:
    assert list(small.priorities) == ["emergency", "urgent", "normal"]


def test_presumed_is_asked_before_potential(small: Ruleset) -> None:
    asked = [rule.result for rule in small.rules_of("victim_of_trafficking")]
    assert asked == ["presumed", "presumed", "potential", "potential"]


def test_the_questions_that_need_talk_are_those_whose_relevance_rests_on_it(small: Ruleset) -> None:
    assert small.needs_talk == {"age", "afraid", "forced", "lured", "work", "wishes", "health"}
