"""The self-assessment by OWASP ASVS 5.0: whole, in legal words, and every place it points to is there."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

from tests.house.naming import is_there
from tests.house.tree import ROOT

TABLE, PAGE = ROOT / "docs/reference/asvs.csv", ROOT / "docs/reference/asvs.md"
STATES = ("met", "partly", "not met", "does not apply")
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2,
    "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3,
    "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3,
    "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3,
    "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2,
    "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1,
    "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
"""How many requirements of level 1 and 2 each section of version 5.0.0 has."""


def _rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_requirement_of_level_one_and_two_has_one_row() -> None:
    rows = _rows()
    assert len({row["id"] for row in rows}) == len(rows)
    counted = Counter(row["id"].rpartition(".")[0] for row in rows if row["level"] in ("1", "2"))
    assert counted == SECTIONS


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["id"])
def test_a_row_speaks_in_legal_words_and_points_to_what_is_there(row: dict[str, str]) -> None:
    assert row["state"] in STATES
    assert row["about"]
    assert row["why"] or row["state"] == "met"
    places = row["where"].split()
    assert places or row["state"] not in ("met", "partly")
    missing = [place for place in places if not is_there(place)]
    assert not missing


def test_the_page_says_how_many_are_in_each_state() -> None:
    rows = _rows()
    told = {
        (level, state): int(number)
        for level, *numbers in re.findall(
            r"^\| level (\d) \|" + r" (\d+) \|" * 4, PAGE.read_text(), re.MULTILINE
        )
        for state, number in zip(STATES, numbers, strict=True)
    }
    counted = Counter((row["level"], row["state"]) for row in rows)
    assert told == {(level, state): counted[level, state] for level in "123" for state in STATES}


def test_the_page_names_every_gap() -> None:
    text = PAGE.read_text(encoding="utf-8")
    gaps = [row["id"] for row in _rows() if row["state"] == "not met"]
    assert not [id_ for id_ in gaps if f"V{id_}" not in text]
