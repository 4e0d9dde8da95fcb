"""What must hold in an installation whatever was killed, cut off or filled up meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from contextlib import suppress

from django.db import connections
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from kimbilio.server.forms.models import Attachment
from kimbilio.server.journal.verifying import book_verify
from kimbilio.server.kernel import blobs, sealed
from kimbilio.server.kernel.rows import acting_for
from tests.fire.engines import Engines, until
from tests.fire.phones import photo_of
from tests.world import world_get

WAITING = (
    "select count(*) from procrastinate_jobs "
    "where status in ('todo', 'doing') and queue_name in ('intake', 'referrals')"
)


def work_finish(engines: Engines, seconds: float = 60) -> None:
    """Let the worker finish. The time in which a dead worker's silence would be noticed is passed over."""
    connections.close_all()  # ours may have been broken with the rest
    with engines.owner() as owner:

        def done() -> bool:
            owner.execute(
                "update procrastinate_workers set last_heartbeat = now() - interval '1 hour' "
                "where last_heartbeat < now() - interval '11 seconds'"
            )
            owner.execute("update procrastinate_jobs set scheduled_at = now() where scheduled_at > now()")
            if owner.execute(
                "select 1 from procrastinate_jobs where status = 'doing' and worker_id is null or "
                "worker_id in (select id from procrastinate_workers where last_heartbeat < now() - interval '30 s')"
            ).fetchone():
                with suppress(AlreadyEnqueued):
                    app.configure_task("config.stalled_jobs_retry").defer(timestamp=0)
            return owner.execute(WAITING).fetchone() == (0,)

        until(done, seconds)


def stored_once(engines: Engines, *, sent: Collection[str], acknowledged: Collection[str]) -> int:
    """Every acknowledged form is there exactly once, each screening is exactly one case, each photo can be read; what
    was not acknowledged is there whole or not at all. Returns how many are there.
    """
    with engines.owner() as owner:
        rows = owner.execute(
            'select s.instance, s.state, s."case", s.files_missing, '
            "(select count(*) from forms_attachment a where a.submission_id = s.id), "
            "(select count(*) from journal_act j where j.subject = s.id and j.act = 'submission.received'), "
            "s.reasons from forms_submission s"
        ).fetchall()
        cases = owner.execute(
            "select (select count(*) from people_case c join identity_organisation o on o.id = c.organisation_id "
            "where o.agency = 'ZZZ-GATE'), "
            "(select count(*) from referrals_referral where side = 'sent' and state <> 'draft'), "
            "(select count(*) from referrals_referral where side = 'received'), "
            "(select count(distinct thread) from referrals_referral where side = 'received')"
        ).fetchone()
        failed = owner.execute("select count(*) from procrastinate_jobs where status = 'failed'").fetchone()
    there = Counter(str(row[0]) for row in rows)
    assert not [instance for instance, times in there.items() if times > 1], "A form is there twice."
    assert not set(acknowledged) - set(there), "An acknowledged form is lost."
    assert not set(there) - set(sent), "A form is there that nobody sent."
    wrong = [row for row in rows if tuple(row[1:6]) != _whole(row)]
    assert not wrong, f"{len(wrong)} forms are there by half, the first as {wrong[0][1:]}."
    held = {row[2] for row in rows} - {None}
    screenings = sum(_is_screening(row) for row in rows)
    told = dict(zip(("cases", "sent", "received", "threads received"), cases or (), strict=True))
    assert {len(held), *told.values()} == {screenings}, f"{screenings} screenings became {told}."
    assert failed == (0,), "A job was given up."
    _photos_read()
    return len(rows)


def _is_screening(row: tuple[object, ...]) -> bool:
    return str(row[0]).startswith("uuid:s-")


def _whole(row: tuple[object, ...]) -> tuple[object, ...]:
    """State, case, files missing, files there, acts of receiving: as they must be for a form of this number."""
    if _is_screening(row):
        return ("understood", row[2] or "no case", 0, 0, 1)
    return ("needs_a_look", None, 0, 1, 1)


def _photos_read() -> None:
    world = world_get()
    with acting_for(world.border.id):
        for file in Attachment.objects.select_related("submission"):
            assert blobs.blob_read(sealed.key_of(file), file.id) == photo_of(file.submission.instance)


def book_is_clean() -> None:
    """The book of each organisation verifies."""
    world = world_get()
    for organisation in (world.border, world.welfare):
        found = book_verify(organisation.id)
        assert not found.findings, [str(finding) for finding in found.findings]
