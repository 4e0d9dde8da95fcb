"""What `kimbilio demo`, `serve`, `worker` and `migrate` do. Their words stand in `kimbilio.cli`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path

from .process import NotConfigured, environment_for, jobs_command, owner_begin, web_command


def demo(told: Namespace) -> int:
    """Serve the demo world until Ctrl-C."""
    from .demo.supervisor import run

    return run(port=told.port, folder=Path(told.home))


def serve(told: Namespace) -> int:
    """Become the web server. Raises NotConfigured."""
    if os.environ.get("KIMBILIO_DEMO"):
        raise NotConfigured(
            "KIMBILIO_DEMO is set: anyone could sign in as anyone", "Unset it; the demo is `kimbilio demo`."
        )
    command = web_command(host=told.host, port=told.port, workers=told.workers)
    os.execve(command[0], command, environment_for("web"))  # noqa: S606  # a list we wrote


def worker(told: Namespace) -> int:
    """Become the worker. Raises NotConfigured."""
    command = jobs_command(concurrency=told.concurrency)
    os.execve(command[0], command, environment_for("jobs"))  # noqa: S606  # likewise


def migrate(told: Namespace) -> int:
    """Bring the databases and the static files to what this version needs. Raises NotConfigured."""
    owner_begin()
    from django.core.management import call_command

    from . import database

    database.migrate()
    call_command("collectstatic", interactive=False, verbosity=0)
    sys.stdout.write("Both databases and the static files are as this version needs them.\n")
    return 0
