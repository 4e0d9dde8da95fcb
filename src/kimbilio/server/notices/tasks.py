"""Jobs of the room. Arguments are ids and a number."""

from __future__ import annotations

import uuid

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from . import services

RETRY = RetryStrategy(max_attempts=12, exponential_wait=3)
"""For what goes wrong here, such as a database that is away; what goes wrong outside has its own pauses."""


@app.task(name="notices.deliver", queue="notices", retry=RETRY)
def deliver(organisation: str, delivery: str, attempt: int) -> None:
    """One attempt to deliver one notice by one way."""
    services.delivery_attempt(
        organisation=uuid.UUID(organisation),
        delivery=uuid.UUID(delivery),
        attempt=attempt,
        now=timezone.now(),
    )


@app.task(name="notices.code_send", queue="notices", retry=RETRY)
def code_send(organisation: str, way: str) -> None:
    """Make a code and send it to the address that is to be confirmed."""
    services.way_code_send(organisation=uuid.UUID(organisation), way=uuid.UUID(way))
