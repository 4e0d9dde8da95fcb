"""Files on the disk whose rows never came to be: the file is written first, so that no row can be without it, and
stays behind when the transaction is rolled back.

A file is kept as long as any table of any organisation has a row of its name. Looked at are files between a day and
eight days old: younger ones may still get their row, older ones were looked at seven times.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from django.apps import apps
from django.db import models

from kimbilio.server.identity.selectors import organisations_all
from kimbilio.server.kernel import blobs
from kimbilio.server.kernel.rows import OwnedRow, acting_for

YOUNG, OLD = timedelta(days=1), timedelta(days=8)
AT_ONCE = 500


def orphans_sweep(*, now: datetime) -> int:
    """Remove orphaned files. Returns how many."""
    before = (now - YOUNG).timestamp()
    kept = iter(blobs.blobs_kept(after=(now - OLD).timestamp(), before=before))
    removed = blobs.halves_remove(before=before)
    while some := set(islice(kept, AT_ONCE)):
        for row in some - _with_rows(some):
            blobs.blob_remove(row)
            removed += 1
    return removed


def _with_rows(ids: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    found: set[uuid.UUID] = set()
    owned = [
        model
        for model in apps.get_models()
        if issubclass(model, OwnedRow) and isinstance(model._meta.pk, models.UUIDField)
    ]
    for organisation in organisations_all():
        with acting_for(organisation.id):
            for model in owned:
                rows = model._base_manager.filter(pk__in=ids)
                found |= set(rows.values_list("pk", flat=True))
    return found
