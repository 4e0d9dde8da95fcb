"""Copies of the shipped packs, one for each test that asks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kimbilio.packs import find_pack
from tests.pure.packs.copies import Copy


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[str], Copy]:
    """Copies a shipped pack into a folder of the test's own."""

    def copy(pack: str) -> Copy:
        folder = tmp_path / pack
        shutil.copytree(find_pack(pack), folder)
        return Copy(folder)

    return copy


@pytest.fixture
def zz(copy_of: Callable[[str], Copy]) -> Copy:
    """A copy of the invented republic."""
    return copy_of("zz")


@pytest.fixture
def zm(copy_of: Callable[[str], Copy]) -> Copy:
    """A copy of Zambia."""
    return copy_of("zm")
