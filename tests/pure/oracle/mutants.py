"""Copies of a pack with one thing changed: what a slip of the hand, or a well-meant edit, would do.

Knows how the tables of a pack are written; each change is one that the checker of packs lets through.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from tests.pure.oracle.interpreter import PackText

Change = Callable[[PackText], None]
Mutant = tuple[str, Change]


def mutants(pack: PackText) -> Iterator[Mutant]:
    """Every change, with the place and what is done there."""
    yield from _raises(pack)
    yield from _questions(pack)
    yield from _indicators(pack)
    yield from _facts(pack)
    yield from _rules(pack.pathways["decision_rules"], ("decision_rules",))
    yield from _said(pack)
    yield from _pathways(pack)


def changed(pack: PackText, change: Change) -> PackText:
    """A copy with the change made."""
    other = copy.deepcopy(pack)
    change(other)
    return other


def _raises(pack: PackText) -> Iterator[Mutant]:
    for n, row in enumerate(pack.raises):
        name = f"raises.csv, {row['question']} {row['choice']} {row['indicator'] or row['fact']}"
        if row["indicator"]:
            yield f"{name}: taken out", lambda p, n=n: p.raises.pop(n)
        if row["condition"]:
            yield f"{name}: without its condition", lambda p, n=n: p.raises[n].update(condition="")
            yield f"{name}: condition turned", lambda p, n=n: _turn(p.raises[n], "condition")


def _turn(row: dict[str, Any], column: str) -> None:
    row[column] = f"not ({row[column]})"


def _questions(pack: PackText) -> Iterator[Mutant]:
    raising = {row["question"] for row in pack.raises}
    for n, row in enumerate(pack.questions):
        for column in ("relevant", "never_if"):
            if row[column] and row["name"] in raising:
                yield (
                    f"questions.csv, {row['name']}: without {column}",
                    lambda p, n=n, c=column: p.questions[n].update({c: ""}),
                )


def _indicators(pack: PackText) -> Iterator[Mutant]:
    raised = {row["indicator"] for row in pack.raises}
    softer = {"immediate": "weak", "strong": "medium", "medium": "strong", "weak": "strong"}
    for n, row in enumerate(pack.indicators):
        if row["id"] in raised:
            to = softer[row["strength"]]
            yield (
                f"indicators.csv, {row['id']}: {to} for {row['strength']}",
                lambda p, n=n, to=to: p.indicators[n].update(strength=to),
            )


def _facts(pack: PackText) -> Iterator[Mutant]:
    for name, text in pack.pathways["facts"].items():
        yield f"facts, {name}: turned", lambda p, k=name: _turn(p.pathways["facts"], k)
        for word, other in ((" or ", " and "), (" and ", " or ")):
            for at in range(text.count(word)):
                new = _replaced(text, word, other, at)
                yield (
                    f"facts, {name}: {other.strip()} for {word.strip()} {at + 1}",
                    lambda p, k=name, t=new: p.pathways["facts"].update({k: t}),
                )


def _replaced(text: str, old: str, new: str, at: int) -> str:
    parts = text.split(old)
    return old.join(parts[: at + 1]) + new + old.join(parts[at + 1 :])


COUNTS = ("strong", "medium", "weak", "medium_or_weak")
LISTS = ("any_of", "all_of", "any_positive", "strong_in_any", "raised_any")


def _rules(node: Any, path: tuple[Any, ...]) -> Iterator[Mutant]:
    """Counts made smaller and greater, parts taken out, `any_of` and `all_of` exchanged, wherever they stand."""
    name = ", ".join(str(part) for part in path)
    for key, value in node.items() if isinstance(node, dict) else enumerate(node):
        here = (*path, key)
        if key in COUNTS:
            for number in {value - 1, value + 1} - {0}:
                yield f"{name}, {key} {number} for {value}", lambda p, h=here, n=number: _put(p, h, n)
        elif key == "when":
            yield f"{name}, when: turned", lambda p, h=here, v=value: _put(p, h, f"not ({v})")
        elif key in LISTS and isinstance(value, list) and len(value) > 1:
            for n in range(len(value)):
                yield f"{name}, {key}: part {n + 1} taken out", lambda p, h=here, n=n: _get(p, h).pop(n)
        if isinstance(value, dict | list) and key not in ("order_when_several", "assessed_by"):
            yield from _rules(value, here)


def _get(pack: PackText, path: tuple[Any, ...]) -> Any:
    node = pack.pathways
    for part in path:
        node = node[part]
    return node


def _put(pack: PackText, path: tuple[Any, ...], value: Any) -> None:
    _get(pack, path[:-1])[path[-1]] = value


def _said(pack: PackText) -> Iterator[Mutant]:
    rules = pack.pathways["decision_rules"]
    order = rules["order_when_several"]
    for n in range(len(order) - 1):
        swapped = [*order[:n], order[n + 1], order[n], *order[n + 2 :]]
        yield (
            f"order: {order[n + 1]} before {order[n]}",
            lambda p, o=swapped: _put(p, ("decision_rules", "order_when_several"), o),
        )
    for category, questions in rules["assessed_by"].items():
        for n, question in enumerate(questions):
            yield (
                f"assessed_by, {category}: without {question}",
                lambda p, c=category, n=n: _get(p, ("decision_rules", "assessed_by", c)).pop(n),
            )


def _pathways(pack: PackText) -> Iterator[Mutant]:
    levels = list(pack.pathways["priorities"])
    leads = sorted({pathway["lead"] for pathway in pack.pathways["pathways"]})
    for n, pathway in enumerate(pack.pathways["pathways"]):
        name, here = f"pathways, {pathway['id']}", ("pathways", n)
        other = levels[levels.index(pathway["priority"]) - 1]
        yield (
            f"{name}: {other} for {pathway['priority']}",
            lambda p, h=here, o=other: _put(p, (*h, "priority"), o),
        )
        lead = leads[leads.index(pathway["lead"]) - 1]
        yield f"{name}: {lead} leads", lambda p, h=here, o=lead: _put(p, (*h, "lead"), o)
        for fact in pathway.get("priority_if") or {}:
            yield (
                f"{name}: without priority_if {fact}",
                lambda p, h=here, f=fact: _get(p, (*h, "priority_if")).pop(f),
            )
        for m, step in enumerate(pathway["steps"]):
            at = (*here, "steps", m)
            yield f"{name}, step {step['n']}: taken out", lambda p, h=here, m=m: _get(p, (*h, "steps")).pop(m)
            for b, category in enumerate(step.get("blocked_by", ())):
                yield (
                    f"{name}, step {step['n']}: not blocked by {category}",
                    lambda p, a=at, b=b: _get(p, (*a, "blocked_by")).pop(b),
                )
            if step.get("only_if"):
                yield f"{name}, step {step['n']}: without only_if", lambda p, a=at: _get(p, a).pop("only_if")
                yield (
                    f"{name}, step {step['n']}: only_if turned",
                    lambda p, a=at: _turn(_get(p, a), "only_if"),
                )
