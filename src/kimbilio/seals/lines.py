"""A root as one line that a hand can copy onto paper, and read back with the mistakes that hands make.

    7Q4M-2XPB 1204 0ABC-DEFG-…-MNPQ X

Mark of the organisation, number of acts, root, check character; all in Crockford's base 32, without I, L, O and U.
The mark is the random end of the organisation's id. The check character (ISO/IEC 7064, MOD 33,32) covers the whole
line and finds every single wrong symbol. The root is written whole: 256 bits in 13 groups.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})  # Crockford: letters that a hand or an eye confuses
_MARK = 8
_ROOT = 52
_LINE = re.compile(r"\s*([0-9A-Z]{4})[\s-]?([0-9A-Z]{4})\s+([0-9]+)\s+([0-9A-Z\s-]+)")


class UnreadableLine(ValueError):
    """A copied root does not read as one: a symbol is wrong, missing or too many."""

    hint = "Compare it with the paper symbol by symbol: mark, number, 13 groups of four, one check character."


@dataclass(frozen=True)
class RootLine:
    """A root as read: the mark of its organisation, how many acts it covers, its 32 bytes."""

    mark: str
    size: int
    root: bytes


def mark_of(organisation: uuid.UUID) -> str:
    """The eight symbols by which a line names its organisation."""
    symbols = _symbols(organisation.int & ((1 << 40) - 1), _MARK)
    return f"{symbols[:4]}-{symbols[4:]}"


def line_of(organisation: uuid.UUID, size: int, root: bytes) -> str:
    """The line of a root."""
    mark = mark_of(organisation)
    symbols = _symbols(int.from_bytes(root, "big"), _ROOT)
    groups = "-".join(symbols[at : at + 4] for at in range(0, _ROOT, 4))
    return f"{mark} {size} {groups} {_check(mark.replace('-', ''), size, symbols)}"


def line_read(text: str) -> RootLine:
    """The root that a line says, in any case, with any spaces, with O for 0. Raises UnreadableLine."""
    found = _LINE.fullmatch(text.upper().translate(_READ_AS))
    if found is None:
        raise UnreadableLine(str(UnreadableLine.__doc__))
    mark = found[1] + found[2]
    symbols = re.sub(r"[^0-9A-Z]", "", found[4])
    if len(symbols) != _ROOT + 1 or any(symbol not in ALPHABET for symbol in mark + symbols):
        raise UnreadableLine(str(UnreadableLine.__doc__))
    try:
        mod_37_36.validate(f"{mark}{found[3]}{symbols}", ALPHABET)
    except ValidationError:
        raise UnreadableLine(str(UnreadableLine.__doc__)) from None
    number = 0
    for symbol in symbols[:_ROOT]:
        number = number * 32 + ALPHABET.index(symbol)
    if number >= 1 << 256:
        raise UnreadableLine(str(UnreadableLine.__doc__))
    return RootLine(f"{mark[:4]}-{mark[4:]}", int(found[3]), number.to_bytes(32, "big"))


def _check(mark: str, size: int, root: str) -> str:
    return str(mod_37_36.calc_check_digit(f"{mark}{size}{root}", ALPHABET))


def _symbols(number: int, width: int) -> str:
    symbols = ""
    for _ in range(width):
        number, last = divmod(number, 32)
        symbols = ALPHABET[last] + symbols
    return symbols
