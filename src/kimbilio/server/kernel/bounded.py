"""Programs run within limits of time, memory and output: for whatever reads a file that a stranger made.

A photo, a workbook or a form can be built to eat a server. What reads one runs in a process of its own; when it
passes a limit, that process dies and nothing else. What goes in and comes out passes through pipes: a value in
clear never touches the disk.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence

_LIMIT_AND_BECOME = 'ulimit -v "$1" && ulimit -c 0 && shift && exec "$@"'


class OverLimit(RuntimeError):
    """A program needed more time, memory or room than it may have, and was ended. `limit` says which."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"A program was ended because it passed its limit of {limit}.")
        self.limit = limit


class ProgramFailed(RuntimeError):
    """A program ended with an error. `said` is what it wrote; it may quote its input, so it belongs in no log."""

    def __init__(self, code: int, said: bytes) -> None:
        super().__init__(f"A program ended with the code {code}.")
        self.code = code
        self.said = said


def run(
    command: Sequence[str],
    *,
    given: bytes = b"",
    seconds: float,
    memory: int,
    output: int,
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """What `command` writes to standard output when `given` is its standard input.

    `memory` and `output` are bytes; `memory` is address space, so a Java machine needs gigabytes of it and an
    `-Xmx` of its own. Raises OverLimit, ProgramFailed (an allocation that was refused ends a program this way).
    """
    process = subprocess.Popen(
        ["/bin/sh", "-c", _LIMIT_AND_BECOME, "sh", str(memory // 1024), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=None if environment is None else dict(environment),
        start_new_session=True,
    )
    assert process.stdout  # noqa: S101  # a pipe
    passed: list[str] = []

    def end(limit: str) -> None:
        passed.append(limit)
        _kill(process)

    clock = threading.Timer(seconds, end, ["time"])
    said: list[bytes] = []
    helpers = [
        threading.Thread(target=_feed, args=(process, given), daemon=True),
        threading.Thread(target=lambda: said.append(_drain(process)), daemon=True),
    ]
    try:
        clock.start()
        for helper in helpers:
            helper.start()
        written = process.stdout.read(output + 1)
        if len(written) > output:
            end("output")
        code = process.wait()
    finally:
        clock.cancel()
        _kill(process)
        process.wait()
        for helper in helpers:
            helper.join()
        process.stdout.close()
    if passed:
        raise OverLimit(passed[0])
    if code != 0:
        raise ProgramFailed(code, b"".join(said))
    return written


def _feed(process: subprocess.Popen[bytes], given: bytes) -> None:
    assert process.stdin  # noqa: S101  # a pipe
    with contextlib.suppress(BrokenPipeError), process.stdin:  # it has read enough, or has been ended
        process.stdin.write(given)


def _drain(process: subprocess.Popen[bytes]) -> bytes:
    """The end of what it complains about; reading it all keeps the pipe from filling up."""
    assert process.stderr  # noqa: S101  # a pipe
    kept = b""
    while piece := process.stderr.read(4096):
        kept = (kept + piece)[-4096:]
    process.stderr.close()
    return kept


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the whole group: a program's children die with it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
