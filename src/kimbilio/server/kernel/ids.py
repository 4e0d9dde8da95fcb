"""Identifiers: row ids that sort by birth, the code a person is known by, and the numbers that stand on paper.

A code such as `K-7Q4M-2XPB-5` has eight Crockford base 32 symbols, drawn at random, and a check character by the
hybrid system of ISO/IEC 7064 (MOD 33,32 on that alphabet), which finds every single wrong symbol and almost every
swapped pair. It says nothing about the person.
"""

from __future__ import annotations

import re
import secrets
import uuid
from datetime import datetime

import uuid_utils.compat
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})  # Crockford: letters that a hand or an eye confuses


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): made where the thing is born, sorts by time of birth."""
    made: uuid.UUID = uuid_utils.compat.uuid7()
    return made


def first_id(moment: datetime) -> uuid.UUID:
    """The smallest UUIDv7 of a moment (to the millisecond): ids made then or later are not smaller."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80)


def new_code() -> str:
    """A fresh person code; uniqueness is held by the database."""
    return _written("K", "".join(secrets.choice(ALPHABET) for _ in range(8)))


def symbols_of(text: str) -> str:
    """What a person wrote, as symbols of the alphabet: any case, spaces and hyphens dropped, O read as 0."""
    return re.sub(r"[^0-9A-Z]", "", text.upper().translate(_READ_AS))


def read_code(text: str) -> str | None:
    """The code as written by a person (any case, spaces, O for 0), or None when it is not a code."""
    return _read("K", text)


def new_sheet_number() -> str:
    """A fresh number for a sheet of paper, `S-…`: drawn at random, so it tells nothing and links nothing."""
    return _written("S", "".join(secrets.choice(ALPHABET) for _ in range(8)))


def read_sheet_number(text: str) -> str | None:
    """The number of a sheet as typed or scanned, with the page after a stroke or without; None when it is none."""
    return _read("S", text.partition("/")[0])


def slip_reference(thread: uuid.UUID) -> str:
    """The reference on the paper a person carries, `R-…`: both sides of a referral work out the same from its thread.

    The thread is random and stays inside, so nobody else can; and the reference tells nothing back.
    """
    number = uuid.uuid5(thread, "slip").int
    return _written("R", "".join(ALPHABET[number >> 5 * place & 31] for place in range(8)))


def read_slip_reference(text: str) -> str | None:
    """The reference of a slip as typed or spelt out, or None when it is none."""
    return _read("R", text)


def _written(letter: str, symbols: str) -> str:
    return f"{letter}-{symbols[:4]}-{symbols[4:]}-{mod_37_36.calc_check_digit(symbols, ALPHABET)}"


def _read(letter: str, text: str) -> str | None:
    symbols = symbols_of(text)
    if len(symbols) == 10 and symbols.startswith(letter):
        symbols = symbols[1:]
    if len(symbols) != 9 or any(symbol not in ALPHABET for symbol in symbols):
        return None
    try:
        mod_37_36.validate(symbols, ALPHABET)
    except ValidationError:
        return None
    return f"{letter}-{symbols[:4]}-{symbols[4:8]}-{symbols[8]}"
