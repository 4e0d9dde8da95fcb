"""What runs: the worker, its jobs, the sealing of the journals, the backups, room on the disks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from kimbilio.server.config.tasks import SILENT
from kimbilio.server.identity.selectors import organisations_all
from kimbilio.server.journal.selectors import acts_of_organisation
from kimbilio.server.kernel.rows import acting_for

from .report import Finding, State, found

WAITS_TOO_LONG = timedelta(minutes=10)
BACKUP_EVERY = timedelta(hours=26)
VERIFIED_EVERY = timedelta(days=35)
LITTLE_ROOM, NO_ROOM = 0.15, 0.05  # parts of a disk


def worker() -> Iterator[Finding]:
    """A heartbeat of late."""
    with connection.cursor() as cursor:
        cursor.execute("select max(last_heartbeat) from procrastinate_workers")
        last = cursor.fetchone()[0]
    silent = last is None or (timezone.now() - last).total_seconds() > SILENT
    yield found(
        "worker",
        silent,
        "alive",
        "no heartbeat",
        "Start `kimbilio worker`: forms are kept, but nobody reads them.",
    )


def jobs() -> Iterator[Finding]:
    """Jobs that wait too long, and those that were given up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) filter (where status = 'failed'), count(*) filter (where status = 'todo'), "
            "count(*) filter (where status = 'todo' and coalesce(scheduled_at, ("
            "select min(at) from procrastinate_events e where e.job_id = j.id)) < %s) from procrastinate_jobs j",
            [timezone.now() - WAITS_TOO_LONG],
        )
        failed, waiting, late = cursor.fetchone()
        cursor.execute(
            "select distinct task_name from procrastinate_jobs where status = 'failed' order by 1 limit 5"
        )
        names = ", ".join(row[0] for row in cursor.fetchall())
    yield found(
        "waiting jobs",
        late,
        f"{waiting}, none for long",
        f"{late} wait for more than ten minutes",
        "Look whether the worker runs, and at its log.",
    )
    yield found(
        "failed jobs",
        failed,
        "none",
        f"{failed}: {names}",
        "Read the worker's log; then try them again.",
        state=State.LOOK,
    )


def sealing() -> Iterator[Finding]:
    """Acts that have no position in the tree yet."""
    since = timezone.now() - WAITS_TOO_LONG
    open_ = 0
    for organisation in organisations_all():
        with acting_for(organisation.id):
            open_ += acts_of_organisation(organisation.id).filter(seal__isnull=True, at__lt=since).count()
    yield found(
        "journal",
        open_,
        "every act older than ten minutes is sealed",
        f"{open_} acts are not sealed",
        "Look whether the worker runs; it seals every minute.",
    )


def backups() -> Iterator[Finding]:
    """When the last backup was made, and when one was last looked through."""
    made, copied, verified = (_last(act) for act in ("backup.made", "key.copied", "backup.verified"))
    yield _age("backup", made, BACKUP_EVERY, State.WRONG, "Run `kimbilio backup` every day, on a timer.")
    yield _age(
        "copy of the key store", copied, BACKUP_EVERY, State.WRONG, "Run `kimbilio keys backup` every day."
    )
    yield _age(
        "backup that was opened",
        verified,
        VERIFIED_EVERY,
        State.LOOK,
        "Run `kimbilio restore --check` with the steward's key: a backup nobody opened is a hope.",
    )


def disks() -> Iterator[Finding]:
    """Room where attachments, keys and the list of destroyed keys are written."""
    places = {
        Path(settings.KIMBILIO_BLOBS),
        Path(settings.KIMBILIO_KEYS),
        Path(settings.KIMBILIO_TOMBSTONES).parent,
    }
    for place in sorted(places):
        here = next(path for path in (place, *place.parents) if path.exists())
        usage = shutil.disk_usage(here)
        part = usage.free / usage.total
        state = State.WRONG if part < NO_ROOM else State.LOOK
        yield found(
            f"room in {place}",
            part < LITTLE_ROOM,
            f"{part:.0%} of the disk is free",
            f"only {part:.0%} of the disk is free",
            "Make room: without it phones keep their forms and nothing arrives.",
            state=state,
        )


def _last(act: str) -> datetime | None:
    found_: list[datetime] = []
    for organisation in organisations_all():
        with acting_for(organisation.id):
            last = acts_of_organisation(organisation.id).filter(act=act).aggregate(last=Max("at"))["last"]
        found_ += [last] if last else []
    return max(found_, default=None)


def _age(name: str, last: datetime | None, most: timedelta, state: State, do: str) -> Finding:
    if last is None:
        return Finding(name, state, "never", do)
    age = timezone.now() - last
    told = f"{age.days} days old" if age.days else f"{age.seconds // 3600} hours old"
    return found(name, age > most, told, told, do, state=state)


CHECKS = [
    ("worker", worker),
    ("jobs", jobs),
    ("journal", sealing),
    ("backups", backups),
    ("disks", disks),
]
