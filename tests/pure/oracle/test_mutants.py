"""A pack with one thing changed is noticed by an example.

MUT-01 of the changes that any answers on a phone can show, each one drawn is noticed by a golden set.
MUT-02 the program that adds a branch without an example is told so.
"""

from __future__ import annotations

import csv
import os
import random
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from kimbilio.packs import PackError, find_pack, load
from kimbilio.packs.branches import kept_answers
from kimbilio.packs.examples import coverage
from kimbilio.rules import Answer, RuleError, Ruleset
from tests.pure.oracle.by_rules import as_found
from tests.pure.oracle.drawing import draw
from tests.pure.oracle.golden import PACKS, VECTORS, golden_sets
from tests.pure.oracle.interpreter import PackText, rows
from tests.pure.oracle.mutants import changed, mutants

# How many changes are tried, and how many random sets must fail to show a change that no example notices.
MUTANTS = int(os.environ.get("KIMBILIO_MUTANTS", "8"))
SHOWN_BY = 50


def ruleset(text: PackText, choices: list[dict[str, str]]) -> Ruleset | None:
    """The ruleset of a changed pack; None when it is refused, which is noticed too."""
    try:
        return Ruleset.from_tables(
            questions=text.questions,
            choices=choices,
            raises=text.raises,
            indicators=text.indicators,
            pathways=text.pathways,
            country=text.country,
        )
    except (RuleError, KeyError):
        return None


def meaning(answers: Mapping[str, Answer], rules: Ruleset) -> dict[str, Any]:
    """What a phone would keep of the answers, and find."""
    kept = kept_answers(answers, rules)
    return as_found(kept, rules) | {"kept": kept}


def first_noticed(expected: Iterable[tuple[Mapping[str, Any], Any]], rules: Ruleset | None) -> bool:
    """One at least of the answer sets means something else than expected."""
    if rules is None:
        return True
    for answers, meant in expected:
        try:
            if meaning(answers, rules) != meant:
                return True
        except AssertionError:
            return True
    return False


@pytest.mark.parametrize("id_", PACKS)
def test_a_change_that_answers_can_show_is_noticed_by_an_example(id_: str) -> None:
    pack, text = load(id_), PackText(find_pack(id_))
    choices = rows(find_pack(id_) / "forms" / "screening" / "choices.csv")
    golden = [
        (g.answers, {key: value for key, value in g.found.items() if key != "not_kept"} | {"kept": g.kept})
        for g in golden_sets(id_)
    ]
    assert not first_noticed(golden, ruleset(text, choices))
    at_random = [
        (answers, meaning(answers, pack.ruleset)) for answers in draw(pack, SHOWN_BY, seed="mutants")
    ]
    everything = list(mutants(text))
    some = random.Random(1871).sample(everything, min(MUTANTS, len(everything)))
    missed: list[str] = []
    for name, change in some:
        rules = ruleset(changed(text, change), choices)
        if not first_noticed(golden, rules) and first_noticed(at_random, rules):
            missed.append(name)
    assert not missed, "no example notices: " + "; ".join(missed)


def test_who_adds_an_answer_that_raises_something_is_told_to_add_an_example(tmp_path: Path) -> None:
    folder = tmp_path / "zz"
    shutil.copytree(find_pack("zz"), folder)
    table = folder / "forms" / "screening" / "raises.csv"
    with table.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(["stuck", "family_unreachable", "", "STR-03", ""])
    lacking = coverage(load(folder), VECTORS / "zz").lacking
    assert [str(branch) for branch in lacking] == [
        "raises.csv, stuck family_unreachable STR-03: alone raises it"
    ]


@pytest.mark.parametrize("content", ["no json", "{}", '{"answers": {"no_such_question": "yes"}}'])
def test_an_example_that_does_not_fit_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "someone.json").write_text(content, encoding="utf-8")
    with pytest.raises(PackError, match="example"):
        coverage(load("zz"), tmp_path)
