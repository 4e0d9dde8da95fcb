"""Keys of persons: make, fetch, join into rings, destroy.

The key store commits by itself, before the row that uses the key: a key without a row is harmless, a row without a
key would be lost. A ring is the set of keys of one person; it starts with one key and grows when records join.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction

from . import crypto
from .crypto import DataKey
from .custody import custody
from .errors import KeyDestroyed
from .ids import new_id
from .models import Key, Tombstone
from .routers import STORE


def key_create(organisation: uuid.UUID, *, ring: uuid.UUID | None = None) -> tuple[DataKey, uuid.UUID]:
    """A new key for a record of `organisation`, in `ring` or in a ring of its own. Returns the key and its ring."""
    key = DataKey(new_id(), crypto.new_secret())
    ring = ring or new_id()
    wrapped = crypto.wrap(custody().master(organisation), organisation, key)
    Key.objects.using(STORE).create(id=key.id, organisation_id=organisation, ring=ring, wrapped=wrapped)
    return key, ring


def keys_get(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, DataKey]:
    """The keys that still exist among `ids`, in one query; a destroyed key is absent."""
    rows = Key.objects.using(STORE).filter(id__in=set(ids))
    return {
        row.id: crypto.unwrap(
            custody().master(row.organisation_id), row.organisation_id, row.id, bytes(row.wrapped)
        )
        for row in rows
    }


def key_get(key_id: uuid.UUID) -> DataKey:
    """One key. Raises KeyDestroyed."""
    try:
        return keys_get([key_id])[key_id]
    except KeyError:
        raise KeyDestroyed from None


def ring_join(into: uuid.UUID, *, ring: uuid.UUID) -> None:
    """Move every key of `ring` to the ring `into`; no ciphertext changes."""
    Key.objects.using(STORE).filter(ring=ring).update(ring=into)


def ring_destroy(ring: uuid.UUID) -> int:
    """Destroy every key of a ring and leave tombstones. Returns how many."""
    with transaction.atomic(using=STORE):
        ids = list(
            Key.objects.using(STORE).select_for_update().filter(ring=ring).values_list("id", flat=True)
        )
        Tombstone.objects.using(STORE).bulk_create(
            [Tombstone(key_id=key_id) for key_id in ids], ignore_conflicts=True
        )
        Key.objects.using(STORE).filter(id__in=ids).delete()
    return len(ids)


def tombstones_replay() -> int:
    """Destroy again whatever a restored key store brought back. Returns how many keys went."""
    dead = Tombstone.objects.using(STORE).values("key_id")
    return Key.objects.using(STORE).filter(id__in=dead).delete()[0]
