"""The OpenRosa contract, line by line: every requirement names tests that exist. Sources: the OpenRosa 1.0 standard
(HTTP, form list, manifest, submission, metadata, authentication) and what ODK Collect does with each answer.
"""

from __future__ import annotations

import ast
import csv
from functools import cache

import pytest

from tests.house.tree import ROOT

TABLE = ROOT / "tests/rooms/field/openrosa.csv"


def _requirements() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _tests_in(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    found = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return frozenset(
        node.name for node in found if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


@pytest.mark.parametrize("requirement", _requirements(), ids=lambda row: row["id"])
def test_each_requirement_of_the_door_names_tests_that_exist(requirement: dict[str, str]) -> None:
    named = requirement["tests"].split()
    assert named, f"{requirement['id']} names no test."
    for test in named:
        path, _, name = test.partition("::")
        assert name in _tests_in(path), f"{requirement['id']} names {test}, which does not exist."


def test_no_requirement_stands_there_twice() -> None:
    ids = [row["id"] for row in _requirements()]
    assert len(ids) == len(set(ids)) > 50
