"""The demo's folder: where its data lies, its secrets (made once), and who holds it now."""

from __future__ import annotations

import fcntl
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO

DEVICE_TOKEN = "device.token"  # noqa: S105  # the name of a file
SECRET_KEY = "secret.key"  # noqa: S105  # likewise
INSTANCE = "instance"
"""Names the database's data. When root runs the demo they lie elsewhere, and a folder made anew must not
find data whose keys went with the old one."""


class AlreadyRunning(RuntimeError):
    """The demo of this folder is running already."""

    hint = "Stop it with Ctrl-C where it runs, or use what it serves."


@dataclass(frozen=True)
class Home:
    """A folder that only its owner can enter."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> Home:
        """The folder, made when missing. The mode of a folder that was there is not changed."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(folder.resolve())

    def secret(self, name: str, *, size: int = 48) -> str:
        """The secret of that name, of `size` random bytes, made once and readable by its owner alone."""
        path = self.folder / name
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(size) + "\n")
        return path.read_text().strip()

    def hold(self) -> IO[str]:
        """Hold the folder until the file is closed or the process ends. Raises AlreadyRunning."""
        file = open(self.folder / "running", "a+")  # noqa: SIM115  # the open file is the hold
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise AlreadyRunning(str(AlreadyRunning.__doc__)) from None
        return file
