"""Texts become typed answers, and texts fit to be shown."""

import pytest

from kimbilio.xlsforms import AnswersRefused, display_text, typed_answers

KINDS = {
    "size": "integer",
    "signs": "select_multiple",
    "sex": "select_one",
    "name": "text",
    "need_x": "calculate",
    "start": "metadata",
    "advice": "note",
}


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"size": "many"}, id="a word for a number"),
        pytest.param({"size": "1_000"}, id="an underscore in a number"),
        pytest.param({"size": "9" * 13}, id="a number of thirteen digits"),
        pytest.param({"unheard_of": "x"}, id="a question the form does not ask"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_by_question_and_without_its_value(
    answers: dict[str, str],
) -> None:
    with pytest.raises(AnswersRefused) as caught:
        typed_answers(answers, KINDS)
    assert caught.value.questions == tuple(answers)
    assert not any(value in str(caught.value).split() for value in answers.values())


def test_each_answer_takes_the_type_of_its_question() -> None:
    assert typed_answers({"size": " 4 ", "signs": "a  b a", "sex": "woman", "name": "Z"}, KINDS) == {
        "size": 4,
        "signs": ("a", "b"),
        "sex": "woman",
        "name": "Z",
    }


def test_values_nobody_typed_are_left_out() -> None:
    assert typed_answers({"need_x": "found", "start": "2026", "advice": ""}, KINDS) == {}


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("Zawadi\u202edezirohtua", "Zawadidezirohtua"),
        ("\u2066a\u2069\u2067b\u2068\u202a\u202b\u202c\u202d", "ab"),
        ("a\x00b\x1bc\x7fd\x9fe", "abcde"),
        ("line\nline\tcolumn", "line\nline\tcolumn"),
        ("محمد \u200e123", "محمد \u200e123"),
    ],
)
def test_what_reorders_or_hides_the_text_around_it_is_not_shown(sent: str, shown: str) -> None:
    assert display_text(sent) == shown
    assert typed_answers({"name": sent}, KINDS) == {"name": shown}
