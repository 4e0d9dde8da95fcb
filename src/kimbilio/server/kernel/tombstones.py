"""The list of destroyed keys outside both databases: one id a line, added to and never shortened.

A restored database is as it was before an erasure; this file is not, and so the erasure is done again. Ids of
keys say nothing about anybody.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings


def path() -> Path:
    """Where the list lies (KIMBILIO_TOMBSTONES)."""
    return Path(settings.KIMBILIO_TOMBSTONES)


def add(ids: Iterable[uuid.UUID]) -> None:
    """Add keys to the list. Returns only when they are on the disk. Raises OSError when there is no room."""
    lines = "".join(f"{key}\n" for key in ids).encode()
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = not file.exists()
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, lines)  # one write in append mode: two processes never mix their lines
        os.fsync(handle)
    finally:
        os.close(handle)
    if fresh:
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def read(file: Path | None = None) -> set[uuid.UUID]:
    """The keys on the list. A line cut off by a power cut is passed over: its key was not destroyed yet."""
    try:
        lines = (file or path()).read_text("ascii").splitlines()
    except FileNotFoundError:
        return set()
    found = set()
    for line in lines:
        try:
            found.add(uuid.UUID(line.strip()))
        except ValueError:
            continue
    return found
