"""Two people together can bring a lost key folder back; one alone cannot.

Each holder has a sheet with a code of 140 random bits. A key pair of the organisation's own is made; its secret half
is closed once for every two holders, with a key derived from both their codes. The key ring is sealed to the public
half, so that a rotation renews it without the sheets. No code is kept: whoever has this table alone can open nothing.
"""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Sequence
from itertools import combinations

from django.db import transaction
from django.utils import timezone
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from . import crypto
from .crypto import DataKey, Unreadable
from .custody import KeyRing, ring_read, ring_written
from .ids import ALPHABET, symbols_of
from .models import Escrow
from .routers import STORE

LINES, SYMBOLS = 4, 7
"""A code has four lines of seven symbols and a check character each: 28 times 5 bits."""


class WrongCode(ValueError):
    """A code was not written down or typed as it stands on its sheet; `line` counts from 1, 0 is the whole."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


def escrow_make(
    organisation: uuid.UUID, *, name: str, holders: Sequence[str], ring: KeyRing
) -> list[list[str]]:
    """Put the ring where any two of the holders can reach it. Returns the lines of each holder's code, shown once.

    Sheets of an earlier call open nothing any more. Raises ValueError for fewer than two holders.
    """
    if len(holders) < 2 or len(set(holders)) != len(holders):
        raise ValueError("Recovery needs at least two holders with different names.")
    codes = [_code_new() for _ in holders]
    secret = crypto.new_secret()
    public = crypto.envelope_public_key(secret)
    pairs = [
        {
            "sheets": [a + 1, b + 1],
            "closed": _text(
                crypto.seal(_pair(organisation, codes[a], codes[b]), organisation, "escrow", secret)
            ),
        }
        for a, b in combinations(range(len(holders)), 2)
    ]
    with transaction.atomic(using=STORE):
        Escrow.objects.using(STORE).filter(organisation_id=organisation).delete()
        Escrow.objects.using(STORE).create(
            organisation_id=organisation,
            name=name,
            holders=list(holders),
            public_key=public,
            pairs=pairs,
            ring=_ring_sealed(organisation, public, ring),
        )
    return [[f"{line[:4]}-{line[4:]}" for line in _lines(code)] for code in codes]


def escrow_renew(organisation: uuid.UUID, ring: KeyRing) -> None:
    """Have the sheets bring this ring back from now on; does nothing without an escrow."""
    for row in Escrow.objects.using(STORE).filter(organisation_id=organisation):
        row.ring = _ring_sealed(organisation, bytes(row.public_key), ring)
        row.save(update_fields=["ring"], using=STORE)


def escrow_of(organisation: uuid.UUID) -> Escrow | None:
    """The escrow of an organisation, if sheets were printed."""
    return Escrow.objects.using(STORE).filter(organisation_id=organisation).first()


def escrow_find(word: str) -> Escrow | None:
    """The escrow of an organisation by its name or id, asked of the key store alone."""
    rows = Escrow.objects.using(STORE).all()
    return next((row for row in rows if word.lower() in (row.name.lower(), str(row.organisation_id))), None)


def escrow_open(row: Escrow, codes: Sequence[str]) -> tuple[KeyRing, list[int]]:
    """The ring, and the numbers of the two sheets, from two codes in either order.

    Raises Unreadable when they are not two sheets of this escrow.
    """
    for first, second in ((codes[0], codes[1]), (codes[1], codes[0])):
        for pair in row.pairs:
            try:
                key = _pair(row.organisation_id, first, second)
                secret = crypto.unseal(key, row.organisation_id, "escrow", base64.b64decode(pair["closed"]))
            except Unreadable:
                continue
            written = crypto.envelope_open([secret], bytes(row.ring), _about(row.organisation_id))
            return ring_read(row.organisation_id, written), list(pair["sheets"])
    raise Unreadable(
        "These are not two different sheets of this organisation, or newer sheets were printed since."
    )


def escrow_used(row: Escrow, sheets: list[int]) -> None:
    """Note that the ring was recovered; the journal is told when it can be."""
    row.recovered_at, row.recovered_with, row.told = timezone.now(), sheets, False
    row.save(update_fields=["recovered_at", "recovered_with", "told"], using=STORE)


def recoveries_untold() -> list[Escrow]:
    """Recoveries of which no journal speaks yet."""
    return list(Escrow.objects.using(STORE).filter(recovered_at__isnull=False, told=False))


def recovery_told(row: Escrow) -> None:
    """The journal speaks of it."""
    row.told = True
    row.save(update_fields=["told"], using=STORE)


def code_read(text: str) -> str:
    """The 28 symbols of a code as typed, in any case and spacing. Raises WrongCode with the line that is wrong."""
    typed = symbols_of(text)
    if len(typed) != LINES * (SYMBOLS + 1):
        raise WrongCode(0, f"The code has {len(typed)} characters; a sheet has {LINES * (SYMBOLS + 1)}.")
    code = ""
    for number in range(LINES):
        line = typed[number * (SYMBOLS + 1) : (number + 1) * (SYMBOLS + 1)]
        try:
            mod_37_36.validate(line, ALPHABET)
        except ValidationError:
            raise WrongCode(number + 1, f"Line {number + 1} is not as it stands on the sheet.") from None
        code += line[:SYMBOLS]
    return code


def _code_new() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LINES * SYMBOLS))


def _lines(code: str) -> list[str]:
    parts = [code[at : at + SYMBOLS] for at in range(0, len(code), SYMBOLS)]
    return [part + mod_37_36.calc_check_digit(part, ALPHABET) for part in parts]


def _pair(organisation: uuid.UUID, first: str, second: str) -> DataKey:
    return DataKey(organisation, crypto.derive((first + second).encode(), "escrow pair"))


def _ring_sealed(organisation: uuid.UUID, public: bytes, ring: KeyRing) -> bytes:
    return crypto.envelope_seal(public, ring_written(organisation, ring), _about(organisation))


def _about(organisation: uuid.UUID) -> bytes:
    return b"escrow" + organisation.bytes


def _text(closed: bytes) -> str:
    return base64.b64encode(closed).decode()
