"""A root as one line: read back from careless hands, and refused when a symbol is wrong."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimbilio.seals import RootLine, UnreadableLine, line_of, line_read, mark_of
from kimbilio.seals.lines import ALPHABET

SOMEBODY = uuid.UUID("01930000-0000-7000-8000-00c0ffee1234")
ROOT = bytes(range(32))
LINE = line_of(SOMEBODY, 1204, ROOT)


@pytest.mark.parametrize("text", ["", "1204", LINE[:-1], LINE + "0", LINE.replace("1204", ""), "Ü" * 70])
def test_what_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(UnreadableLine):
        line_read(text)


def test_every_single_wrong_symbol_is_found() -> None:
    for at, symbol in enumerate(LINE):
        if symbol in ALPHABET:
            for other in set(ALPHABET) - {symbol}:
                with pytest.raises(UnreadableLine):
                    line_read(LINE[:at] + other + LINE[at + 1 :])


@pytest.mark.parametrize(
    "text",
    [
        LINE,
        LINE.lower(),
        LINE.replace("-", " "),
        LINE.replace("-", ""),
        LINE.replace("0", "O").replace("1", "l").replace("l2O4", "1204"),
        f"  {LINE}\n",
    ],
)
def test_a_careless_copy_reads_the_same(text: str) -> None:
    assert line_read(text) == RootLine(mark_of(SOMEBODY), 1204, ROOT)


@given(organisation=st.uuids(), size=st.integers(0, 10**9), root=st.binary(min_size=32, max_size=32))
def test_every_root_comes_back_as_it_went(organisation: uuid.UUID, size: int, root: bytes) -> None:
    assert line_read(line_of(organisation, size, root)) == RootLine(mark_of(organisation), size, root)
