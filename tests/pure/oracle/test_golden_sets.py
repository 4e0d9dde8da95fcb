"""The golden answer sets, held against a second reading of the pack's text and against the rules.

ORA-01 what a set expects is what the text of the pack says, read by a program that shares no line with the rules.
ORA-02 the rules find in each set what it expects: facts, indicators, needs, reasons, steps, actions, laws.
ORA-03 every branch of a pack has a set that takes it, or a reason why no phone can.
ORA-04 any answers, drawn at random, are judged alike by the rules and by the second reading.
"""

from __future__ import annotations

import os

import pytest

from kimbilio.packs import Pack, find_pack, load
from kimbilio.packs.branches import branches, example
from kimbilio.packs.examples import coverage
from kimbilio.rules import screen
from tests.pure.oracle.by_rules import as_found, needs_found
from tests.pure.oracle.drawing import draw
from tests.pure.oracle.golden import PACKS, VECTORS, Golden, golden_sets, unreachable
from tests.pure.oracle.interpreter import PackText, found

RANDOM_SETS = int(os.environ.get("KIMBILIO_RANDOM_SETS", "100"))


@pytest.fixture(scope="module", params=PACKS)
def pack(request: pytest.FixtureRequest) -> Pack:
    return load(request.param)


@pytest.fixture(scope="module")
def text(pack: Pack) -> PackText:
    return PackText(find_pack(pack.id))


def test_a_set_is_found_by_its_name_and_says_why(pack: Pack) -> None:
    sets = golden_sets(pack.id)
    assert len(sets) > 20
    assert all(golden.because.strip() for golden in sets)
    assert len({golden.name for golden in sets}) == len(sets)
    assert {path.suffix for path in (VECTORS / pack.id).iterdir()} == {".json"}


def test_each_set_expects_what_the_text_of_the_pack_says(pack: Pack, text: PackText) -> None:
    wrong = [golden.file for golden in golden_sets(pack.id) if found(text, golden.answers) != golden.found]
    assert not wrong, f"expected otherwise by the second reading of packs/{pack.id}: {', '.join(wrong)}"


def test_the_rules_find_in_each_set_what_it_expects(pack: Pack) -> None:
    for golden in golden_sets(pack.id):
        assert as_found(golden.kept, pack.ruleset) | {"not_kept": golden.found["not_kept"]} == golden.found, (
            golden.file
        )


def test_answers_that_a_form_closes_change_nothing_for_the_rules_either(pack: Pack) -> None:
    closing = [g for g in golden_sets(pack.id) if closed(g, pack) == set(g.found["not_kept"]) != set()]
    assert len(closing) >= 3
    for golden in closing:
        screening = screen(golden.answers, pack.ruleset)
        assert needs_found(screening) == golden.found["needs"], golden.file
        assert list(screening.not_assessed) == golden.found["not_assessed"], golden.file


def closed(golden: Golden, pack: Pack) -> frozenset[str]:
    return screen(golden.answers, pack.ruleset).closed


def test_every_branch_has_a_set_that_takes_it(pack: Pack) -> None:
    lacking = coverage(pack, VECTORS / pack.id).lacking
    assert not lacking, (
        f"no example in vectors/screening/{pack.id} takes these branches; add one for each, as "
        "vectors/README.md says:\n" + "\n".join(str(branch) for branch in lacking)
    )


def test_what_is_said_to_be_out_of_reach_is_a_branch_and_is_never_reached(pack: Pack) -> None:
    known = {str(branch): branch for branch in branches(pack.ruleset)}
    claimed = unreachable(pack.id)
    assert claimed.keys() <= known.keys()
    assert all(claimed.values())
    sets = [golden.answers for golden in golden_sets(pack.id)]
    for answers in [*sets, *draw(pack, RANDOM_SETS)]:
        taken = example(answers, pack.ruleset)
        assert not [name for name in claimed if known[name].takes(taken)], answers


def test_answers_at_random_are_judged_alike_by_both_readings(pack: Pack, text: PackText) -> None:
    reached: set[str] = set()
    for answers in draw(pack, RANDOM_SETS):
        expected = found(text, answers)
        kept = {q: answer for q, answer in answers.items() if q not in expected["not_kept"]}
        assert as_found(kept, pack.ruleset) | {"not_kept": expected["not_kept"]} == expected, answers
        reached |= {need["category"] for need in expected["needs"]}
    assert reached == set(pack.ruleset.order)
