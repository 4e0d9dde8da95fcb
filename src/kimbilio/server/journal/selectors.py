"""Reading the book."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from kimbilio.server.kernel import crypto, keystore

from .models import Act


def acts_of_case(case: uuid.UUID) -> QuerySet[Act]:
    """The acts on a case's timeline, newest first."""
    return Act.objects.filter(case=case).order_by("-id")


def acts_of_organisation(organisation: uuid.UUID, *, before: uuid.UUID | None = None) -> QuerySet[Act]:
    """The organisation's book, newest first, from `before` on (keyset paging)."""
    acts = Act.objects.filter(organisation_id=organisation).order_by("-id")
    return acts.filter(id__lt=before) if before else acts


def details_of(acts: Iterable[Act]) -> dict[uuid.UUID, dict[str, Any]]:
    """The sealed details of acts by act id, with one look into the key store; erased ones are absent."""
    closed = [act for act in acts if act.sealed is not None]
    keys = keystore.keys_get(crypto.key_id_of(bytes(act.sealed or b"")) for act in closed)
    details = {}
    for act in closed:
        sealed = bytes(act.sealed or b"")
        key = keys.get(crypto.key_id_of(sealed))
        if key is not None:
            details[act.id] = json.loads(crypto.unseal(key, act.id, "journal.act.sealed", sealed))
    return details
