"""A worker that is killed in the middle of a form, as a real process under the role of the jobs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import psycopg
import pytest
from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from kimbilio.server.forms import services
from kimbilio.server.forms.models import Submission
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Case, Consent, Person
from tests.replay.filled import filled
from tests.world import world_get

TAKE_UP_AGAIN = """
import asyncio, django
django.setup()
from procrastinate.contrib.django import app
from kimbilio.server.config.worker import WorkerConnector
async def main():
    with app.replace_connector(WorkerConnector()):
        async with app.open_async():
            for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=0):
                await app.job_manager.retry_job(job)
            await app.run_worker_async(queues=["intake"], wait=False)
asyncio.run(main())
"""


def worker(database: str, *command: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "KIMBILIO_TEST_DATABASE": database,
        "KIMBILIO_ROLE": "jobs",
        "KIMBILIO_KEYS": settings.KIMBILIO_KEYS,
    }
    return subprocess.Popen([sys.executable, *command], env=environment)


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It did not come to pass in time."
        time.sleep(0.1)


@pytest.mark.slow
def test_a_worker_killed_between_case_and_consent_leaves_nothing_half_and_the_next_doubles_nothing(
    committed: str,
) -> None:
    world = world_get()
    with acting_for(world.border.id):
        row = services.submission_receive(device=world.device, xml=filled()).submission

    with psycopg.connect(settings.SERVER.url(committed)) as owner:
        owner.execute("lock table people_consent in access exclusive mode")

        def stands_before_the_consent() -> bool:
            with psycopg.connect(settings.SERVER.url(committed)) as other:
                held = other.execute(
                    "select count(*) from pg_stat_activity "
                    "where datname = %s and usename = 'kimbilio_jobs' and wait_event_type = 'Lock'",
                    [committed],
                )
                return held.fetchone() == (1,)

        first = worker(committed, "-m", "kimbilio.server.config.worker", "1")
        try:
            until(stands_before_the_consent)
        finally:
            first.kill()
            first.wait()

    with acting_for(world.border.id):
        assert Submission.objects.get().state == "received"
        assert Case.objects.count() == Person.objects.count() == Consent.objects.count() == 0
    assert ProcrastinateJob.objects.get(task_name=services.UNDERSTAND).status == "doing"

    assert worker(committed, "-c", TAKE_UP_AGAIN).wait(60) == 0
    with acting_for(world.border.id):
        assert Submission.objects.get(id=row.id).state == "understood"
        assert Case.objects.count() == Person.objects.count() == 1
        assert Consent.objects.count() == 2
        assert Act.objects.filter(act="case.noticed").count() == 1
