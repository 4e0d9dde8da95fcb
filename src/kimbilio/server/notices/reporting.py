"""What the gateway reports of a text message that it took: delivered, or not."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import connection

from kimbilio.server.kernel.rows import acting_for

from .channels.outcome import Outcome
from .delivering import Step, delivery_end, delivery_note
from .models import Attempt, Delivery

STATES = {"delivered": Step.DELIVERED, "failed": Step.UNDELIVERED}
"""Reports that say something new; `sent` only repeats that the gateway took it."""


def report_take(*, delivery: uuid.UUID, status: str, now: datetime) -> bool:
    """Write a report down, once. A message that was not delivered is tried again while pauses are left.

    The gateway is nobody's member: the organisation is found by a function that returns ids only. Returns False
    when the message is unknown.
    """
    with connection.cursor() as cursor:
        cursor.execute("select notices_organisation_of(%s)", [delivery])
        (organisation,) = cursor.fetchone()
    if organisation is None:
        return False
    with acting_for(organisation):
        row = Delivery.objects.select_related("receiver__notice").get(id=delivery)
        last = Attempt.objects.filter(delivery=row, step=Step.SENT).order_by("-n").first()
        news = last is not None and status in STATES and delivery_note(row, last.n, STATES[status], "")
        if last is not None and news and status == "failed":
            delivery_end(row, last.n, Outcome(False, "not_delivered", again=True), now)
    return True
