"""The page of threats names code and tests that are there, for every adversary."""

from __future__ import annotations

import re

import pytest

from tests.house.naming import is_there
from tests.house.tree import ROOT

PAGE = (ROOT / "docs/explanation/threats.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/.-]+\.py(?:::\w+)?)`", PAGE)))
ADVERSARIES = re.split(r"^## ", PAGE, flags=re.MULTILINE)[2:]


def _whole(named: str) -> str:
    folder = "src/kimbilio/server" if "/test_" not in named else "tests"
    return f"{folder}/{named}"


@pytest.mark.parametrize("named", NAMED)
def test_what_the_page_names_is_there(named: str) -> None:
    assert is_there(_whole(named)), f"{named} is not there. Mend the page, or the claim."


@pytest.mark.parametrize("part", ADVERSARIES, ids=lambda part: part.splitlines()[0])
def test_each_adversary_has_a_test_what_does_not_hold_and_what_is_left_to_do(part: str) -> None:
    assert re.search(r"::test_\w+`", part)
    assert "**Does not hold:**" in part
    assert "**You:**" in part


def test_a_name_that_is_gone_is_noticed() -> None:
    assert len(NAMED) > 60
    assert len(ADVERSARIES) == 17
    assert not is_there("tests/house/test_threats.py::test_of_no_such_name")
    assert not is_there("tests/house/test_nothing.py")
