"""Jobs of the room: code anew those whose finding codes a version before made another way."""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from kimbilio.server.identity.selectors import organisations_all
from kimbilio.server.kernel.rows import acting_for

from .recoding import behind, persons_behind_recode

BATCH = 200


@app.periodic(cron="* * * * *")
@app.task(name="people.persons_behind_find", queue="people", queueing_lock="people.persons_behind_find")
def persons_behind_find(timestamp: int) -> None:
    """Every minute: one job for each organisation with somebody to be coded anew."""
    for organisation in organisations_all():
        with acting_for(organisation.id):
            waiting = behind(organisation.id)
        if waiting:
            job = persons_recode.configure(
                queueing_lock=f"recode {organisation.id}", lock=f"recode {organisation.id}"
            )
            with suppress(AlreadyEnqueued), transaction.atomic():
                job.defer(organisation=str(organisation.id))


@app.task(
    name="people.persons_recode", queue="people", retry=RetryStrategy(max_attempts=12, exponential_wait=3)
)
def persons_recode(organisation: str) -> None:
    """Code everybody of one organisation anew who is not yet; cut off, the next minute's job goes on."""
    for _ in persons_behind_recode(uuid.UUID(organisation), batch=BATCH):
        pass
