"""The words of the commands: every language that the command line offers says everything."""

from __future__ import annotations

from string import Formatter

from kimbilio import cli
from kimbilio.packs.words import LANGUAGES, WORDS, time_text


def _parts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_the_command_line_offers_the_languages_that_have_words() -> None:
    assert cli.LANGUAGES == LANGUAGES


def test_each_language_says_everything_with_the_same_parts() -> None:
    wrong = {
        (language, key)
        for language in LANGUAGES
        for key, english in WORDS["en"].items()
        if not WORDS[language][key] or not _parts(WORDS[language][key]) <= _parts(english)
    }
    assert not wrong


def test_a_span_is_said_in_the_unit_a_person_would_use() -> None:
    assert [time_text(minutes, "en") for minutes in (60, 90, 2880, 4 * 1440)] == [
        "1 hour",
        "90 minutes",
        "48 hours",
        "4 days",
    ]
    assert time_text(120, "fr") == "2 heures"
    assert time_text(120, "sw") == "saa 2"
