"""Keeping the files of a form: each is on the disk before its row, and the same file is kept once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from kimbilio.server.kernel import blobs, crypto, sealed
from kimbilio.server.kernel.crypto import DataKey
from kimbilio.server.kernel.custody import custody
from kimbilio.server.kernel.ids import new_id

from .models import Attachment, Refusal, Submission
from .reading import Outline

File = tuple[str, bytes]


def hash_kept(organisation: uuid.UUID, *parts: bytes) -> bytes:
    """The keyed hash by which the same form, or the same file, is recognised."""
    return crypto.keyed_hash(custody().secret(organisation, "submission"), *parts)


def files_keep(key: DataKey, submission: Submission, refusal: Refusal | None, files: Iterable[File]) -> int:
    """Keep the files that are not there yet. Returns how many were new. Raises OSError."""
    rows = Attachment.objects.filter(submission=submission, refusal=refusal)
    there = {bytes(row.file_hash) for row in rows}
    new = 0
    for name, content in files:
        file_hash = hash_kept(submission.organisation_id, name.encode(), content)
        if file_hash in there:
            continue
        there.add(file_hash)
        row = Attachment(
            id=new_id(),
            organisation_id=submission.organisation_id,
            submission=submission,
            refusal=refusal,
            file_hash=file_hash,
            size=len(content),
        )
        sealed.write(row, key, {"name": name})
        blobs.blob_write(key, row.id, content)
        row.save(force_insert=True)
        new += 1
    return new


def files_kept(
    key: DataKey, submission: Submission, refusal: Refusal | None, names: Iterable[str]
) -> dict[str, bytes]:
    """The bytes of the files of these names that are there; of several under one name, the last that came."""
    rows = list(Attachment.objects.filter(submission=submission, refusal=refusal).order_by("id"))
    documents = sealed.read_many(rows)
    wanted = set(names)
    last = {documents[row.id]["name"]: row.id for row in rows if row.id in documents}
    return {name: blobs.blob_read(key, row) for name, row in last.items() if name in wanted}


def missing_count(submission: Submission, outline: Outline) -> int:
    """How many of the files that a form names have not come."""
    there = sealed.read_many(Attachment.objects.filter(submission=submission, refusal=None)).values()
    return len(set(outline.files or ()) - {document["name"] for document in there})
