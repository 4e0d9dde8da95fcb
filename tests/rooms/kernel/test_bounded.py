"""A program within limits: what it may take, and that nothing of it stays behind."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

from kimbilio.server.kernel.bounded import OverLimit, ProgramFailed, run

MIB = 1024 * 1024
LIMITS: dict[str, Any] = {"seconds": 20.0, "memory": 512 * MIB, "output": 2 * MIB}


def _python(program: str, given: bytes = b"", **limits: float) -> bytes:
    return run([sys.executable, "-c", program], given=given, **(LIMITS | limits))


def test_what_goes_in_comes_out() -> None:
    given = bytes(range(256)) * 4000  # far more than a pipe holds
    assert _python("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())", given) == given


def test_a_program_that_does_not_end_is_ended_with_its_children() -> None:
    mark = f"kimbilio-{time.monotonic_ns()}"
    program = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', '{mark}'])\n"
        "time.sleep(60)"
    )
    with pytest.raises(OverLimit) as told:
        _python(program, seconds=1.5)
    assert told.value.limit == "time"
    left = subprocess.run(
        ["/usr/bin/env", "pgrep", "-f", f"{mark}$"], capture_output=True, check=False
    ).stdout
    assert left == b""


def test_a_program_that_eats_memory_fails_alone() -> None:
    with pytest.raises(ProgramFailed):
        _python("b = bytearray(1 << 30)")


def test_a_program_that_never_stops_talking_is_ended() -> None:
    with pytest.raises(OverLimit) as told:
        _python("while True: print('x' * 1000)")
    assert told.value.limit == "output"


def test_a_failure_tells_its_code_and_keeps_its_words_out_of_the_message() -> None:
    with pytest.raises(ProgramFailed) as told:
        _python("import sys; sys.exit('a value in clear')")
    assert told.value.code == 1
    assert b"a value in clear" in told.value.said
    assert "a value" not in str(told.value)


def test_a_program_that_does_not_read_does_not_block() -> None:
    assert _python("print('done')", b"x" * MIB) == b"done\n"
