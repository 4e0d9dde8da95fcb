"""Helpers of the room's tests: acts without people, real commits, and a sealer that waits for the horizon."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.journal.models import Act, Seal
from kimbilio.server.journal.sealing import organisation_seal
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import acting_for


def act(organisation: Any, word: str = "desk.verified", **codes: Any) -> uuid.UUID:
    """One committed act of an organisation about nothing in particular; its id."""
    with acting_for(organisation.id):
        made = act_record(actor=actor_of_system(organisation.id), act=word, subject=new_id(), codes=codes)
    assert made is not None
    return made.id


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Wait for a condition. Tests beside this one hold transactions of their own, and with them the horizon."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It did not come to pass in time."
        time.sleep(0.05)


def seal_all(organisation: Any, **told: Any) -> None:
    """Seal until every act of the organisation has its position."""

    def sealed() -> bool:
        with acting_for(organisation.id):
            organisation_seal(organisation.id, **told)
            return Act.objects.count() == Seal.objects.count()

    until(sealed)


def in_order(organisation: Any) -> list[uuid.UUID]:
    """The ids of the organisation's acts by position."""
    with acting_for(organisation.id):
        rows = list(Seal.objects.order_by("position").values_list("position", "act_id"))
    assert [position for position, _ in rows] == list(range(1, len(rows) + 1))
    return [act_id for _, act_id in rows]


def connected(database: str, role: str) -> psycopg.Connection[Any]:
    """A connection of its own, as somebody else has it."""
    return psycopg.connect(settings.SERVER.url(database, role))


def raw_act(connection: psycopg.Connection[Any], organisation: Any, **columns: Any) -> uuid.UUID:
    """An act put in by hand, in the connection's open transaction."""
    connection.execute("select set_config('kimbilio.organisation', %s, true)", [str(organisation.id)])
    row: dict[str, Any] = {
        "id": new_id(),
        "transaction": new_id(),
        "act": "desk.verified",
        "subject": new_id(),
        "at": "now",
        "codes": "{}",
        "organisation_id": organisation.id,
    } | columns
    statement = sql.SQL("insert into journal_act ({}) values ({})").format(
        sql.SQL(", ").join(map(sql.Identifier, row)), sql.SQL(", ").join(sql.Placeholder() * len(row))
    )
    connection.execute(statement, list(row.values()))
    return uuid.UUID(str(row["id"]))
