"""Many rows in one statement, and which of them were new.

Django's own bulk insertion does not say which rows met a unique constraint; asking afterwards costs a statement more
and a savepoint, and the door of the phones counts statements.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, LiteralString

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg import sql


def rows_insert(rows: Sequence[models.Model]) -> set[uuid.UUID]:
    """Insert rows of one model, leaving out those that a unique constraint has already; returns the ids inserted."""
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(*_statement(rows, " on conflict do nothing returning id"))
        new = {made for (made,) in cursor.fetchall()}
    _mark_saved(row for row in rows if row.pk in new)
    return new


def rows_add(rows: Sequence[models.Model]) -> None:
    """Insert rows of one model that nothing stands in the way of. Raises IntegrityError, at the latest on commit."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(*_statement(rows, ""))
        _mark_saved(rows)


def _mark_saved(rows: Iterable[models.Model]) -> None:
    """Let Django know that they are there, so that saving one again updates it."""
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def _statement(rows: Sequence[models.Model], ending: LiteralString) -> tuple[str, list[Any]]:
    fields = [
        field
        for field in rows[0]._meta.local_concrete_fields
        if not isinstance(getattr(rows[0], field.attname), DatabaseDefault)
    ]
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields
    ]
    columns = tuple(str(field.column) for field in fields)
    return _text(rows[0]._meta.db_table, columns, len(rows), ending), values


@lru_cache(maxsize=256)
def _text(table: str, columns: tuple[str, ...], rows: int, ending: LiteralString) -> str:
    one = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(columns)))
    return (
        sql.SQL("insert into {} ({}) values {}" + ending)  # noqa: S608  # the ending is one of two of ours
        .format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join([one] * rows),
        )
        .as_string(None)
    )
