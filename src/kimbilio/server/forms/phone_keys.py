"""Whether the phones of an organisation close their forms, to which key, and the keys that open them.

Knows no cryptography beyond asking for it. The public key goes to the phone inside the form: the published
version stays the same, its bytes differ from organisation to organisation.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Iterator
from functools import lru_cache

from django.db import transaction as db
from django.utils import timezone

from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import crypto, keystore, sealed
from kimbilio.server.kernel.ids import new_id

from .models import FormVersion, PhoneKey
from .turns import line_up

_MODEL = re.compile(r"<model\b[^>]*>")


@db.atomic
def encryption_begin(*, actor: Actor) -> PhoneKey:
    """From now on forms are given to phones with a new key, to which they close what is filled in."""
    line_up(f"{actor.organisation} phone key")
    current = phone_key_find(actor.organisation)
    if current is not None:
        return current
    private, public = crypto.phone_pair_new()
    key, _ring = keystore.key_create(actor.organisation)
    row = PhoneKey(id=new_id(), organisation_id=actor.organisation, public=public)
    sealed.write(row, key, {"private": base64.b64encode(private).decode()})
    row.save(force_insert=True)
    act_record(actor=actor, act="encryption.begun", subject=row.id, wrote=bytes(row.sealed))
    return row


@db.atomic
def encryption_end(*, actor: Actor) -> None:
    """From now on forms are given to phones without a key. What was closed before is still opened."""
    line_up(f"{actor.organisation} phone key")
    row = phone_key_find(actor.organisation)
    if row is not None:
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        act_record(actor=actor, act="encryption.ended", subject=row.id)


def phone_key_find(organisation: uuid.UUID) -> PhoneKey | None:
    """The key in use; None when forms are not encrypted on the phone."""
    return PhoneKey.objects.filter(organisation_id=organisation, ended_at=None).first()


def private_keys(organisation: uuid.UUID) -> Iterator[bytes]:
    """The private keys that may open a form, the newest first; PKCS #8 in DER."""
    rows = list(PhoneKey.objects.filter(organisation_id=organisation).order_by("-id"))
    documents = sealed.read_many(rows)
    return (base64.b64decode(documents[row.id]["private"]) for row in rows if row.id in documents)


def xform_for(form: FormVersion, key: PhoneKey | None) -> str:
    """A published form as the phones of an organisation get it."""
    return form.xform if key is None else _with_key(form.xform, bytes(key.public))


def hash_for(form: FormVersion, key: PhoneKey | None) -> str:
    """The hash of those bytes, as form lists give it."""
    if key is None:
        return form.hash
    return _hash_with_key(form.hash, form.form_id, form.version, bytes(key.public))


@lru_cache(maxsize=256)
def _hash_with_key(content: str, form_id: str, version: str, public: bytes) -> str:
    xform = FormVersion.objects.values_list("xform", flat=True).get(
        form_id=form_id, version=version, hash=content
    )
    return f"md5:{hashlib.md5(_with_key(xform, public).encode(), usedforsecurity=False).hexdigest()}"


def _with_key(xform: str, public: bytes) -> str:
    """The element stands first in the model, where pyxform writes it for a form that names a key itself."""
    element = f'<submission base64RsaPublicKey="{base64.b64encode(public).decode()}"/>'
    return _MODEL.sub(lambda model: model.group() + element, xform, count=1)
