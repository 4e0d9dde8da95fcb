"""Sealing and opening envelopes. What is inside is decided by the caller; nothing else leaves an
organisation.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Organisation
from kimbilio.server.kernel import crypto
from kimbilio.server.kernel.custody import custody
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.ids import new_id

from .models import Envelope


def envelope_send(
    *, actor: Actor, receiver: Organisation, kind: str, thread: uuid.UUID, values: Mapping[str, Any]
) -> Envelope:
    """Seal `values` to the receiver and post them in the caller's transaction."""
    envelope = Envelope(
        id=new_id(), sender_id=actor.organisation, receiver=receiver, kind=kind, thread=thread
    )
    plain = json.dumps(values, ensure_ascii=False, default=str).encode()
    envelope.closed = crypto.envelope_seal(bytes(receiver.envelope_key), plain, _about(envelope))
    envelope.save(force_insert=True)
    return envelope


def envelope_open(*, actor: Actor, envelope: uuid.UUID) -> tuple[Envelope, dict[str, Any]]:
    """Open an envelope that was sent to the actor's organisation. Raises NotVisible, crypto.Unreadable."""
    row = Envelope.objects.filter(id=envelope, receiver_id=actor.organisation).first()
    if row is None:
        raise NotVisible
    secrets = custody().ring(actor.organisation).envelope_secrets()
    plain = crypto.envelope_open(secrets, bytes(row.closed), _about(row))
    values: dict[str, Any] = json.loads(plain)
    return row, values


def _about(envelope: Envelope) -> bytes:
    return (
        b"".join(
            part.bytes for part in (envelope.id, envelope.sender_id, envelope.receiver_id, envelope.thread)
        )
        + envelope.kind.encode()
    )
