"""Memory of all processes of a house: at rest, and while phones send and forms are understood.

The proportional set size (PSS) counts what processes share once: each gets its part of it. Summed over web server,
worker and database it is what the machine must have.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .house import House

KINDS = ("web", "jobs", "database")
SETTLE = 10.0


@contextmanager
def watched(house: House) -> Iterator[dict[str, float]]:
    """Watch while the block runs; afterwards the highest sum of each kind and of all, in megabytes."""
    highest: dict[str, float] = {}
    ended = threading.Event()

    def watch() -> None:
        while True:
            for kind, megabytes in memory(house).items():
                highest[kind] = max(highest.get(kind, 0.0), megabytes)
            if ended.wait(0.5):
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield highest
    finally:
        ended.set()
        watcher.join()


def at_rest(house: House) -> dict[str, float]:
    """After nobody asked anything for a while."""
    time.sleep(SETTLE)
    return memory(house)


def memory(house: House) -> dict[str, float]:
    """Megabytes of each kind of process and of all together, now."""
    parents = _parents()
    postmaster = int((house.database.data / "postmaster.pid").read_text().split()[0])
    found = dict.fromkeys((*KINDS, "all"), 0.0)
    for pid in parents:
        above = list(_above(pid, parents))
        if postmaster in (pid, *above):
            kind = "database"
        elif os.getpid() in above:
            kind = "jobs" if b"config.worker" in _command(pid) else "web"
        else:
            continue
        megabytes = _pss(pid) / 1024
        found[kind] += megabytes
        found["all"] += megabytes
    return found


def _parents() -> dict[int, int]:
    """The parent of every process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue  # it has ended
            found[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    return found


def _above(pid: int, parents: dict[int, int]) -> Iterator[int]:
    while (pid := parents.get(pid, 0)) > 1:
        yield pid


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _pss(pid: int) -> int:
    """Kilobytes."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
