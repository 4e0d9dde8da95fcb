"""Many rows in one statement, and which of them were new.

Django's own bulk insertion does not say which rows met a unique constraint; asking afterwards costs a statement more
and a savepoint, and the door of the phones counts statements.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import connections, models
from django.db.models.expressions import DatabaseDefault
from psycopg import sql


def rows_insert(rows: Sequence[models.Model], *, using: str = "default") -> set[uuid.UUID]:
    """Insert rows of one model, leaving out those that a unique constraint has already; returns the ids inserted."""
    if not rows:
        return set()
    connection = connections[using]
    fields = [
        field
        for field in rows[0]._meta.local_concrete_fields
        if not isinstance(getattr(rows[0], field.attname), DatabaseDefault)
    ]
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), connection) for row in rows for field in fields
    ]
    one = sql.SQL("({})").format(sql.SQL(", ").join([sql.Placeholder()] * len(fields)))
    statement = sql.SQL("insert into {} ({}) values {} on conflict do nothing returning {}").format(
        sql.Identifier(rows[0]._meta.db_table),
        sql.SQL(", ").join(sql.Identifier(str(field.column)) for field in fields),
        sql.SQL(", ").join([one] * len(rows)),
        sql.Identifier(str(rows[0]._meta.pk.column)),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {made for (made,) in cursor.fetchall()}
