"""Migrating while others work: whoever works goes first."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from kimbilio.server.config import database
from tests.installation import Installation


def test_a_step_that_meets_a_table_in_use_gives_way_and_is_tried_again(installation: Installation) -> None:
    tried: list[int] = []

    def step() -> None:
        tried.append(1)
        with transaction.atomic(), connection.cursor() as cursor:
            if len(tried) == 3:
                holder.rollback()
            cursor.execute("lock table people_case in row exclusive mode")

    with installation.owner() as holder:
        holder.execute("lock table people_case in access exclusive mode")
        database._patiently(step)
    assert len(tried) == 3


def test_a_table_in_use_without_a_pause_is_named_as_such(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def step() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("lock table people_case in row exclusive mode")

    monkeypatch.setattr(database, "PATIENCE", 0.5)
    with installation.owner() as holder:
        holder.execute("lock table people_case in access exclusive mode")
        with pytest.raises(database.TablesInUse) as fault:
            database._patiently(step)
        holder.rollback()
    assert "kimbilio migrate" in fault.value.hint
