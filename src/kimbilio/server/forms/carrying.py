"""Files that a correction still names and its phone did not send again: they are carried over from what it corrects.

A phone sends only the files that changed. Each form has a key of its own, so a file is closed anew under the
correction's, and an erasure finds it there.
"""

from __future__ import annotations

from collections.abc import Collection

from kimbilio.server.kernel import blobs, sealed
from kimbilio.server.kernel.crypto import DataKey
from kimbilio.server.kernel.ids import new_id

from .models import Attachment, Submission


def files_carry_over(key: DataKey, row: Submission, original: Submission, named: Collection[str]) -> int:
    """Give `row`, whose key is given, the files that it names and lacks. Returns how many."""
    there = {
        document["name"] for document in sealed.read_many(Attachment.objects.filter(submission=row)).values()
    }
    wanted = set(named) - there
    if not wanted:
        return 0
    before = {file.id: file for file in Attachment.objects.filter(submission=original, refusal=None)}
    carried = 0
    for identifier, document in sealed.read_many(before.values()).items():
        if document["name"] not in wanted:
            continue
        old = before[identifier]
        new = Attachment(
            id=new_id(),
            organisation_id=row.organisation_id,
            submission=row,
            file_hash=bytes(old.file_hash),
            size=old.size,
        )
        sealed.write(new, key, {"name": document["name"]})
        blobs.blob_write(key, new.id, blobs.blob_read(sealed.key_of(old), old.id))
        new.save(force_insert=True)
        carried += 1
    return carried
