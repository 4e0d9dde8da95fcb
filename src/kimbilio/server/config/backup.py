"""What `kimbilio backup` does: everything but the key store, sealed to a key that this machine does not have.

It is made under another name and takes its own only when all of it is on the disk.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tarfile
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from .dumping import dumping
from .keys import say
from .manifest import BLOBS, MAIN, TOMBSTONES, Manifest, pieces_check
from .process import NotConfigured, owner_begin
from .streams import Feeding, Piece, folder_sync, hash_of, seal_into

NAME = "kimbilio-%Y%m%dT%H%M%SZ"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def backup(told: Namespace) -> int:
    """Make one backup in a folder of its own. Raises NotConfigured."""
    recipients = recipients_of(told.recipient)
    owner_begin()
    folder = Path(told.to)
    with place_held(folder):
        now = datetime.now(UTC)
        name = now.strftime(NAME)
        waiting = folder / f".{name}.part"
        with room_told(folder):
            waiting.mkdir(mode=0o700)
            try:
                manifest = _write(waiting, recipients, now)
                manifest.write(waiting)
                with (waiting / "manifest.json").open("rb") as written:
                    os.fsync(written.fileno())
                pieces_check(waiting, manifest)
                folder_sync(waiting)
                waiting.rename(folder / name)
                folder_sync(folder)
            except BaseException:
                shutil.rmtree(waiting, ignore_errors=True)
                raise
    note(name)
    total = sum(piece.size for piece in manifest.pieces)
    say(
        f"{folder / name}: {total} bytes, {manifest.blobs} attachments, sealed to {len(recipients)} key(s).\n"
        "The key store is not in it: `kimbilio keys backup` keeps that apart.\n"
        f"Try it where the secret key is: `kimbilio restore --check {folder / name} --identity FILE`."
    )
    return 0


def recipients_of(words: Sequence[str]) -> list[Any]:
    """The public keys named at the command line. Raises NotConfigured."""
    from kimbilio.server.kernel.crypto import age_recipients

    try:
        return list(age_recipients(words))
    except ValueError as fault:
        raise NotConfigured(
            f"{fault} is no public key of age",
            "It begins with age1; `age-keygen -o steward.key` makes a pair.",
        ) from fault


@contextmanager
def place_held(folder: Path) -> Iterator[None]:
    """One backup at a time in a folder; what an interrupted one left is cleared away. Raises NotConfigured."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / ".lock").open("w")
    except OSError as fault:
        raise NotConfigured(
            f"Nothing can be written in {folder}: {fault.strerror}", "Name another folder with --to."
        ) from fault
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise NotConfigured(
                f"Another backup is being written to {folder}", "Wait until it has ended."
            ) from fault
        for left in folder.glob(".k*.part"):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
        yield


@contextmanager
def room_told(folder: Path) -> Iterator[None]:
    """A full disk as a sentence. Raises NotConfigured."""
    try:
        yield
    except OSError as fault:
        if fault.errno not in NO_ROOM:
            raise
        raise NotConfigured(
            f"There is no room left in {folder} ({fault.strerror}); nothing was kept",
            "Make room or name another folder with --to, and try again.",
        ) from fault


def _write(waiting: Path, recipients: Sequence[Any], now: datetime) -> Manifest:
    from django.db import connection

    from kimbilio.server.kernel import tombstones

    roots = _roots()
    with dumping(os.environ["OWNER_DATABASE_URL"]) as dump:
        main = seal_into(waiting / MAIN, dump, recipients)
    count = [0]  # the blobs after the dump: every attachment that the dump knows is on the disk by then
    with Feeding(lambda out: _blobs_give(out, count)) as feeding:
        blobs = seal_into(waiting / BLOBS, feeding.source, recipients)
    listed = waiting / TOMBSTONES
    listed.write_text("".join(f"{key}\n" for key in sorted(tombstones.read())), encoding="ascii")
    with listed.open("rb") as written:
        os.fsync(written.fileno())
    buried = Piece(TOMBSTONES, listed.stat().st_size, hash_of(listed))
    connection.ensure_connection()
    server = connection.pg_version  # type: ignore[attr-defined]  # PostgreSQL's wrapper has it
    return Manifest(now.isoformat(), server, count[0], [main, blobs, buried], roots, _organisations())


def _roots() -> list[dict[str, Any]]:
    from kimbilio.server.identity.selectors import organisations_all
    from kimbilio.server.journal.selectors import root_latest
    from kimbilio.server.kernel.rows import acting_for

    roots = []
    for organisation in organisations_all():
        with acting_for(organisation.id):
            root = root_latest(organisation.id)
        if root is not None:
            roots.append(
                {"organisation": str(organisation.id), "size": root.size, "root": bytes(root.root).hex()}
            )
    return roots


def _organisations() -> list[str]:
    from kimbilio.server.identity.selectors import organisations_all

    return [str(organisation.id) for organisation in organisations_all()]


def _blobs_give(out: IO[bytes], count: list[int]) -> None:
    from django.conf import settings

    home = Path(settings.KIMBILIO_BLOBS)
    with tarfile.open(fileobj=out, mode="w|") as tar:
        for path in sorted(home.glob("??/*.sealed")):
            tar.add(path, arcname=str(path.relative_to(home)), recursive=False)
            count[0] += 1


def note(name: str, act: str = "backup.made") -> None:
    """Write into every book that a backup was made, or looked through."""
    from kimbilio.server.identity.actor import actor_of_system
    from kimbilio.server.identity.selectors import organisations_all
    from kimbilio.server.journal.services import act_record
    from kimbilio.server.kernel.rows import acting_for

    for organisation in organisations_all():
        with acting_for(organisation.id):
            act_record(
                actor=actor_of_system(organisation.id),
                act=act,
                subject=organisation.id,
                codes={"backup": name},
            )
