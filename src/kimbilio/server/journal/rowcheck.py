"""Rows against the acts that wrote them: the newest act with a hash of a row says what its ciphertext must be.

Knows the tables only as what their models declare (`SealedRow`), never what a row means.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Exists, OuterRef

from kimbilio.server.kernel.rows import OwnedRow
from kimbilio.server.kernel.sealed import SealedRow

from .findings import Finding
from .leaves import rows_hash_of
from .models import Act

AT_ONCE = 2000

# A row is locked until its transaction ends, so the acts that wrote it are born one after another
_NEWEST = """
select distinct on (a.subject) a.subject, a.id, a.act, a.at, a.rows_hash, s.position
from journal_act a left join journal_seal s on s.act_id = a.id
where a.organisation_id = %s and a.rows_hash is not null
order by a.subject, a.id desc
"""


@dataclass(frozen=True)
class _Written:
    """What the newest act about a row says of it."""

    row: uuid.UUID
    act: uuid.UUID
    word: str
    at: datetime
    hash: bytes
    position: int | None

    def finding(self, what: str, note: str) -> Finding:
        return Finding(what, self.position, self.act, self.word, self.at, note)


def sealed_models() -> list[Any]:
    """The models whose rows acts write."""
    return [
        model for model in apps.get_models() if issubclass(model, SealedRow) and issubclass(model, OwnedRow)
    ]


def rows_check(organisation: uuid.UUID, findings: list[Finding]) -> int:
    """Add what is wrong with the rows of an organisation to `findings`. Returns how many rows were compared."""
    compared = 0
    for chunk in _chunks(organisation):
        compared += len(chunk)
        there = {}
        for model in sealed_models():
            rows = model.objects.filter(organisation_id=organisation, pk__in=[said.row for said in chunk])
            for key, sealed in rows.values_list("pk", "sealed"):
                there[key] = (model._meta.label, bytes(sealed))
        for said in chunk:
            if said.row not in there:
                findings.append(said.finding("row removed", f"row {said.row}"))
            elif rows_hash_of(organisation, there[said.row][1]) != said.hash:
                findings.append(said.finding("row changed", f"{there[said.row][0]} {said.row}"))
    findings.extend(_unwritten(organisation))
    return compared


def _chunks(organisation: uuid.UUID) -> Iterator[list[_Written]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_NEWEST, [str(organisation)])
        while rows := cursor.fetchmany(AT_ONCE):
            yield [
                _Written(row, act, word, at, bytes(hashed), position)
                for row, act, word, at, hashed, position in rows
            ]


def _unwritten(organisation: uuid.UUID) -> Iterator[Finding]:
    written = Act.objects.filter(
        organisation_id=organisation, subject=OuterRef("pk"), rows_hash__isnull=False
    )
    for model in sealed_models():
        if model.hashed_by_acts:
            rows = model.objects.filter(~Exists(written), organisation_id=organisation).order_by("pk")
            for key in rows.values_list("pk", flat=True).iterator(chunk_size=AT_ONCE):
                yield Finding("row added", note=f"{model._meta.label} {key}")
