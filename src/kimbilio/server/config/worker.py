"""The process that runs deferred jobs, as the role `jobs`.

    python -m kimbilio.server.config.worker [CONCURRENCY]

SIGTERM lets a running job finish. A job that is cut off (kill -9, a power cut) is found by its worker's
missing heartbeat and put back, see `tasks`.
"""

from __future__ import annotations

import asyncio
import sys


async def _work(concurrency: int) -> None:
    from procrastinate.contrib.django import app

    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]  # Django's connector has it
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
