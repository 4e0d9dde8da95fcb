"""What `kimbilio restore` does: looks the backup through first, then brings it back, and erases again what was erased.

Order matters: nothing in the databases is touched before every file was held to the manifest and opened.
"""

from __future__ import annotations

import os
import re
import tarfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from . import roles
from .backup import note, room_told
from .dumping import restore_into
from .keys import say
from .manifest import BLOBS, MAIN, TOMBSTONES, Manifest, manifest_read, pieces_check
from .process import NotConfigured, owner_begin
from .sheets import recoveries_tell
from .streams import Feeding, open_from

BLOB = re.compile(r"[0-9a-f]{2}/[0-9a-f-]{36}\.sealed")


def restore(told: Namespace) -> int:
    """Restore a backup, or only look it through with `--check`. Raises NotConfigured."""
    folder = Path(told.folder)
    manifest = manifest_read(folder)
    pieces_check(folder, manifest)
    identities = identities_of(Path(told.identity))
    owner_begin()
    _openable(folder, identities)
    say(f"{folder.name} of {manifest.made_at} is as it was written, and the key opens it.")
    if told.check:
        note(folder.name, "backup.verified")
        return 0
    _masters_there(manifest)
    roles_there()
    emptied("default", over=told.over, what="main database")
    with room_told(Path(told.folder)):
        restore_into(os.environ["OWNER_DATABASE_URL"], lambda out: open_from(folder / MAIN, out, identities))
        count = _blobs_take(folder, identities)
    from . import database

    database.migrate()
    say(f"The main database is back, brought to this version, with {count} attachments.")
    gone = erased_again(folder / TOMBSTONES)
    say(f"{gone} key(s) of erased persons were in the key store and were destroyed again.")
    _roots_compare(manifest)
    _epochs_begin(folder.name)
    recoveries_tell()
    say("Every organisation's journal says that it goes on from this backup. Start the server now.")
    return 0


def identities_of(path: Path) -> list[Any]:
    """The secret keys in a file. Raises NotConfigured."""
    from kimbilio.server.kernel.crypto import age_identities

    try:
        return list(age_identities(path.read_text(encoding="utf-8")))
    except OSError as fault:
        raise NotConfigured(
            f"The identity file cannot be read: {fault.strerror}", "Name it with --identity."
        ) from fault
    except ValueError as fault:
        raise NotConfigured(str(fault), "`age-keygen -o steward.key` made the right one.") from fault


def opens(path: Path, identities: Sequence[Any]) -> None:
    """Look whether a sealed file opens from its beginning to its end. Raises NotConfigured."""
    from kimbilio.server.kernel.crypto import Unreadable

    try:
        open_from(path, None, identities)
    except Unreadable as fault:
        raise NotConfigured(
            f"{path.name}: {fault}", "Use the right identity file, or another backup."
        ) from fault


def roles_there() -> None:
    """Raises NotConfigured when the program's roles are missing on the server."""
    from django.db import connection

    with connection.cursor() as cursor:
        for role in (roles.WEB, roles.JOBS):
            cursor.execute("select 1 from pg_roles where rolname = %s", [role])
            if not cursor.fetchone():
                raise NotConfigured(
                    f"The database server has no role {role}", f"Make it first: create role {role} login."
                )
    connection.close()


def emptied(alias: str, *, over: bool, what: str) -> None:
    """See that a database holds no table; with `over`, make it so. Raises NotConfigured."""
    from django.db import connections

    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_tables where schemaname = 'public'")
        tables = cursor.fetchone()[0]
        if tables and not over:
            raise NotConfigured(
                f"The {what} is not empty: it has {tables} tables",
                "Restore into an empty one, or say --over to throw away what is there.",
            )
        if tables:
            cursor.execute("drop schema public cascade; create schema public")
    connection.close()


def erased_again(more: Path | None = None) -> int:
    """Destroy every key that was destroyed before, wherever that is written. Returns how many went."""
    from kimbilio.server.kernel import keystore, tombstones

    listed = tombstones.read(more) if more else set()
    new = listed - tombstones.read()
    if new:
        tombstones.add(sorted(new))
    return keystore.tombstones_replay(listed)


def _masters_there(manifest: Manifest) -> None:
    """Without their master keys the journals could not be gone on with. Raises NotConfigured."""
    import uuid

    from kimbilio.server.kernel.custody import NoMasterKey, custody

    missing = []
    for organisation in manifest.organisations:
        try:
            custody().ring(uuid.UUID(organisation))
        except NoMasterKey:
            missing.append(organisation)
    if missing:
        raise NotConfigured(
            f"The key folder has no usable key for {len(missing)} organisation(s): {', '.join(missing)}",
            "Put the key folder in place, or restore the key store and run `kimbilio keys recover` for each.",
        )


def _openable(folder: Path, identities: Sequence[Any]) -> None:
    for name in (MAIN, BLOBS):
        opens(folder / name, identities)


def _blobs_take(folder: Path, identities: Sequence[Any]) -> int:
    from django.conf import settings

    home = Path(settings.KIMBILIO_BLOBS)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)

    def give(out: IO[bytes]) -> None:
        open_from(folder / BLOBS, out, identities)

    count = 0
    with Feeding(give) as feeding, tarfile.open(fileobj=feeding.source, mode="r|") as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isfile() else None
            if content is None or not BLOB.fullmatch(member.name):
                raise NotConfigured("The archive of attachments holds something else", "Use another backup.")
            _blob_keep(home / member.name, content)
            count += 1
        while feeding.source.read(1 << 16):  # the padding behind the last file
            pass
    return count


def _blob_keep(path: Path, content: IO[bytes]) -> None:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    waiting = path.with_suffix(".part")
    with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        while piece := content.read(1 << 20):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    owner = path.parent.parent.stat()
    if os.geteuid() == 0:  # root restores, the service's account must read
        for made in (waiting, path.parent):
            os.chown(made, owner.st_uid, owner.st_gid)
    waiting.replace(path)


def _roots_compare(manifest: Manifest) -> None:
    """The journals must hold the roots that the manifest carried out."""
    import uuid

    from kimbilio.server.journal.selectors import root_at
    from kimbilio.server.kernel.rows import acting_for

    for carried in manifest.roots:
        organisation = uuid.UUID(carried["organisation"])
        with acting_for(organisation):
            found = root_at(organisation, carried["size"])
        if found is None or bytes(found.root).hex() != carried["root"]:
            raise NotConfigured(
                "A journal in the backup is not the one its manifest speaks of", "Do not use this backup."
            )


def _epochs_begin(name: str) -> None:
    from kimbilio.server.identity.selectors import organisations_all
    from kimbilio.server.journal.services import epoch_begin

    for organisation in organisations_all():
        epoch_begin(organisation=organisation.id, reason="restored", codes={"backup": name})
