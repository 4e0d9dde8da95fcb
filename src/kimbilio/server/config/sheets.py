"""What `kimbilio keys escrow` and `kimbilio keys recover` do: sheets for two people, and what they bring back."""

from __future__ import annotations

import sys
from argparse import Namespace

from .keys import organisation_named, say
from .process import NotConfigured, owner_begin


def escrow(told: Namespace) -> int:
    """Print one sheet for each holder; any two of them can bring the key folder back."""
    owner_begin()
    from django.db import transaction

    from kimbilio.server.identity.actor import actor_of_system
    from kimbilio.server.journal.services import act_record
    from kimbilio.server.kernel.custody import NoMasterKey, custody
    from kimbilio.server.kernel.escrow import escrow_make
    from kimbilio.server.kernel.rows import acting_for

    organisation = organisation_named(told.organisation)
    try:
        with transaction.atomic(), acting_for(organisation.id):
            act_record(
                actor=actor_of_system(organisation.id),
                act="key.escrowed",
                subject=organisation.id,
                codes={"found": len(told.holder)},
            )
            codes = escrow_make(
                organisation.id,
                name=organisation.name,
                holders=told.holder,
                ring=custody().ring(organisation.id),
            )
    except (ValueError, NoMasterKey) as fault:
        raise NotConfigured(str(fault), "Say --holder NAME once for each holder.") from fault
    for number, (holder, code) in enumerate(zip(told.holder, codes, strict=True), start=1):
        say(_sheet(organisation.name, holder, number, len(codes), code))
    say(
        "These codes are shown once and are kept nowhere. Sheets printed earlier open nothing any more.\n"
        "The key store holds what they open: keep `kimbilio keys backup` running."
    )
    return 0


def recover(told: Namespace) -> int:
    """Bring a lost key ring back from two sheets, whose codes are read from standard input."""
    owner_begin()
    from kimbilio.server.kernel.crypto import Unreadable
    from kimbilio.server.kernel.custody import NoMasterKey, custody
    from kimbilio.server.kernel.escrow import escrow_find, escrow_open, escrow_used

    row = escrow_find(told.organisation)
    if row is None:
        raise NotConfigured(
            f"The key store knows no sheets of {told.organisation!r}",
            "Restore the key store first: `kimbilio keys restore`. Give the organisation's name or id.",
        )
    try:
        custody().ring(row.organisation_id)
    except NoMasterKey:
        pass
    else:
        if not told.over:
            raise NotConfigured(
                f"The key folder holds a key of {row.name}",
                "Say --over to put the recovered one in its place.",
            )
    codes = [_code_asked(word) for word in ("first", "second")]
    try:
        ring, sheets = escrow_open(row, codes)
    except Unreadable as fault:
        raise NotConfigured(str(fault), "Take two sheets of the newest printing, of two holders.") from fault
    custody().replace(row.organisation_id, ring)
    escrow_used(row, sheets)
    say(f"The key of {row.name} is back in the key folder, with the sheets {sheets[0]} and {sheets[1]}.")
    recoveries_tell()
    return 0


def recoveries_tell() -> None:
    """Have the journals speak of recoveries; one whose main database is not back yet waits for the restore."""
    from django.db import transaction
    from django.db.utils import ProgrammingError

    from kimbilio.server.identity.actor import actor_of_system
    from kimbilio.server.identity.selectors import organisations_called
    from kimbilio.server.journal.services import act_record
    from kimbilio.server.kernel.escrow import recoveries_untold, recovery_told
    from kimbilio.server.kernel.rows import acting_for

    for row in recoveries_untold():
        try:
            if not organisations_called(str(row.organisation_id)):
                continue
        except ProgrammingError:  # the main database has no tables yet
            return
        with transaction.atomic(), acting_for(row.organisation_id):
            act_record(
                actor=actor_of_system(row.organisation_id),
                act="key.recovered",
                subject=row.organisation_id,
                codes={"sheets": row.recovered_with},
            )
        recovery_told(row)


def _sheet(organisation: str, holder: str, number: int, count: int, code: list[str]) -> str:
    lines = "\n".join(f"        {line}" for line in code)
    return (
        f"──────────────────────────────────────────────\n"
        f"  Recovery sheet {number} of {count} · {organisation}\n"
        f"  Holder: {holder}\n\n{lines}\n\n"
        f"  The last character of each line checks it. With any other sheet this one brings\n"
        f"  back a lost key folder; alone it opens nothing. Keep it on paper, locked away.\n"
    )


def _code_asked(which: str) -> str:
    from kimbilio.server.kernel.escrow import LINES, WrongCode, code_read

    if sys.stdin.isatty():
        say(f"Type the {LINES} lines of the {which} sheet:")
    typed = "".join(sys.stdin.readline() for _ in range(LINES))
    try:
        return code_read(typed)
    except WrongCode as fault:
        raise NotConfigured(
            f"The {which} code: {fault}", "Type it again; O is 0, and I and L are 1."
        ) from fault
