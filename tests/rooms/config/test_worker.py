"""What a job defers: there when its transaction commits, and not before."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from django.conf import settings
from django.db import connections, transaction
from procrastinate.contrib.django import app

from kimbilio.server.config.worker import WorkerConnector


class CutOff(Exception):
    """What happens to a job after it has deferred another."""


def test_what_a_job_defers_is_rolled_back_with_it_and_hidden_until_it_commits(committed: str) -> None:
    def waiting() -> object:
        with psycopg.connect(settings.SERVER.url(committed)) as other:
            return other.execute(
                "select count(*) from procrastinate_jobs where queue_name = 'later'"
            ).fetchone()

    def job(*, cut_off: bool) -> object:
        try:
            with transaction.atomic():
                app.configure_task("config.backup_watch", queue="later").defer(timestamp=0)
                seen = waiting()
                if cut_off:
                    raise CutOff
        finally:
            connections.close_all()  # this thread's
        return seen

    async def worker() -> None:
        async with app.open_async():
            with pytest.raises(CutOff):
                await asyncio.to_thread(job, cut_off=True)
            assert waiting() == (0,)
            assert await asyncio.to_thread(job, cut_off=False) == (0,)
            assert waiting() == (1,)

    with app.replace_connector(WorkerConnector()):
        asyncio.run(worker())
