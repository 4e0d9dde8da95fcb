"""Engines to be killed, one set for a module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from tests.fire.engines import Engines
from tests.fire.lengths import seed


@pytest.fixture
def seeded() -> int:
    """The seed of a test's random moments; pytest shows it when the test fails."""
    chosen = seed()
    print(f"KIMBILIO_FIRE_SEED={chosen} repeats this run.")
    return chosen


@pytest.fixture
def engines(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engines]:
    """An installation of the test's own, on which the test's own process works too."""
    with django_db_blocker.unblock():
        made = Engines(tmp_path_factory.mktemp("fire"), settings.DATABASE)
        try:
            with made.used():
                yield made
        finally:
            made.stop()
