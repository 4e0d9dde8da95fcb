"""Runs the jobs that a test has deferred, inside the test's own transaction and in their order."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def run_jobs(limit: int = 50) -> list[str]:
    """Run what is due until nothing is. Returns the names of the tasks that ran; a failing job raises."""
    ran: list[str] = []
    while len(ran) < limit:
        job = ProcrastinateJob.objects.raw(
            "select * from procrastinate_jobs where status = 'todo' "
            "and (scheduled_at is null or scheduled_at <= %s) order by id limit 1",
            [timezone.now()],
        )
        found = next(iter(job), None)
        if found is None:
            return ran
        job_mark_done(found.id)
        app.tasks[found.task_name].func(**found.args)
        ran.append(found.task_name)
    raise AssertionError(f"More than {limit} jobs: they defer each other without end.")


def job_mark_done(job: int) -> None:
    """Take a job off the queue before it is called."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'succeeded' where id = %s", [job])
