"""Jobs of the room: find which organisations have acts to seal, seal those of one.

Finding goes across organisations and so through a vetted function that returns ids only.
"""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.db import connection, transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from kimbilio.server.identity.selectors import organisations_all
from kimbilio.server.kernel.rows import acting_for

from .digests import digest_make
from .sealing import book_seal
from .witnessing import roots_carry

RETRY = RetryStrategy(max_attempts=12, exponential_wait=3)


@app.periodic(cron="* * * * *")
@app.task(name="journal.unsealed_find", queue="journal", queueing_lock="journal.unsealed_find")
def unsealed_find(timestamp: int) -> None:
    """Every minute: one job for each organisation with acts that may be sealed."""
    _defer(whole=False)


@app.periodic(cron="17 2 * * *")
@app.task(name="journal.unsealed_find_whole", queue="journal", queueing_lock="journal.unsealed_find_whole")
def unsealed_find_whole(timestamp: int) -> None:
    """Every night: the same, but looking at every act ever written, as is needed after a move to another server."""
    _defer(whole=True)


@app.task(name="journal.organisation_seal", queue="journal", retry=RETRY)
def seal(organisation: str, whole: bool = False) -> None:
    """Seal all that one organisation has to seal."""
    book_seal(uuid.UUID(organisation), whole=whole)


@app.periodic(cron="7 * * * *")
@app.task(name="journal.roots_carry_all", queue="journal", queueing_lock="journal.roots_carry_all")
def roots_carry_all(timestamp: int) -> None:
    """Every hour: let the witnesses of every book take its newest root."""
    for organisation in organisations_all():
        with suppress(AlreadyEnqueued), transaction.atomic():
            roots_take.configure(queueing_lock=f"roots {organisation.id}").defer(
                organisation=str(organisation.id)
            )


@app.task(name="journal.roots_carry", queue="journal", retry=RETRY)
def roots_take(organisation: str) -> None:
    """Let the witnesses of one book take its newest root."""
    roots_carry(uuid.UUID(organisation))


@app.periodic(cron="23 3 * * *")
@app.task(name="journal.digests_make", queue="journal", queueing_lock="journal.digests_make")
def digests_make(timestamp: int) -> None:
    """Every night: the digest of each organisation whose week has ended since."""
    for organisation in organisations_all():
        with suppress(AlreadyEnqueued), transaction.atomic():
            digest.configure(queueing_lock=f"digest {organisation.id}").defer(
                organisation=str(organisation.id)
            )


@app.task(name="journal.digest_make", queue="journal", retry=RETRY)
def digest(organisation: str) -> None:
    """Make the digest of one organisation's last full week, if it is not there."""
    owner = uuid.UUID(organisation)
    with acting_for(owner):
        digest_make(owner, now=timezone.now())


def _defer(*, whole: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select organisation from journal_unsealed(%s)", [whole])
        found = cursor.fetchall()
    for (organisation,) in found:
        waiting = seal.configure(queueing_lock=f"seal {organisation}", lock=f"seal {organisation}")
        with suppress(AlreadyEnqueued), transaction.atomic():
            waiting.defer(organisation=str(organisation), whole=whole)
