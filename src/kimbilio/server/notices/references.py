"""The reference of a notice: eight random Crockford symbols that say nothing and link nothing."""

from __future__ import annotations

import re
import secrets

from kimbilio.server.kernel.ids import ALPHABET

_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_reference() -> str:
    """A fresh reference such as `N-7Q4M-2XPB` (40 random bits); uniqueness is held by the database."""
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"N-{symbols[:4]}-{symbols[4:]}"


def read_reference(text: str) -> str | None:
    """The reference as written by a person (any case, spaces, O for 0), or None when it is none."""
    symbols = re.sub(r"[^0-9A-Z]", "", text.upper()).translate(_READ_AS)
    if len(symbols) != 9 or symbols[0] != "N" or any(symbol not in ALPHABET for symbol in symbols):
        return None
    return f"N-{symbols[1:5]}-{symbols[5:]}"


class ReferenceConverter:
    """A reference in an address."""

    regex = r"N-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
