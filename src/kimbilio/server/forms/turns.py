"""One after the other: transactions that meet at one number, and the job that understands a form."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from procrastinate.contrib.django import app

from .models import Submission

UNDERSTAND = "intake.understand"
"""The job that understands a submission, by name: it lives in a room above."""


def understanding_defer(row: Submission) -> None:
    """Have a submission understood once the transaction commits."""
    understandings_defer([row])


def understandings_defer(rows: Sequence[Submission]) -> None:
    """Have submissions understood once the transaction commits, each by a job of its own; one statement."""
    jobs = [
        app.configure_task(UNDERSTAND, queue="intake", lock=str(row.id)).make_new_job(
            organisation=str(row.organisation_id), submission=str(row.id)
        )
        for row in rows
    ]
    if jobs:
        app.job_manager.batch_defer_jobs(jobs=jobs)


def line_up(*names: str) -> None:
    """Wait until no other transaction holds any of the names; two forms of one number pass one after the
    other.
    """
    with connection.cursor() as cursor:
        for name in sorted(names):
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
