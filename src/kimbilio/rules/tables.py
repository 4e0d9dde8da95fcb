"""Turns the rows of a pack's tables and the sections of pathways.yaml into the parts of a ruleset.

Knows columns and keys; does not check that the names agree with each other (`references` does). Source: the
pack format; a row is a mapping exactly as csv.DictReader gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kimbilio.rules.conditions import Rule, read_condition
from kimbilio.rules.expressions import Expression, parse
from kimbilio.rules.faults import RuleError, allowed
from kimbilio.rules.parts import (
    FOUND,
    IS_CHILD,
    POTENTIAL,
    PRESUMED,
    TRAFFICKING,
    AppliesTo,
    Indicator,
    Kind,
    Pathway,
    Priority,
    Question,
    Raise,
    Step,
)

Row = Mapping[str, str]

_AGES: dict[str, AppliesTo] = {"both": "both", "adult": "adult", "child": "child"}

STRENGTHS = ("immediate", "strong", "medium", "weak")

# The keys of decision_rules that are not the rule of a category.
_ABOUT_RULES = frozenset(
    {
        "immediate",
        "immediate_counts_as",
        "applies_to",
        "never_lowers",
        "one_answer_one_indicator",
        "dimension_positive",
        "trafficking",
        "order_when_several",
        "several_categories",
        "protective",
        "assessed_by",
    }
)
_TRAFFICKING_RULES = (
    (PRESUMED, "presumed_adult", f"not {IS_CHILD}"),
    (PRESUMED, "presumed_child", IS_CHILD),
    (POTENTIAL, "potential_adult", f"not {IS_CHILD}"),
    (POTENTIAL, "potential_child", IS_CHILD),
)


def expression(text: object, where: str) -> Expression | None:
    """The tree of a cell, None when it is empty; RuleError that begins with `where`."""
    if text is None or not str(text).strip():
        return None
    try:
        return parse(str(text).strip())
    except RuleError as fault:
        raise RuleError(f"{where}: {fault}") from fault


def read_questions(rows: Sequence[Row], choices: Sequence[Row]) -> dict[str, Question]:
    """The questions in the order of the form, by name."""
    lists: dict[str, list[str]] = {}
    for row in choices:
        lists.setdefault(row["list"], []).append(row["choice"])
    read: dict[str, Question] = {}
    for position, row in enumerate(rows, start=1):
        name = row["name"]
        where = f"Question '{name}'"
        if name in read:
            raise RuleError(f"{where} stands twice in the form. Give each row a name of its own.")
        kind, _, list_name = row["type"].partition(" ")
        if list_name and not list_name.startswith("pack:") and list_name not in lists:
            raise RuleError(
                f"{where}: there is no list '{list_name}' of choices. {allowed(lists, near=list_name)}"
            )
        read[name] = Question(
            name=name,
            order=position,
            kind=_kind(kind),
            choices=tuple(lists.get(list_name, ())),
            observe=row.get("observe") == "yes",
            relevant=expression(row.get("relevant"), f"{where}, relevant"),
            never_if=expression(row.get("never_if"), f"{where}, never_if"),
        )
    return read


def _kind(word: str) -> Kind:
    kinds: dict[str, Kind] = {
        "select_one": "one",
        "select_multiple": "several",
        "integer": "integer",
        "note": "none",
        "begin_repeat": "none",
        "end_repeat": "none",
    }
    return kinds.get(word, "text")


def read_raises(rows: Sequence[Row]) -> tuple[Raise, ...]:
    """What each answer raises, in the order of the table."""
    return tuple(
        Raise(
            question=row["question"],
            choice=row["choice"],
            condition=expression(row.get("condition"), f"raises, row {number}, condition"),
            indicator=row.get("indicator") or "",
            fact=row.get("fact") or "",
        )
        for number, row in enumerate(rows, start=2)
    )


def read_indicators(rows: Sequence[Row]) -> dict[str, Indicator]:
    """The indicators by id."""
    read = {}
    for row in rows:
        id_ = row["id"]
        if row["strength"] not in STRENGTHS:
            raise RuleError(
                f"Indicator {id_}: the strength '{row['strength']}' is not known. {allowed(STRENGTHS)}"
            )
        read[id_] = Indicator(
            id=id_,
            category=row["category"],
            dimension=row["dimension"],
            strength=row["strength"],
            applies_to=_applies_to(row["applies_to"], f"Indicator {id_}"),
        )
    return read


def _applies_to(word: object, where: str) -> AppliesTo:
    if str(word) not in _AGES:
        raise RuleError(f"{where}: applies_to '{word}' is not known. {allowed(_AGES)}")
    return _AGES[str(word)]


def read_facts(section: Mapping[str, Any]) -> dict[str, Expression]:
    """The facts by name, in the order of the pack."""
    facts: dict[str, Expression] = {}
    for name, text in section.items():
        tree = expression(text, f"Fact '{name}'")
        if tree is None:
            raise RuleError(f"Fact '{name}' is empty. Write when it holds.")
        facts[name] = tree
    return facts


def read_rules(section: Mapping[str, Any], categories: Iterable[str]) -> tuple[Rule, ...]:
    """The decision rules: those of trafficking first, presumed before potential, then each category's."""
    known = set(categories)
    rules = []
    trafficking = section.get("trafficking", {})
    for result, key, age in _TRAFFICKING_RULES:
        if key in trafficking:
            where = f"decision_rules, trafficking, {key}"
            data = {"all_of": [{"when": age}, trafficking[key]]}
            rules.append(Rule(TRAFFICKING, result, read_condition(data, category=TRAFFICKING, where=where)))
    for key, data in section.items():
        if key in _ABOUT_RULES:
            continue
        where = f"decision_rules, {key}"
        if key not in known:
            raise RuleError(f"{where}: there is no category of that name. {allowed(known, near=key)}")
        rules.append(Rule(key, FOUND, read_condition(data, category=key, where=where)))
    return tuple(rules)


