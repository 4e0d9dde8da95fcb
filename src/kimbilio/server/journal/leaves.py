"""What an act says, as bytes: the leaf of the tree, and what its mark is made of.

One JSON object with sorted names, no spaces and ASCII alone; ids in their usual form, times in UTC to the
microsecond, bytes in hexadecimal. Left out is `written_in`: it belongs to a database server, not to the book, and
changes when the book moves.
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC
from typing import Any

from kimbilio.seals import leaf_hash
from kimbilio.server.kernel import crypto
from kimbilio.server.kernel.custody import custody

from .models import Act

FORM = 1
"""Raised when the serialisation changes; leaves of another form stay as they were sealed."""


def leaf_of(act: Act) -> bytes:
    """The leaf hash of all an act says, its mark included."""
    return leaf_hash(_bytes({**_said(act), "mark": _hex(act.mark)}))


def mark_of(act: Act) -> bytes:
    """The keyed hash of all an act says, under its organisation's key."""
    return crypto.keyed_hash(custody().secret(act.organisation_id, "mark"), _bytes(_said(act)))


def rows_hash_of(organisation: uuid.UUID, wrote: bytes) -> bytes:
    """The keyed hash of what an act wrote into its row (ciphertext)."""
    return crypto.keyed_hash(custody().secret(organisation, "content"), wrote)


def _said(act: Act) -> dict[str, Any]:
    return {
        "form": FORM,
        "id": str(act.id),
        "organisation": str(act.organisation_id),
        "transaction": str(act.transaction),
        "act": act.act,
        "subject": str(act.subject),
        "case": _text(act.case),
        "member": _text(act.member),
        "device": _text(act.device),
        "at": act.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "codes": act.codes,
        "sealed": _hex(act.sealed),
        "rows_hash": _hex(act.rows_hash),
    }


def _bytes(said: dict[str, Any]) -> bytes:
    # Through JSON and back first: a name that is no text sorts as what it becomes
    plain = json.loads(json.dumps(said))
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _hex(value: Any) -> str | None:
    return None if value is None else bytes(value).hex()
