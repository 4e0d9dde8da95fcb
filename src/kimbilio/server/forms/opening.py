"""Opening a form that was encrypted on the phone.

What came stays as it came, sealed; the opened form is kept beside it, and everything after goes on as if it
had come open. A form whose own part is there is read at once, although a photo is still on its way: the proof
that all is whole is asked when all is there. What cannot be opened yet is tried again whenever more of it
comes, and whenever somebody has it read again.
"""

from __future__ import annotations

import base64

from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import crypto, sealed
from kimbilio.server.kernel.crypto import Unreadable
from kimbilio.xlsforms import Envelope, SubmissionRefused, opened_name, read_envelope, read_identity

from .keeping import files_keep, files_kept, missing_count
from .models import Refusal, Submission
from .phone_keys import private_keys
from .reading import outline_of
from .reasons import DAMAGED, NO_KEY

OPEN, WAITING_FOR_MORE = "open", "waiting"
"""What `form_open` answers: the form can be read; its own part has not come. Else a code of forms.reasons."""


def form_open(*, actor: Actor, row: Submission | Refusal) -> str:
    """Open what has come of a form, if it came closed, and write what is new. Raises KeyDestroyed, OSError."""
    key = sealed.key_of(row)
    document = sealed.read(row, key)
    envelope = read_envelope(base64.b64decode(document["xml"]))
    if envelope is None or document.get("whole"):
        return OPEN
    submission, refusal = (row, None) if isinstance(row, Submission) else (row.submission, row)
    closed = files_kept(key, submission, refusal, envelope.files)
    if envelope.form not in closed:
        return WAITING_FOR_MORE
    keys = _keys_for(row, envelope)
    if keys is None:
        return NO_KEY
    plain = _plain(envelope, *keys, closed)
    if plain is None:
        return DAMAGED
    whole = len(plain) == len(envelope.files)
    if document.get("opened") and len(plain) == document.get("files"):
        return OPEN
    xml = plain.pop(envelope.form)
    files_keep(key, submission, refusal, [(opened_name(name), content) for name, content in plain.items()])
    opened = {"opened": base64.b64encode(xml).decode(), "files": len(plain) + 1, "whole": whole}
    sealed.write(row, key, {**document, **opened})
    outline = outline_of(xml, submission.form)
    if isinstance(row, Submission):
        row.started_at, row.ended_at = outline.started_at, outline.ended_at
        row.files_missing = missing_count(row, outline)
        row.save(update_fields=["sealed", "started_at", "ended_at", "files_missing"])
    else:
        row.save(update_fields=["sealed"])
    act_record(
        actor=actor,
        act="submission.opened",
        subject=row.id,
        case=submission.case,
        codes={"files": len(plain), "whole": whole},
        wrote=bytes(row.sealed),
    )
    return OPEN


def _keys_for(row: Submission | Refusal, envelope: Envelope) -> tuple[bytes, bytes] | None:
    """The organisation's private key that opens the envelope, and the form's own secret."""
    for private in private_keys(row.organisation_id):
        try:
            return private, crypto.phone_secret_open(private, envelope.closed_key)
        except Unreadable:
            continue
    return None


def _plain(
    envelope: Envelope, private: bytes, secret: bytes, closed: dict[str, bytes]
) -> dict[str, bytes] | None:
    """The open files by their closed names; None when one does not open, or all are there and not whole."""
    try:
        plain = {
            name: crypto.phone_file_open(secret, envelope.instance_id, number, closed[name])
            for number, name in enumerate(envelope.files, start=1)
            if name in closed
        }
    except Unreadable:
        return None
    if not _is_that_form(plain[envelope.form], envelope):
        return None
    if len(plain) == len(envelope.files):
        digests = {name: crypto.phone_digest(content) for name, content in plain.items()}
        if not crypto.phone_proof_holds(private, envelope.proof, envelope.told(digests)):
            return None
    return plain


def _is_that_form(xml: bytes, envelope: Envelope) -> bool:
    """Whether what was inside is the form that the outside says."""
    try:
        inside = read_identity(xml)
    except SubmissionRefused:
        return False
    return (inside.form_id, inside.version, inside.instance_id) == (
        envelope.form_id,
        envelope.version,
        envelope.instance_id,
    )