def read_priorities(data: Mapping[str, Any]) -> dict[str, Priority]:
    """The priorities from the most urgent to the least, with the receiving agency's clocks."""
    read = []
    for id_, priority in data["priorities"].items():
        clock = data["response_times"][id_]
        read.append(
            Priority(
                id=id_,
                within_hours=int(priority["within_hours"]),
                acknowledge_minutes=int(clock["acknowledge_minutes"]),
                first_contact_hours=int(clock["first_contact_hours"]),
                escalate_after_hours=int(clock["escalate_after_hours"]),
                arrival_hours=int(data["arrival_clock_hours"][id_]),
            )
        )
    return {priority.id: priority for priority in sorted(read, key=lambda p: p.within_hours)}


def read_pathways(section: Iterable[Mapping[str, Any]], country: str) -> tuple[Pathway, ...]:
    """The pathways of one country, in the order of the pack."""
    return tuple(_pathway(data) for data in section if data.get("country", country) == country)


def _pathway(data: Mapping[str, Any]) -> Pathway:
    id_ = data["id"]
    return Pathway(
        id=id_,
        category=data["category"],
        lead=data["lead"],
        applies_to=_applies_to(data.get("applies_to", "both"), f"Pathway {id_}"),
        priority=data["priority"],
        priority_if=dict(data.get("priority_if") or {}),
        consent=data["consent"],
        confidentiality=data.get("confidentiality") or "",
        legal_duty=data.get("legal_duty") or "",
        share=data["share"],
        laws=tuple(data.get("laws") or ()),
        steps=tuple(_step(step, id_) for step in data["steps"]),
    )


def _step(data: Mapping[str, Any], pathway: str) -> Step:
    minutes = data.get("within_minutes")
    if minutes is None and data.get("within_hours") is not None:
        minutes = int(data["within_hours"]) * 60
    return Step(
        n=int(data["n"]),
        by=data["by"],
        do=f"step:{pathway}:{data['n']}",
        within_minutes=minutes,
        service_types=tuple(data.get("service_types") or ()),
        blocked_by=tuple(data.get("blocked_by") or ()),
        only_if=expression(data.get("only_if"), f"Pathway {pathway}, step {data['n']}, only_if"),
    )


def names_by_key(section: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """A section whose values are one name or a list of names, each value as a tuple."""
    return {
        key: (value,) if isinstance(value, str) else tuple(str(name) for name in value)
        for key, value in section.items()
    }


EMERGENCIES_AN_HOUR = 20
"""Where a pack says no number: a screening takes three minutes at the least, so nobody fills in more in an hour."""


def read_emergencies_an_hour(pathways: Mapping[str, Any]) -> int:
    """From how many emergencies of one phone within an hour on a supervisor is asked before more are sent."""
    flood = pathways.get("emergency_flood") or {}
    number = flood.get("from_one_phone_in_an_hour", EMERGENCIES_AN_HOUR)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise RuleError(
            "emergency_flood, from_one_phone_in_an_hour: a whole number of at least 1 belongs here. Enter how many "
            "emergencies one phone may send within an hour before a supervisor is asked, or leave the part out."
        )
    return number
