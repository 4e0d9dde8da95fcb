"""Decision rules: every category can be found, every one can be *not assessed*, every rule names what exists.

Knows the vocabulary of `decision_rules` in pathways.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kimbilio.packs.checks.contents import STRENGTHS, Contents, known, strings
from kimbilio.packs.faults import Fault
from kimbilio.packs.tables import YamlPath

_COUNTS = (*STRENGTHS, "medium_or_weak")
_DIMENSIONS = ("any_positive", "strong_in_any")
TRAFFICKING = "victim_of_trafficking"
_TRAFFICKING_RULES = ("presumed_adult", "presumed_child", "potential_adult", "potential_child")


def check_decisions(contents: Contents) -> Iterator[Fault]:
    """Rules without a category and categories without a rule, an order or a *not assessed* branch."""
    rules = contents.mapping("decision_rules")
    for category in contents.categories:
        has_rule = isinstance(rules.get("trafficking" if category == TRAFFICKING else category), dict)
        if not has_rule:
            message = f"the category '{category}' has no decision rule, so it can never be found"
            remedy = f"Write for example {category}: {{any_of: [{{strong: 1}}]}}."
            yield _fault(contents, "no_rule", (), category, message, remedy)
    for name in _TRAFFICKING_RULES if TRAFFICKING in contents.categories else ():
        if not isinstance(contents.mapping("decision_rules", "trafficking").get(name), dict):
            message = f"the rules of trafficking have no '{name}'"
            yield _fault(
                contents,
                "no_rule",
                ("trafficking",),
                name,
                message,
                f"Copy {name} from packs/zz/pathways.yaml.",
            )
    yield from _assessed(contents)
    yield from _order(contents)
    for category in contents.categories:
        if category != TRAFFICKING:
            yield from _terms(contents, rules.get(category), (category,))
    yield from _terms(contents, rules.get("dimension_positive"), ("dimension_positive",))
    for name in _TRAFFICKING_RULES:
        value = contents.mapping("decision_rules", "trafficking").get(name)
        yield from _terms(contents, value, ("trafficking", name))


def _assessed(contents: Contents) -> Iterator[Fault]:
    assessed = contents.mapping("decision_rules", "assessed_by")
    for category, questions in assessed.items():
        at: YamlPath = ("assessed_by", category)
        if category not in contents.categories:
            message = f"assessed_by names '{category}', which is not a category"
            yield _fault(
                contents, "unknown_category", at, category, message, known(contents.categories, category)
            )
        for position, question in strings(questions):
            if question not in contents.question:
                message = f"'{category}' is assessed by '{question}', which is no question"
                remedy = known(contents.question, question)
                yield _fault(contents, "unknown_question", (*at, position), question, message, remedy)
    for category in contents.categories:
        if category not in assessed and not _only_seen(contents, category):
            message = (
                f"the category '{category}' has no 'not assessed' branch: unasked reads as nothing found"
            )
            remedy = f"Name under assessed_by the questions that ask for it: {category}: [question, …]."
            yield _fault(contents, "no_assessed_by", ("assessed_by",), category, message, remedy)


def _only_seen(contents: Contents, category: str) -> bool:
    """Whether the category rests on observation alone: what is seen needs no question to have been put."""
    rows = [
        row
        for id_, raised in contents.raised_by.items()
        if id_ in contents.indicators and contents.indicators[id_]["category"] == category
        for row in raised
    ]
    return bool(rows) and all(
        row["question"] in contents.question and contents.question[row["question"]]["observe"] == "yes"
        for row in rows
    )


def _order(contents: Contents) -> Iterator[Fault]:
    order = [name for _, name in strings(contents.mapping("decision_rules").get("order_when_several"))]
    at: YamlPath = ("order_when_several",)
    for category in contents.categories:
        if order.count(category) != 1:
            state = "twice" if category in order else "not"
            message = f"the category '{category}' stands {state} in order_when_several"
            remedy = "Name every category once: the first that is found says who leads the person."
            yield _fault(contents, "order", at, category, message, remedy)
    for position, name in enumerate(order):
        if name not in contents.categories:
            message = f"order_when_several names '{name}', which is not a category"
            yield _fault(
                contents, "unknown_category", (*at, position), name, message, known(contents.categories, name)
            )


def _terms(contents: Contents, value: Any, at: YamlPath) -> Iterator[Fault]:
    """Walk one rule: counts are whole numbers, dimensions and indicators exist, words are known."""
    if not isinstance(value, dict):
        return
    dimensions = sorted({row["dimension"] for row in contents.tables.table("indicators")})
    for key, item in value.items():
        here = (*at, str(key))
        if key in {"any_of", "all_of"}:
            for position, part in enumerate(item if isinstance(item, list) else []):
                yield from _terms(contents, part, (*here, position))
            if not isinstance(item, list) or not item:
                yield _fault(
                    contents, "rule", here, str(item), f"{key} is empty", "Write at least one { } in [ ]."
                )
        elif key in _COUNTS:
            if not isinstance(item, int) or isinstance(item, bool) or item < 1:
                message = f"the count of {key} is '{item}', which is not a whole number above zero"
                yield _fault(contents, "not_a_number", here, str(item), message, "Write digits only.")
        elif key in _DIMENSIONS:
            for position, name in strings(item):
                if name not in dimensions:
                    message = f"'{name}' is the dimension of no indicator"
                    yield _fault(
                        contents,
                        "unknown_dimension",
                        (*here, position),
                        name,
                        message,
                        known(dimensions, name),
                    )
        elif key in {"positive", "in_dimension"}:
            if item not in dimensions:
                message = f"'{item}' is the dimension of no indicator"
                yield _fault(
                    contents, "unknown_dimension", here, str(item), message, known(dimensions, str(item))
                )
        elif key == "raised_any":
            for position, name in strings(item):
                if name not in contents.indicators:
                    message = f"'{name}' is no indicator"
                    remedy = known(contents.indicators, name)
                    yield _fault(contents, "unknown_indicator", (*here, position), name, message, remedy)
        elif key not in {"when", "beside_trafficking"}:
            words = (
                *_COUNTS,
                *_DIMENSIONS,
                "positive",
                "in_dimension",
                "raised_any",
                "when",
                "any_of",
                "all_of",
            )
            message = f"'{key}' is no word of a decision rule"
            yield _fault(contents, "unknown_rule", here, str(key), message, known(words, str(key)))


def _fault(contents: Contents, code: str, at: YamlPath, found: str, message: str, remedy: str) -> Fault:
    document = contents.pathways
    return Fault(code, document.file, document.line("decision_rules", *at), found, message, remedy)
