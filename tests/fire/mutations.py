"""Kept files, changed at random: bytes turned, cut out, doubled, put in, two files crossed.

Hypothesis chooses, so that a failing change is made as small as it can be. An input that fails is written into the
corpus, and read first in every later run.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import seed as seeded_by
from hypothesis import strategies as st

CORPUS = Path(__file__).with_name("corpus")
LONGEST = 1.0
"""Seconds of processor time that one reading may take."""
TELLING = [
    b"", b"\x00", b"\xff\xfe", b"\xc3", b"\r\n", b"\r\n\r\n", b"--", b'"', b"%", b"<", b">", b"&#0;", b"&x;", b"]]>",
    b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"<meta/>", b"</data>", b"yes", "²".encode(), "٣".encode(), b"-1", b"9" * 400,
    b"A" * 5000, b"<a>" * 60, b'<?xml version="1.1" encoding="utf-7"?>', b"isIncomplete", b"xml_submission_file",
]  # fmt: skip

Change = tuple[str, float, float, bytes]

_changes = st.lists(
    st.tuples(
        st.sampled_from(["turn", "cut", "double", "put", "cross", "end"]),
        st.floats(0, 1),
        st.floats(0, 1),
        st.sampled_from(TELLING) | st.binary(max_size=6),
    ),
    min_size=1,
    max_size=4,
)


def kept(target: str) -> list[bytes]:
    """The files of a target's corpus."""
    found = [path.read_bytes() for path in sorted((CORPUS / target).iterdir())]
    assert found, f"tests/fire/corpus/{target} is empty."
    return found


def hammer(
    target: str, read: Callable[[bytes], object], *refusals: type[Exception], times: int, seed: int
) -> None:
    """Read every kept file, then `times` changed ones. Only `refusals` may be raised, and none may take long."""
    files = kept(target)
    failed: list[bytes] = []

    def once(content: bytes) -> None:
        began = time.thread_time()
        try:
            read(content)
        except refusals:
            pass
        except Exception:
            failed.append(content)
            raise
        if time.thread_time() - began > LONGEST:
            failed.append(content)
            raise AssertionError(f"Reading took over {LONGEST} s.")

    for content in files:
        once(content)

    @seeded_by(seed)
    @settings(max_examples=times, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(files), st.sampled_from(files), _changes)
    def mutate(content: bytes, other: bytes, changes: list[Change]) -> None:
        for change in changes:
            content = changed(content, other, change)
        once(content)

    try:
        mutate()
    except BaseException:
        if failed:
            _keep(target, failed[-1])  # the last that Hypothesis tries is the smallest
        raise


def changed(content: bytes, other: bytes, change: Change) -> bytes:
    """One change. Places are parts of the whole length."""
    kind, first, second, told = change
    at, to = sorted((round(first * len(content)), round(second * len(content))))
    match kind:
        case "turn":
            turned = bytes(byte ^ 0x20 for byte in content[at : at + 1])
            return content[:at] + turned + content[at + 1 :]
        case "cut":
            return content[:at] + content[min(to, at + 400) :]
        case "double":
            return content[:to] + content[at:to][:2000] + content[to:]
        case "put":
            return content[:at] + told + content[at:]
        case "cross":
            return content[:at] + other[round(second * len(other)) :]
        case _:
            return content[:to]


def _keep(target: str, content: bytes) -> None:
    name = f"failed-{hashlib.sha256(content).hexdigest()[:12]}.bin"
    (CORPUS / target / name).write_bytes(content)
