"""Attachments at rest: encrypted before they leave the process, on disk (fsync) before the row that names them commits.

A blob's name is random; the bytes are `crypto.seal` output bound to the row that owns the blob.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from . import crypto
from .crypto import DataKey


def blob_write(key: DataKey, row: uuid.UUID, plain: bytes) -> None:
    """Keep `plain` for `row`. Returns only when it is on disk. Raises OSError when the disk is full."""
    path = _path(row)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    waiting = path.with_suffix(".part")
    try:
        with open(waiting, "wb") as file:
            file.write(crypto.seal(key, row, "blob", plain))
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        waiting.unlink(
            missing_ok=True
        )  # on a full disk half a file would keep the room from being free again
        raise
    waiting.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def blob_read(key: DataKey, row: uuid.UUID) -> bytes:
    """The bytes kept for `row`. Raises FileNotFoundError, crypto.Unreadable."""
    return crypto.unseal(key, row, "blob", _path(row).read_bytes())


def blobs_kept(*, after: float, before: float) -> Iterator[uuid.UUID]:
    """The rows whose blobs were written between two moments (seconds since 1970)."""
    for path in Path(settings.KIMBILIO_BLOBS).glob("??/*.sealed"):
        with suppress(FileNotFoundError, ValueError):
            if after < path.stat().st_mtime < before:
                yield uuid.UUID(path.stem)


def blob_remove(row: uuid.UUID) -> None:
    """Remove a blob; nothing happens when it is gone already."""
    _path(row).unlink(missing_ok=True)


def halves_remove(*, before: float) -> int:
    """Remove what was being written when a process was killed. Returns how many."""
    removed = 0
    for path in Path(settings.KIMBILIO_BLOBS).glob("??/*.part"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < before:
                path.unlink()
                removed += 1
    return removed


def _path(row: uuid.UUID) -> Path:
    return Path(settings.KIMBILIO_BLOBS) / row.hex[-2:] / f"{row}.sealed"
