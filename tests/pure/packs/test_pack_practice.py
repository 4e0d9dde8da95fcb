"""Invented people of a pack: planted faults, and what the shipped packs promise."""

from __future__ import annotations

import pytest

from kimbilio.packs import Pack, load
from kimbilio.rules import screen
from kimbilio.rules.practice import right_answers
from tests.pure.packs.copies import Copy

PEOPLE, ANSWERS, NOTICES = (f"practice/{name}.csv" for name in ("people", "answers", "notices"))


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "found"),
    [
        (PEOPLE, "p01,yes", "p01,no", "unknown_invented", "no"),
        (PEOPLE, "p01,yes", "The first,yes", "practice_id", "The first"),
        (
            PEOPLE,
            "waits at the gate and watches",
            "waits at the North Gate and watches",
            "practice_real",
            "North Gate",
        ),
        (PEOPLE, "waits at the gate and watches", "says: call 0977 123 456", "practice_real", "0977 123 456"),
        (ANSWERS, "p01,sex,man", "p09,sex,man", "unknown_person", "p09"),
        (ANSWERS, "p01,sex,man", "p01,sexx,man", "unknown_question", "sexx"),
        (ANSWERS, "p01,sex,man", "p01,name_used,Ilo", "unknown_question", "name_used"),
        (ANSWERS, "p01,sex,man", "p01,sex,men", "unknown_choice", "men"),
        (ANSWERS, "p01,sex,man", "p01,sex,man;woman", "practice_answer", "man;woman"),
        (ANSWERS, "p01,sex,man,", "p01,sex,man,never", "unknown_when", "never"),
        (ANSWERS, "p01,sex,man,", "p01,sex,man,unsaid", "practice_answer", "man"),
        (ANSWERS, "*,group_size,1", "*,group_size,many", "unknown_choice", "many"),
        (
            NOTICES,
            "p01,work_conditions,papers_kept",
            "p01,work_conditions,watched",
            "practice_notice",
            "watched",
        ),
    ],
)
def test_a_planted_fault_is_named_by_file_row_and_value(
    zz: Copy, file: str, old: str, new: str, code: str, found: str
) -> None:
    row = zz.plant(file, old, new)
    fault = next(fault for fault in zz.errors() if fault.code == code)
    assert (fault.file, fault.row, fault.found) == (file, row, found)
    assert fault.remedy


def test_an_answer_that_never_comes_up_is_a_fault(zz: Copy) -> None:
    row = zz.add(ANSWERS, "p02,threatened,yes,alone,")
    faults = [(fault.code, fault.row) for fault in zz.errors()]
    assert faults == [("practice_unreached", row)]


def test_a_person_in_whom_nothing_is_noticed_is_a_fault(zz: Copy) -> None:
    zz.plant(NOTICES, "p03,fear_return,no", "p01,fear_return,no")
    assert "practice_nothing_noticed" in {fault.code for fault in zz.errors()}


def test_only_people_in_need_is_warned_of(zz: Copy) -> None:
    zz.add(ANSWERS, "p03,fear_return,yes,,")
    zz.plant(NOTICES, "p03,fear_return,no", "p03,fear_return,yes")
    assert "practice_all_in_need" in {fault.code for fault in zz.faults() if fault.level == "warning"}


def test_a_table_of_the_three_that_is_missing_is_asked_for(zz: Copy) -> None:
    (zz.folder / NOTICES).unlink()
    assert [(fault.code, fault.file) for fault in zz.errors()] == [("missing_file", NOTICES)]


def test_a_pack_may_do_without_people_to_practise_on(zz: Copy) -> None:
    for file in (PEOPLE, ANSWERS, NOTICES):
        (zz.folder / file).unlink()
    assert {fault.code for fault in zz.errors()} == {"unknown_key"}  # the translations of what was deleted


@pytest.fixture(scope="module")
def zambia() -> Pack:
    return load("zm")


def needs_of(pack: Pack) -> dict[str, list[str]]:
    return {
        person.id: [
            need.category for need in screen(right_answers(person.replies, pack.ruleset), pack.ruleset).needs
        ]
        for person in pack.practice.values()
    }


def test_zambias_people_need_what_an_officer_must_tell_apart(zambia: Pack) -> None:
    needs = needs_of(zambia)
    assert len(needs) >= 12
    found = {category for of_one in needs.values() for category in of_one}
    assert {
        "victim_of_trafficking",
        "asylum_seeker",
        "unaccompanied_child",
        "separated_child",
        "stateless",
        "medical_needs",
        "gbv_survivor",
        "exploited_worker",
        "stranded_migrant",
    } <= found


def test_in_some_there_is_nothing_to_find_and_one_was_only_smuggled(zambia: Pack) -> None:
    needs = needs_of(zambia)
    assert sum(not of_one for of_one in needs.values()) >= 2
    assert ["smuggled_migrant"] in needs.values()


@pytest.mark.parametrize("pack", ["zm", "zz"])
def test_whatever_is_said_has_its_reason_and_every_text_its_key(pack: str) -> None:
    loaded = load(pack)
    for person in loaded.practice.values():
        for key in person.says.values():
            assert loaded.text(key)
        for question, choice in person.notices:
            assert loaded.text(f"practice:{person.id}:why:{question}:{choice}")


def test_a_new_story_changes_the_pack_and_not_what_its_form_hangs_on(zz: Copy) -> None:
    before = load(zz.folder)
    zz.plant(PEOPLE, "watches", "looks on")
    after = load(zz.folder)
    assert before.content_hash != after.content_hash
    left = [pack.tables.content_hash(leaving_out="practice") for pack in (before, after)]
    assert left[0] == left[1] not in (before.content_hash, after.content_hash)


def test_a_changed_question_changes_what_its_form_hangs_on(zz: Copy) -> None:
    before = load(zz.folder).tables.content_hash(leaving_out="practice")
    zz.plant("forms/screening/questions.csv", "Are you afraid to go back?", "Are you afraid of going back?")
    assert load(zz.folder).tables.content_hash(leaving_out="practice") != before
