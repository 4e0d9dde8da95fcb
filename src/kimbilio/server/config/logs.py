"""What may stand in a log: no device token, no value of a person, and no line that somebody else wrote.

An exception's message and a traceback's last line may quote values (a database complaint quotes the row), so a log
line about an exception keeps its type and where it was raised, and nothing it said.
"""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType

_TOKEN = re.compile(r"(/openrosa/|/n/report/)[^/\s]+")


_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class HideTokens(logging.Filter):
    """Replaces the device token in every address that a log line mentions, and writes out what would break the line:
    an address that holds a line break must not become a line of its own.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        hidden = _TOKEN.sub(r"\1…", record.getMessage())
        record.msg = _BREAKS.sub(lambda found: found[0].encode("unicode_escape").decode(), hidden)
        record.args = ()
        return True


class WithoutValues(logging.Formatter):
    """Formats an exception as its type and the places it passed through."""

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        kind, _, trace = ei
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        return "\n  at ".join([kind.__name__ if kind else "no exception", *places])
