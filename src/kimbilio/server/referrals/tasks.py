"""Jobs of the room: apply an envelope on the receiving side, find clocks that ran out, look at one of them.

Arguments are ids. Finding goes across organisations and so through a vetted function that returns ids only.
"""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.db import connection, transaction
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.kernel.errors import KeyDestroyed
from kimbilio.server.kernel.rows import acting_for

from . import services

RETRY = RetryStrategy(max_attempts=12, exponential_wait=3)


@app.task(name="referrals.envelope_apply", queue="referrals", retry=RETRY)
def envelope_apply(envelope: str, organisation: str) -> None:
    """Apply what arrived, in the receiving organisation's own context."""
    owner = uuid.UUID(organisation)
    with suppress(KeyDestroyed), acting_for(owner):  # the person was erased here: there is nothing to add to
        services.envelope_apply(actor=actor_of_system(owner), envelope=uuid.UUID(envelope))


@app.periodic(cron="* * * * *")
@app.task(name="referrals.overdue_find", queue="referrals", queueing_lock="referrals.overdue_find")
def overdue_find(timestamp: int) -> None:
    """Every minute: one job for each referral whose clock ran out."""
    with connection.cursor() as cursor:
        cursor.execute("select organisation, referral from referrals_overdue(%s)", [timezone.now()])
        found = cursor.fetchall()
    for organisation, referral in found:
        waiting = clock_run.configure(queueing_lock=f"clock {referral}")
        with suppress(AlreadyEnqueued), transaction.atomic():
            waiting.defer(organisation=str(organisation), referral=str(referral))


@app.task(name="referrals.clock_run", queue="referrals", retry=RETRY)
def clock_run(organisation: str, referral: str) -> None:
    """Expire one referral or tell the next rung, in its organisation's own context."""
    owner = uuid.UUID(organisation)
    with suppress(KeyDestroyed), acting_for(owner):
        services.referral_clock_run(
            actor=actor_of_system(owner), referral=uuid.UUID(referral), now=timezone.now()
        )
