"""Who holds the organisations' master keys.

Today a folder of files; a KMS or a TPM stands behind the same two verbs.
"""

from __future__ import annotations

import os
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from . import crypto


class NoMasterKey(RuntimeError):
    """An organisation's master key is not in the key folder. Restore the folder named by KIMBILIO_KEYS."""


class Custody(Protocol):
    """Keeps one 32-byte master key per organisation."""

    def master(self, organisation: uuid.UUID) -> bytes:
        """The master key. Raises NoMasterKey."""
        ...

    def create(self, organisation: uuid.UUID) -> None:
        """Make a master key for a new organisation; does nothing when there is one."""
        ...


class KeyFolder:
    """One file per organisation, readable by the service's account alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read = lru_cache(maxsize=256)(self._read_file)

    def master(self, organisation: uuid.UUID) -> bytes:
        return self._read(organisation)

    def create(self, organisation: uuid.UUID) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(self._path(organisation), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(handle, "wb") as file:
            file.write(crypto.new_secret())
            file.flush()
            os.fsync(file.fileno())

    def _read_file(self, organisation: uuid.UUID) -> bytes:
        try:
            secret = self._path(organisation).read_bytes()
        except FileNotFoundError:
            raise NoMasterKey(str(NoMasterKey.__doc__)) from None
        if len(secret) != 32:
            raise NoMasterKey(
                "An organisation's master key file is damaged. Restore the folder named by KIMBILIO_KEYS."
            )
        return secret

    def _path(self, organisation: uuid.UUID) -> Path:
        return self._folder / f"{organisation}.key"


@lru_cache(maxsize=1)
def custody() -> Custody:
    """The custody that this installation is set to."""
    return KeyFolder(Path(settings.KIMBILIO_KEYS))
