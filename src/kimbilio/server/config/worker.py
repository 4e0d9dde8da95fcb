"""The process that runs deferred jobs, as the role `jobs`.

    python -m kimbilio.server.config.worker [CONCURRENCY]

SIGTERM lets a running job finish. A job that is cut off (kill -9, a power cut) is found by its worker's
missing heartbeat and put back, see `tasks`.
"""

from __future__ import annotations

import asyncio
import sys

from procrastinate import PsycopgConnector
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params


class WorkerConnector(PsycopgConnector):
    """The worker's own connections for taking jobs and finishing them; a job defers others in its own transaction.

    Procrastinate's would defer them beside the transaction: such a job is there after a rollback, and may be
    taken before what it is about is committed.
    """

    def __init__(self) -> None:
        super().__init__(kwargs=connector_params())
        self._of_the_job = DjangoConnector()

    def get_sync_connector(self) -> BaseConnector:
        """What `defer()` in a job goes through: Django's connection of the job's thread."""
        return self._of_the_job


async def _work(concurrency: int) -> None:
    from procrastinate.contrib.django import app

    with app.replace_connector(WorkerConnector()):
        async with app.open_async():
            await app.run_worker_async(
                concurrency=concurrency,
                shutdown_graceful_timeout=20,
                delete_jobs="successful",
            )


def main(arguments: list[str]) -> int:
    """Work until a signal comes."""
    import django

    django.setup()
    from kimbilio.server.kernel.keystore import tombstones_replay

    tombstones_replay()
    asyncio.run(_work(int(arguments[0]) if arguments else 4))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
