"""Questions that must never be asked at a border: the checker refuses each, however it is hidden."""

from __future__ import annotations

from tests.pure.packs.copies import Copy

QUESTIONS = "forms/screening/questions.csv"
CHOICES = "forms/screening/choices.csv"

FORBIDDEN = [
    "How did you get past the border?",
    "Why did you cross here?",
    "Did you come in illegally?",
    "What happened to you?",
    "Why did you flee?",
    "How many men were there?",
    "Are you HIV positive?",
    "Are you gay?",
    "What is your religion?",
    "Which church do you go to?",
    "What is the name of your smuggler?",
    "Who brought you here?",
    "May I look in your phone?",
    "What is your password?",
    "May I take your photo?",
    "May we X-ray your hand?",
    "Show me your teeth",
    "Which route did you take?",
    "How credible is the story?",
    "Is she lying?",
]


def test_every_question_that_must_never_be_asked_is_refused_by_its_row(zm: Copy) -> None:
    rows = {
        text: zm.add(QUESTIONS, f'{70 + n},I,one_more_{n},text,no,no,"{text}",,,')
        for n, text in enumerate(FORBIDDEN)
    }

    said = [fault for fault in zm.errors() if fault.code == "never_ask"]

    assert {fault.found: fault.row for fault in said} == rows
    assert {fault.file for fault in said} == {QUESTIONS}
    assert all("must never be asked" in f.message and "Delete the question" in f.remedy for f in said)


def test_the_name_of_a_question_betrays_it_too(zm: Copy) -> None:
    zm.add(QUESTIONS, "62,I,risk_score,integer,no,yes,How much?,,,")

    (fault,) = [fault for fault in zm.errors() if fault.code == "never_ask"]

    assert fault.found == "risk score"


def test_a_choice_that_must_never_be_offered_is_refused(zm: Copy) -> None:
    row = zm.add(CHOICES, "volunteered,own_faith,Told of their religion")

    (fault,) = [fault for fault in zm.errors() if fault.code == "never_ask"]

    assert (fault.file, fault.row) == (CHOICES, row)


def test_upper_case_does_not_hide_a_question(zz: Copy) -> None:
    zz.add(QUESTIONS, "36,I,one_more,text,no,no,HOW DID YOU GET PAST the gate?,,,")

    assert [fault.code for fault in zz.errors() if fault.code == "never_ask"] == ["never_ask"]


def test_the_one_question_that_may_speak_of_it_is_refused_once_it_no_longer_closes(zz: Copy) -> None:
    zz.plant(QUESTIONS, "may_talk,private_place = no,\n22", "may_talk,,\n22")

    (fault,) = zz.errors()

    assert (fault.code, fault.file) == ("never_ask", CHOICES)
    assert "Only question 'health' may, with never_if private_place = no" in fault.remedy


def test_the_question_that_closes_under_more_conditions_may_still_speak_of_it(zz: Copy) -> None:
    zz.plant(QUESTIONS, "may_talk,private_place = no,\n22", "may_talk,is_child or private_place = no\n22")

    assert zz.errors() == []


def test_closing_only_together_with_something_else_is_not_enough(zz: Copy) -> None:
    zz.plant(QUESTIONS, "may_talk,private_place = no,\n22", "may_talk,is_child and private_place = no\n22")

    assert [fault.code for fault in zz.errors()] == ["never_ask"]


def test_a_pack_without_the_list_is_refused(zz: Copy) -> None:
    text = (zz.folder / "pathways.yaml").read_text(encoding="utf-8")
    start, end = text.index("never_ask:"), text.index("consent_rules:")
    zz.plant("pathways.yaml", text[start:end], "never_ask: []\n\n")

    assert [fault.code for fault in zz.errors()] == ["missing_never_ask"]


def test_an_expression_of_the_list_that_cannot_be_read_is_named(zz: Copy) -> None:
    row = zz.plant("pathways.yaml", '"risk score"', '"risk (score"')

    (fault,) = zz.errors()

    assert (fault.code, fault.row, fault.found) == ("regular_expression", row, "risk (score")
