"""Writing the book."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction as db

from kimbilio.server.identity.actor import Actor
from kimbilio.server.kernel import crypto
from kimbilio.server.kernel.crypto import DataKey
from kimbilio.server.kernel.custody import custody
from kimbilio.server.kernel.ids import new_id

from .acts import ACTS
from .models import Act


def act_record(
    *,
    actor: Actor,
    act: str,
    subject: uuid.UUID,
    transaction: uuid.UUID | None = None,
    case: uuid.UUID | None = None,
    codes: Mapping[str, Any] | None = None,
    key: DataKey | None = None,
    detail: Mapping[str, Any] | None = None,
    wrote: bytes | memoryview[int] | None = None,
) -> Act | None:
    """Write one act in the caller's transaction.

    `codes` holds codes only; whatever describes a person goes into `detail` and needs the person's `key`. `wrote`
    is what the act put into its rows (ciphertext), kept as a keyed hash. Returns None when the same transaction
    already wrote this act about this subject.
    """
    if act not in ACTS:
        raise KeyError(f"The act {act!r} is not in journal.acts; add it there with the words a reader sees.")
    row = Act(
        id=new_id(),
        organisation_id=actor.organisation,
        transaction=transaction or new_id(),
        act=act,
        subject=subject,
        case=case,
        member=actor.member,
        device=actor.device,
        codes=dict(codes or {}),
    )
    if detail is not None:
        if key is None:
            raise ValueError("An act's detail describes a person and needs the person's key.")
        row.sealed = crypto.seal(key, row.id, "journal.act.sealed", json.dumps(detail, default=str).encode())
    if wrote is not None:
        secret = custody().secret(actor.organisation, "content")
        row.rows_hash = crypto.keyed_hash(secret, bytes(wrote))
    with db.atomic():
        made = Act.objects.bulk_create([row], ignore_conflicts=True)
    if Act.objects.filter(id=row.id).exists():
        return made[0]
    return None
