"""A form on paper: every question once, its conditions in words, and never a name."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any

import pytest

from kimbilio.packs import load
from kimbilio.packs.paper import paper_form

LANGUAGES = ("en", "fr", "sw", "ar")


def sheet(pack: str = "zz", language: str = "en", **more: Any) -> dict[str, Any]:
    return paper_form(load(pack), "screening", language, version="1-0", **more)


def items(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for section in document["sections"] for item in section["items"]]


def item(document: dict[str, Any], text: str) -> dict[str, Any]:
    return next(row for row in items(document) if row["text"] == text)


def test_a_name_is_never_on_a_filled_sheet() -> None:
    answers = {
        "name_used": ["Invented Example"],
        "safe_contact": ["a cousin"],
        "officer_note": ["tall grass"],
    }
    filled = sheet(answers=answers)
    assert "Invented Example" not in str(filled)
    assert "a cousin" not in str(filled)
    assert item(filled, "Name you wish to use")["kept_back"]
    assert item(filled, "What you saw, no opinions")["written"] == "tall grass"


def test_every_question_of_the_form_is_there_and_the_result_is_not() -> None:
    asked = {row.name for row in load("zm").forms["screening"].questions}
    shown = items(sheet("zm"))
    assert len({row["n"] for row in shown if "n" in row}) == len(
        asked - {"result", "referral", "referral_end"}
    )


def test_what_may_not_be_asked_and_when_a_question_is_skipped_stand_in_words() -> None:
    threatened = item(sheet(), "Were you threatened on the way?")
    assert threatened["when"] == "Only if you may ask hard questions."
    assert threatened["never"] == (
        "Never ask while (the person is a child and question 13 is not “Yes”) or question 3 is “No”."
    )


def test_the_words_of_conditions_are_explained_down_to_the_answers() -> None:
    terms = sheet()["terms"]
    assert "“you may talk”: question 9 is “Yes” and question 7 is not “Nobody can interpret now”." in terms
    assert any(term.startswith("“the person is a child”: question 10 is one of") for term in terms)


def test_an_answer_that_is_enough_alone_points_to_what_to_do_and_others_do_not() -> None:
    blank = sheet()
    boxes = {box["n"]: box["title"] for box in blank["boxes"]}
    forced = item(blank, "Did anyone force or deceive you?")
    alone = {row["text"]: [boxes[n] for n in row["enough"]] for row in forced["choices"]}
    assert any("trafficking" in title for title in alone["Yes"])
    assert alone["No"] == []


def test_an_agency_whose_desk_nobody_entered_is_named_as_a_gap() -> None:
    calls = [line for box in sheet("zm")["boxes"] for line in box["call"]]
    assert "Desk, hours and number: to be entered by the country team." in calls
    assert not [line for line in calls if line.startswith("Address kept")]


def test_an_answer_that_the_pack_no_longer_knows_is_printed_as_it_came() -> None:
    filled = sheet(answers={"sex": ["gone"], "asked_before": ["something"]})
    assert item(filled, "Sex or gender, as you say")["written"] == "gone"
    assert item(filled, "asked_before")["written"] == "something"


def test_a_form_beside_the_screening_has_its_sheet_too() -> None:
    beside = [name for name in load("zz").forms if name != "screening"]
    for form in beside:
        document = paper_form(load("zz"), form, "en", version="1-0")
        assert items(document)
        assert document["boxes"] == []


def test_answers_are_ticked_and_a_filled_sheet_tells_nobody_what_to_do() -> None:
    filled = sheet(answers={"sex": ["woman"]}, repeats={"referral": [{"handover": ["with_agency"]}]})
    ticked = [row["text"] for row in item(filled, "Sex or gender, as you say")["choices"] if row["ticked"]]
    assert len(ticked) == 1
    assert filled["boxes"] == []
    assert sum(row["kind"] == "turn" for row in items(filled)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_packs_make_a_sheet_in_four_languages(language: str) -> None:
    for pack in ("zz", "zm"):
        document = sheet(pack, language)
        assert document["direction"] == ("rtl" if language == "ar" else "ltr")
        assert all(box["steps"] for box in document["boxes"])


def test_the_words_of_paper_are_there_in_all_four_languages_with_the_same_parts() -> None:
    text = files("kimbilio.packs").joinpath("paper_words.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        assert all(row[language].strip() for language in LANGUAGES), row["key"]
        parts = [{part.split("}")[0] for part in row[language].split("{")[1:]} for language in LANGUAGES]
        assert parts == [parts[0]] * 4, row["key"]
