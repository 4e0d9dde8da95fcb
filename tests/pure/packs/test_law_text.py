"""The law of a pack as a person reads it."""

from __future__ import annotations

import pytest

from kimbilio.packs import Pack, load
from kimbilio.packs.law_text import joined_sentence, law_book, law_lines, protected_by_law, unsure
from kimbilio.packs.pack import Ratification


@pytest.fixture(scope="module")
def zz() -> Pack:
    return load("zz")


def test_words_that_no_provision_holds_find_nothing(zz: Pack) -> None:
    assert law_book(zz, words="submarine") == ()


def test_a_category_that_no_law_names_finds_nothing(zz: Pack) -> None:
    assert law_book(zz, protects="nobody") == ()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Treaty text (from memory)", True),
        ("IOM news (read); year from memory; verify against the depositary", True),
        ("not established", True),
        ("invented (read)", False),
    ],
)
def test_what_nobody_read_is_marked_as_still_to_be_checked(source: str, expected: bool) -> None:
    assert unsure(source) is expected


@pytest.mark.parametrize(
    ("status", "year", "language", "expected"),
    [
        ("party", 2001, "en", "Zalonia has joined (since 2001)."),
        ("party", None, "en", "Zalonia has joined."),
        ("signed_only", None, "en", "Zalonia has signed and not yet joined."),
        ("not_party", None, "en", "Zalonia has not joined."),
        ("unknown", None, "en", "Whether Zalonia has joined is not known."),
        ("party", 2001, "ar", "انضمت زالونيا (منذ 2001)."),
        ("party", 2001, "xx", "Zalonia has joined (since 2001)."),
    ],
)
def test_whether_the_state_has_joined_is_a_sentence(
    zz: Pack, status: str, year: int | None, language: str, expected: str
) -> None:
    assert joined_sentence(zz, Ratification("RIVERS", "ZZZ", status, year, ""), language) == expected


def test_of_what_the_pack_says_nothing_nothing_is_said(zz: Pack) -> None:
    assert joined_sentence(zz, None) == ""


def test_the_countrys_own_law_comes_first_and_every_provision_once(zz: Pack) -> None:
    books = law_book(zz)
    assert [book.level for book in books] == ["national", "national", "regional"]
    assert [one.id for book in books for one in book.provisions] == list(zz.laws)


def test_law_is_chosen_by_whom_it_protects_and_by_words_in_any_order(zz: Pack) -> None:
    assert [one.id for book in law_book(zz, protects="child_alone") for one in book.provisions] == ["GATE-02"]
    assert [one.id for book in law_book(zz, words="danger GATES") for one in book.provisions] == ["GATE-01"]


def test_law_is_searched_in_the_language_it_is_shown_in(zz: Pack) -> None:
    sentence = zz.text("law:WORK-01", "ar")
    found = law_book(zz, "ar", words=sentence.split()[1])
    assert "WORK-01" in [one.id for book in found for one in book.provisions]


def test_who_is_protected_stands_in_the_order_of_the_pack(zz: Pack) -> None:
    named = protected_by_law(zz)
    assert named == tuple(category for category in zz.categories if category in named)
    assert "child_alone" in named


def test_the_mark_of_a_whole_instrument_is_said_once() -> None:
    """Of the Palermo Protocol no provision was read, and the accession was."""
    text = "\n".join(law_lines(law_book(load("zm"), words="palermo")))
    assert text.count("Still to be checked") == 1
    assert "Zambia has joined (since 2005)." in text
