"""Sealed columns: a row's describing values as one JSON document, closed with the person's key and bound to the row."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from . import crypto, keystore
from .crypto import DataKey
from .errors import KeyDestroyed


class SealedRow(models.Model):
    """A row with a sealed document. The document is read and written only through the functions of this module."""

    sealed = models.BinaryField(editable=False)

    hashed_by_acts = False
    """Whether every writing of `sealed` comes with an act that hashes it (`act_record(wrote=…)`, subject the row's
    id), so that `kimbilio journal verify` finds a row that no act wrote.
    """

    class Meta:
        abstract = True


def write(row: SealedRow, key: DataKey, document: Mapping[str, Any]) -> None:
    """Close `document` into the row (not saved). The row must have its id."""
    plain = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    row.sealed = crypto.seal(key, row.pk, _name(row), plain)


def read(row: SealedRow, key: DataKey | None = None) -> dict[str, Any]:
    """The row's document. Raises KeyDestroyed when the person was erased."""
    key = key or keystore.key_get(crypto.key_id_of(bytes(row.sealed)))
    document: dict[str, Any] = json.loads(crypto.unseal(key, row.pk, _name(row), bytes(row.sealed)))
    return document


def key_of(row: SealedRow) -> DataKey:
    """The key that closed the row. Raises KeyDestroyed."""
    return keystore.key_get(crypto.key_id_of(bytes(row.sealed)))


def read_many(rows: Iterable[SealedRow]) -> dict[uuid.UUID, dict[str, Any]]:
    """The documents of several rows by row id, with one look into the key store; erased rows are absent."""
    rows = list(rows)
    keys = keystore.keys_get(crypto.key_id_of(bytes(row.sealed)) for row in rows)
    documents: dict[uuid.UUID, dict[str, Any]] = {}
    for row in rows:
        key = keys.get(crypto.key_id_of(bytes(row.sealed)))
        if key is not None:
            documents[row.pk] = read(row, key)
    return documents


def readable(row: SealedRow) -> bool:
    """Whether the row's key still exists."""
    try:
        key_of(row)
    except KeyDestroyed:
        return False
    return True


def _name(row: SealedRow) -> str:
    return f"{row._meta.label_lower}.sealed"
