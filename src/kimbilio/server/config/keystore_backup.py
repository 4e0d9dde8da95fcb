"""What `kimbilio keys backup` and `kimbilio keys restore` do: the key store, apart from everything else, for a few
days only.

An old copy of the key store is what could bring an erased person back; that is why each new one removes those that
are too old, and why every restore erases again.
"""

from __future__ import annotations

import os
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .backup import note, place_held, recipients_of, room_told
from .dumping import dumping, restore_into
from .keys import say
from .process import NotConfigured, owner_begin
from .restoring import emptied, erased_again, identities_of, opens, roles_there
from .streams import folder_sync, open_from, seal_into

NAME = "keys-%Y%m%dT%H%M%SZ.age"


def backup(told: Namespace) -> int:
    """Back the key store up, and remove copies older than `--keep-days`. Raises NotConfigured."""
    recipients = recipients_of(told.recipient)
    owner_begin()
    folder = Path(told.to)
    now = datetime.now(UTC)
    with place_held(folder):
        path = folder / now.strftime(NAME)
        waiting = folder / f".{path.name}.part"
        with room_told(folder):
            try:
                with dumping(os.environ["OWNER_KEYS_DATABASE_URL"]) as dump:
                    piece = seal_into(waiting, dump, recipients)
                waiting.rename(path)
                folder_sync(folder)
            except BaseException:
                waiting.unlink(missing_ok=True)
                raise
        removed = _old_remove(folder, now - timedelta(days=told.keep_days))
    note(path.name, "key.copied")
    say(f"{path}: {piece.size} bytes, sealed to {len(recipients)} key(s).")
    say(f"Copies older than {told.keep_days} days that were removed: {removed}.")
    return 0


def restore(told: Namespace) -> int:
    """Restore the key store, and erase again what was erased. Raises NotConfigured."""
    path = Path(told.file)
    identities = identities_of(Path(told.identity))
    if not path.is_file():
        raise NotConfigured(f"There is no {path}", "Name the file that `kimbilio keys backup` wrote.")
    owner_begin()
    opens(path, identities)
    roles_there()
    emptied("keys", over=told.over, what="key store")
    restore_into(os.environ["OWNER_KEYS_DATABASE_URL"], lambda out: open_from(path, out, identities))
    from . import database

    database.keystore_migrate()
    gone = erased_again()
    say(
        f"The key store of {path.name} is back. {gone} key(s) of erased persons were in it and were destroyed again."
    )
    without = _without_master()
    if without:
        say(
            f"LOOK: {without} key(s) are closed with a master key that is not in the key folder. "
            "Put the folder of that time in place, or recover it: `kimbilio keys recover`."
        )
    return 0


def _old_remove(folder: Path, before: datetime) -> int:
    removed = 0
    for path in folder.glob("keys-*.age"):
        try:
            made = datetime.strptime(path.name, NAME).replace(tzinfo=UTC)
        except ValueError:
            continue
        if made < before:
            path.unlink()
            removed += 1
    return removed


def _without_master() -> int:
    from kimbilio.server.kernel.custody import NoMasterKey, custody
    from kimbilio.server.kernel.keystore import masters_counted

    count = 0
    for organisation, master, keys in masters_counted():
        try:
            known = {held.id for held in custody().ring(organisation).masters}
        except NoMasterKey:
            known = set()
        if (master or organisation) not in known:
            count += keys
    return count
