"""A new master key for an organisation: every data key is closed again with it, and the old one goes.

Each step leaves the store whole: killed at any point, everything stays readable, and the same call goes on where
it stopped. Processes that run meanwhile need not stop.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from django.db import IntegrityError, transaction

from . import crypto, keystore
from .custody import NoMasterKey, custody
from .escrow import escrow_renew
from .models import Key, Master
from .routers import STORE

BATCH = 500


def rotation_begin(organisation: uuid.UUID) -> bool:
    """Put a new master in front, unless a rotation was begun and not ended. Returns whether it is a new one."""
    ring = custody().ring(organisation)
    if len(ring.masters) > 1:
        return False
    keystore.master_register(organisation, ring.master.id)
    renewed = ring.renewed()
    keystore.master_register(organisation, renewed.master.id, another=True)
    escrow_renew(organisation, renewed)  # first: a ring that no sheet brings back must not be in use
    custody().replace(organisation, renewed)
    return True


def keys_rewrap(organisation: uuid.UUID, *, batch: int = BATCH) -> Iterator[int]:
    """Close data keys with the newest master, `batch` in a transaction; yields how many each time."""
    while True:
        ring = custody().ring(organisation)
        with transaction.atomic(using=STORE):
            rows = list(
                Key.objects.using(STORE)
                .select_for_update()
                .filter(organisation_id=organisation)
                .exclude(master_id=ring.master.id)
                .order_by("id")[:batch]
            )
            for row in rows:
                wrapped = bytes(row.wrapped)
                opener = ring.opener(wrapped)
                if opener is None:
                    raise NoMasterKey(
                        f"Key {row.id} is closed with a master key that is not in the key folder."
                    )
                row.wrapped = crypto.wrap(ring.master, crypto.unwrap(opener, row.id, wrapped))
                row.master_id = ring.master.id
            Key.objects.using(STORE).bulk_update(rows, ["wrapped", "master_id"])
        if not rows:
            return
        yield len(rows)


def rotation_end(organisation: uuid.UUID) -> bool:
    """Let the old masters go, unless a data key was closed with one meanwhile. Returns whether they went."""
    ring = custody().ring(organisation)
    try:
        with transaction.atomic(using=STORE):
            old = Master.objects.using(STORE).filter(organisation_id=organisation).exclude(id=ring.master.id)
            old._raw_delete(STORE)  # the database itself decides, at commit
    except IntegrityError:
        return False
    custody().replace(organisation, ring.settled())
    escrow_renew(organisation, ring.settled())
    return True
