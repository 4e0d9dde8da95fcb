"""One-time codes that are read off a screen or a paper and typed: drawn, read back, and slow to guess.

A code has 16 symbols: six find its row and are no secret, ten are (50 bits). Does not know what a code opens.
"""

from __future__ import annotations

import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from kimbilio.server.kernel import crypto
from kimbilio.server.kernel.ids import ALPHABET

from .models import EnrolmentTries

PLACE, SECRET = 6, 10
GUESSES = 5
"""Wrong guesses at one code after which it is dead."""
TRIES = 20
"""Tries from one address within `WINDOW`: a class of twenty phones behind one router enrols, a guesser starves."""
WINDOW = timedelta(minutes=15)

_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_TRY = """
insert into identity_enrolmenttries as known (address, since, tries) values (%(address)s, %(now)s, 1)
on conflict (address) do update set
    since = case when known.since < %(edge)s then %(now)s else known.since end,
    tries = case when known.since < %(edge)s then 1 else known.tries + 1 end
returning tries, since
"""


def code_draw() -> str:
    """The symbols of a new code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PLACE + SECRET))


def code_written(symbols: str) -> str:
    """A code as it is shown, in groups of four."""
    return "-".join(symbols[at : at + 4] for at in range(0, len(symbols), 4))


def code_read(typed: str) -> str:
    """What somebody typed, as symbols: any case, O read as 0, I and L as 1, everything else dropped."""
    return re.sub(r"[^0-9A-Z]", "", typed.upper().translate(_READ_AS))


def place_of_code(symbols: str) -> str:
    """The part of a code that finds its row."""
    return symbols[:PLACE]


def tried_too_often(address: str) -> bool:
    """Count a try from this network address, and say whether there were too many of late."""
    now = timezone.now()
    EnrolmentTries.objects.filter(since__lt=now - 4 * WINDOW).delete()
    hashed = crypto.keyed_hash(settings.SECRET_KEY.encode(), b"enrolment tries", address.encode())
    with connection.cursor() as cursor:
        cursor.execute(_TRY, {"address": hashed, "now": now, "edge": now - WINDOW})
        tries: int = cursor.fetchone()[0]
    return tries > TRIES
