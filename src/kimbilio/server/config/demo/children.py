"""Child processes that live and die together.

A child gets a session of its own, so that Ctrl-C in the terminal reaches only the parent, which then stops
them in order; and the kernel stops it when the parent itself is killed.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
PATIENCE = 15.0  # seconds that a child may take to finish what it is doing


@dataclass
class Children:
    """The children by the name a reader knows them by."""

    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a child."""
        self.running[name] = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent(),  # safe: no thread runs in the parent
        )

    def dead(self) -> str | None:
        """The name of a child that has ended, if one has."""
        return next((name for name, child in self.running.items() if child.poll() is not None), None)

    def stop(self) -> None:
        """Ask each to finish, last started first; kill what does not."""
        for child in reversed(list(self.running.values())):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        limit = time.monotonic() + PATIENCE
        for child in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, limit - time.monotonic()))
            # The whole group: the web server has a process of its own below it, which would live on without it
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        self.running.clear()


def _die_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)  # loaded before the fork: a child must not load anything

    def ask() -> None:
        libc.prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)

    return ask
