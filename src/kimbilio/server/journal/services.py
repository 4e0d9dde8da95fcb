"""Writing the book."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from kimbilio.server.identity.actor import Actor, actor_of_system
from kimbilio.server.kernel import crypto
from kimbilio.server.kernel.crypto import DataKey
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.inserting import rows_add, rows_insert
from kimbilio.server.kernel.rows import acting_for

from .acts import ACTS, EPOCHS
from .leaves import mark_of, rows_hash_of
from .models import Act, Root


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
    row = act_compose(
        actor=actor,
        act=act,
        subject=subject,
        transaction=transaction,
        case=case,
        codes=codes,
        key=key,
        detail=detail,
        wrote=wrote,
    )
    return row if rows_insert([row]) else None


def act_compose(
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
) -> Act:
    """An act as `act_record` would write it, for those who write many at once with `acts_add`."""
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
        row.rows_hash = rows_hash_of(actor.organisation, bytes(wrote))
    row.mark = mark_of(row)
    return row


def acts_add(acts: Sequence[Act]) -> None:
    """Write composed acts in the caller's transaction, each of a transaction that wrote none before."""
    rows_add(acts)


def epoch_begin(*, organisation: uuid.UUID, reason: str, codes: Mapping[str, Any] | None = None) -> None:
    """Write into the book that it goes on from a copy: from here on its later positions are given anew.

    To be called once for each organisation after a restore, before anybody works. `reason` is one of
    `journal.acts.EPOCHS`; the act keeps the last size and root that the copy holds, and `codes`, which hold no
    personal data. Enters `acting_for` by itself. Raises KeyError.
    """
    if reason not in EPOCHS:
        raise KeyError(f"The reason {reason!r} is not in journal.acts.EPOCHS; add it there with its words.")
    with acting_for(organisation):
        last = Root.objects.filter(organisation_id=organisation).order_by("-size").first()
        stood = {"size": last.size, "root": bytes(last.root).hex()} if last else {"size": 0}
        act_record(
            actor=actor_of_system(organisation),
            act="journal.epoch_began",
            subject=organisation,
            codes={**(codes or {}), "reason": reason, **stood},
        )
