"""Keys: who can read the key folder, whether every key can be opened, whether what was erased is gone."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from kimbilio.server.identity.selectors import organisations_all
from kimbilio.server.kernel import keystore, tombstones
from kimbilio.server.kernel.custody import NoMasterKey, custody
from kimbilio.server.kernel.escrow import escrow_of

from .report import Finding, State, found


def key_folder() -> Iterator[Finding]:
    """Owner and mode of the folder and its files."""
    folder = Path(settings.KIMBILIO_KEYS)
    if not folder.is_dir():
        yield Finding(
            "key folder",
            State.WRONG,
            f"{folder} is not there",
            "Put it in place, or `kimbilio keys recover`.",
        )
        return
    loose = [path.name for path in (folder, *folder.iterdir()) if path.stat().st_mode & 0o077]
    state = folder.stat()
    told = f"{folder}, {_account(state.st_uid)}, mode {state.st_mode & 0o777:o}"
    yield found(
        "key folder",
        loose,
        f"{told}: readable by that account alone",
        f"{told}; others may read: {', '.join(loose)}",
        f"chmod -R go= {folder}",
    )
    mixed = sorted({_account(path.stat().st_uid) for path in folder.iterdir()} - {_account(state.st_uid)})
    yield found(
        "key files",
        mixed,
        "belong to the folder's account",
        f"some belong to {', '.join(mixed)}",
        f"chown -R {_account(state.st_uid)} {folder}",
    )


def masters_there() -> Iterator[Finding]:
    """Every data key must find the master that closed it."""
    without, unfinished = [], []
    known = {}
    for organisation in organisations_all():
        try:
            ring = custody().ring(organisation.id)
        except NoMasterKey:
            without.append(organisation.name)
            continue
        known[organisation.id] = {master.id for master in ring.masters}
        if len(ring.masters) > 1:
            unfinished.append(organisation.name)
    yield found(
        "master keys",
        without,
        "one for every organisation",
        f"missing or damaged for {', '.join(without)}",
        "Put the key folder in place, or `kimbilio keys recover`.",
    )
    lost = sum(
        count
        for organisation, master, count in keystore.masters_counted()
        if organisation in known and (master or organisation) not in known[organisation]
    )
    yield found(
        "data keys",
        lost,
        "each finds its master key",
        f"{lost} are closed with a master key that is not here",
        "Put the key folder of that time in place: it and the key store belong together.",
    )
    yield found(
        "rotation",
        unfinished,
        "none is under way",
        f"not ended for {', '.join(unfinished)}",
        "Run `kimbilio keys rotate` for it again.",
        state=State.LOOK,
    )


def recovery() -> Iterator[Finding]:
    """Whether two people could bring a lost key folder back."""
    none = [row.name for row in organisations_all() if escrow_of(row.id) is None]
    yield found(
        "recovery sheets",
        none,
        "printed for every organisation",
        f"never printed for {', '.join(none)}",
        "Run `kimbilio keys escrow`: without sheets a lost key folder loses every record.",
        state=State.LOOK,
    )


def erased() -> Iterator[Finding]:
    """What was destroyed must not have come back."""
    back = keystore.erased_found()
    yield found(
        "erased persons",
        back,
        f"{len(tombstones.read())} key(s) on the list, none came back",
        f"{back} destroyed key(s) are in the key store again",
        "Restart the server: it erases them when it starts.",
    )
    file, data = tombstones.path(), Path(settings.KIMBILIO_BLOBS)
    try:
        beside = os.stat(file.parent).st_dev == os.stat(data.parent).st_dev
    except FileNotFoundError:
        beside = True
    yield found(
        "list of destroyed keys",
        beside,
        f"{file}, on another disk than the data",
        f"{file}, on the same disk as the data: lost with it, a restored backup would bring erased persons back",
        "Set KIMBILIO_TOMBSTONES to a file on another disk.",
        state=State.LOOK,
    )


def _account(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


CHECKS = [
    ("key folder", key_folder),
    ("master keys", masters_there),
    ("recovery sheets", recovery),
    ("erased persons", erased),
]
