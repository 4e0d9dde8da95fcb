"""Keys of persons: make, fetch, join into rings, destroy.

The key store commits by itself, before the row that uses the key: a key without a row is harmless, a row without a
key would be lost. Keys are made some ahead of their rows; a process that ends leaves those unused. A ring is the set
of keys of one person; it starts with one key and grows when records join.
"""

from __future__ import annotations

import threading
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import IntegrityError, connections, transaction
from django.db.models import Count

from . import crypto, tombstones
from .crypto import DataKey
from .custody import NoMasterKey, custody
from .errors import KeyDestroyed
from .ids import new_id
from .models import Key, Tombstone
from .routers import STORE

_AT_ONCE = 1000
_PURSE = 32
_purse: dict[uuid.UUID, list[tuple[DataKey, uuid.UUID]]] = defaultdict(list)
_purse_lock = threading.Lock()


def master_register(organisation: uuid.UUID, master: uuid.UUID, *, another: bool = False) -> None:
    """Let data keys be closed with a master: an organisation's first, or `another` when a rotation begins."""
    with connections[STORE].cursor() as cursor:
        cursor.execute(
            "insert into kernel_master (id, organisation_id, made_at) select %s, %s, now() "
            "where %s or not exists (select from kernel_master where organisation_id = %s) on conflict do nothing",
            [master, organisation, another, organisation],
        )


def key_create(organisation: uuid.UUID, *, ring: uuid.UUID | None = None) -> tuple[DataKey, uuid.UUID]:
    """A new key for a record of `organisation`, in `ring` or in a ring of its own. Returns the key and its ring."""
    if ring is None and not connections[STORE].in_atomic_block:
        return _purse_take(organisation)
    return _keys_make(organisation, [ring or new_id()])[0]


def _keys_make(organisation: uuid.UUID, rings: Sequence[uuid.UUID]) -> list[tuple[DataKey, uuid.UUID]]:
    made = [(DataKey(new_id(), crypto.new_secret()), ring) for ring in rings]
    try:
        _keys_keep(organisation, made)
    except (
        IntegrityError
    ):  # the master was retired a moment ago, or the organisation is older than this table
        master_register(organisation, custody().ring(organisation).master.id)
        _keys_keep(organisation, made)
    return made


def _keys_keep(organisation: uuid.UUID, made: Sequence[tuple[DataKey, uuid.UUID]]) -> None:
    master = custody().ring(organisation).master
    Key.objects.using(STORE).bulk_create(
        Key(
            id=key.id,
            organisation_id=organisation,
            ring=ring,
            wrapped=crypto.wrap(master, key),
            master_id=master.id,
        )
        for key, ring in made
    )


def _purse_take(organisation: uuid.UUID) -> tuple[DataKey, uuid.UUID]:
    """A key made ahead: every commit of the key store waits for the disk, and so makes keys for many records."""
    with _purse_lock:
        purse = _purse[organisation]
        if not purse:
            purse += _keys_make(organisation, [new_id() for _ in range(_PURSE)])
        return purse.pop()


def purse_empty() -> None:
    """Forget the keys made ahead: after the key store was replaced by another."""
    with _purse_lock:
        _purse.clear()


def keys_get(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, DataKey]:
    """The keys that still exist among `ids`, in one query; a destroyed key is absent. Raises NoMasterKey."""
    wanted = set(ids)
    found = _keys_open(wanted)
    # A rotation may have ended between the look at the rows and the look at the ring
    return found if found is not None else _keys_open(wanted, last_try=True) or {}


def _keys_open(ids: set[uuid.UUID], *, last_try: bool = False) -> dict[uuid.UUID, DataKey] | None:
    found = {}
    for row in Key.objects.using(STORE).filter(id__in=ids):
        wrapped = bytes(row.wrapped)
        master = custody().ring(row.organisation_id).opener(wrapped)
        if master is not None:
            found[row.id] = crypto.unwrap(master, row.id, wrapped)
        elif not last_try:
            return None
        else:
            raise NoMasterKey(
                "A person's key is closed with a master key that is not in the key folder. "
                "Restore the folder named by KIMBILIO_KEYS as it was after the last rotation."
            )
    return found


def masters_counted() -> list[tuple[uuid.UUID, uuid.UUID | None, int]]:
    """How many keys each master closed: organisation, master (None for the first), count."""
    rows = Key.objects.using(STORE).values_list("organisation_id", "master_id")
    return list(rows.annotate(keys=Count("id")).order_by("organisation_id"))


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
    """Destroy every key of a ring and leave tombstones. Returns how many. Raises OSError.

    The list outside the databases comes first: cut off after it, the erasure is completed at the next start.
    """
    with transaction.atomic(using=STORE):
        ids = list(
            Key.objects.using(STORE).select_for_update().filter(ring=ring).values_list("id", flat=True)
        )
        if ids:
            tombstones.add(ids)
            _bury(ids)
    return len(ids)


def tombstones_replay(more: Iterable[uuid.UUID] = ()) -> int:
    """Destroy again whatever a restored key store brought back, by the store's own tombstones, the list
    outside it, and `more`. Returns how many keys went.
    """
    dead = Tombstone.objects.using(STORE).values("key_id")
    gone: int = Key.objects.using(STORE).filter(id__in=dead).delete()[0]
    listed = sorted(tombstones.read() | set(more))
    for at in range(0, len(listed), _AT_ONCE):
        ids = listed[at : at + _AT_ONCE]
        with transaction.atomic(using=STORE):
            gone += _bury(ids)
    return gone


def erased_found() -> int:
    """How many keys are there although they were destroyed."""
    dead = set(Tombstone.objects.using(STORE).values_list("key_id", flat=True)) | tombstones.read()
    ids = sorted(dead)
    return sum(
        Key.objects.using(STORE).filter(id__in=ids[at : at + _AT_ONCE]).count()
        for at in range(0, len(ids), _AT_ONCE)
    )


def _bury(ids: list[uuid.UUID]) -> int:
    Tombstone.objects.using(STORE).bulk_create(
        [Tombstone(key_id=key_id) for key_id in ids], ignore_conflicts=True
    )
    gone: int = Key.objects.using(STORE).filter(id__in=ids).delete()[0]
    return gone
