"""Disks that are small enough to be filled: each a tmpfs in a mount namespace that nobody else sees.

Of Linux, for root. What is mounted goes with the last process of the namespace, however that process ends.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWNS = 0x00020000  # linux/sched.h
BLOCK = 4096


class NoNamespace(Exception):
    """This machine or this account may not make a mount namespace; the text says why."""


@contextlib.contextmanager
def own_mounts() -> Iterator[None]:
    """Within the block this thread, and whatever it starts, mounts for itself alone. Raises NoNamespace.

    unshare(2) and setns(2); Python has them from 3.12 on only.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/mnt", os.O_RDONLY)
    folder = Path.cwd()  # setns goes to the root of the namespace
    try:
        if libc.unshare(CLONE_NEWNS):
            raise NoNamespace(os.strerror(ctypes.get_errno()))
        try:
            _mount("--make-rprivate", "/")
            yield
        finally:
            # Refused while threads of ours still run, which they do after a failure alone
            if not libc.setns(before, CLONE_NEWNS):
                os.chdir(folder)
    finally:
        os.close(before)


@dataclass
class SmallDisk:
    """A tmpfs over a folder, with so many bytes of room beside what is in the folder already."""

    folder: Path
    room: int

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        files = [path.lstat() for path in self.folder.rglob("*")]
        size = sum(-(-file.st_size // BLOCK) * BLOCK for file in files) + self.room
        aside = self.folder.with_name(f"{self.folder.name}-aside")
        aside.mkdir()
        _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(aside))
        copy = ["cp", "-a", f"{self.folder}/.", str(aside)]
        subprocess.run(copy, check=True, timeout=60)
        _mount("--move", str(aside), str(self.folder))
        aside.rmdir()

    @property
    def ballast(self) -> Path:
        """The file that takes all the room."""
        return self.folder / "ballast"

    def fill(self) -> None:
        """Take what room there is, to the last block."""
        with open(self.ballast, "ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(bytes(BLOCK)) == BLOCK:
                pass

    def free(self) -> None:
        """Give the room back."""
        self.ballast.unlink()


def _mount(*words: str) -> None:
    command = ["mount", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode:
        raise NoNamespace(done.stderr.strip())
