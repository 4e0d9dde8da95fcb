"""Streams between programs and sealed files: counted, hashed, and honest about what went wrong.

A plain dump never touches the disk: what a program writes goes through a pipe into age, and back the same way.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kimbilio.server.kernel import crypto

PIECE = 1 << 20


@dataclass(frozen=True)
class Piece:
    """One sealed file of a backup, as the manifest knows it."""

    name: str
    size: int
    sha256: str


class Source:
    """Reads, and keeps the fault it met."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.fault: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except OSError as fault:
            self.fault = fault
            raise


class Target:
    """Writes, counts and hashes, and keeps the fault it met. Without a file it only counts."""

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0
        self.fault: BaseException | None = None

    def write(self, data: bytes) -> int:
        content = bytes(data)
        try:
            if self._file is not None:
                self._file.write(content)
        except OSError as fault:
            self.fault = fault
            raise
        self._hash.update(content)
        self.size += len(content)
        return len(content)

    def flush(self) -> None:
        if self._file is not None:
            self._file.flush()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def seal_into(path: Path, source: IO[bytes], recipients: Sequence[Any]) -> Piece:
    """Seal a stream into a new file; it is on the disk when this returns. Raises OSError."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        target = Target(file)
        crypto.age_seal(Source(source), target, recipients)
        file.flush()
        os.fsync(file.fileno())
    return Piece(path.name, target.size, target.sha256)


def open_from(path: Path, target: IO[bytes] | None, identities: Sequence[Any]) -> int:
    """Open a sealed file into a stream, or only look whether it opens. Returns how many bytes were inside.

    Raises Unreadable, OSError.
    """
    inside = Target(target)
    with path.open("rb") as file:
        crypto.age_open(Source(file), inside, identities)
    return inside.size


def hash_of(path: Path) -> str:
    """SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while content := file.read(PIECE):
            digest.update(content)
    return digest.hexdigest()


class Feeding:
    """Runs `give` in a thread of its own; what it writes is read from `source`. Its fault is raised at the end."""

    def __init__(self, give: Callable[[IO[bytes]], None]) -> None:
        read, write = os.pipe()
        self.source = os.fdopen(read, "rb")
        self._out = os.fdopen(write, "wb")
        self._give = give
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Feeding:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.source.close()
        self._thread.join()
        if self._fault is not None and (kind is None or not isinstance(self._fault, BrokenPipeError)):
            raise self._fault

    def _run(self) -> None:
        try:
            self._give(self._out)
        except BaseException as fault:
            self._fault = fault
        finally:
            with suppress(BrokenPipeError):
                self._out.close()


def folder_sync(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
