"""What becomes of a log line."""

from __future__ import annotations

import logging

import pytest

from kimbilio.server.config.logs import HideTokens, WithoutValues


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\x1b[2K", "\u2028", "\u202e"])
def test_what_somebody_sends_never_becomes_a_line_of_its_own(sign: str) -> None:
    sent = f"/cases/{sign}ERROR root all is well"
    record = logging.LogRecord("django", logging.WARNING, __file__, 1, "Not Found: %s", (sent,), None)
    assert HideTokens().filter(record)
    line = WithoutValues("%(levelname)s %(message)s").format(record)
    assert sign not in line
    assert len(line.splitlines()) == 1
    assert "all is well" in line
