"""The house with a million people, kept in `var/bench/million` for later runs; `fresh` makes it anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from kimbilio.server.config import postgres

from .house import ROOT, House

NAME = "million"
SETTINGS = postgres.SETTINGS | {"shared_buffers": "256MB", "max_wal_size": "1GB"}
"""As the demo's, with the memory of a small server."""
_FILLING = SETTINGS | {
    "fsync": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "16GB",
    "autovacuum": "off",
    "max_parallel_maintenance_workers": "2",
}


@contextmanager
def million(*, fresh: bool = False) -> Iterator[House]:
    """The house, standing; its server stops afterwards and its data stay."""
    home = ROOT / "var" / "bench" / NAME
    home.mkdir(parents=True, exist_ok=True)
    ready = home / "ready"
    if fresh or not ready.exists():
        ready.unlink(missing_ok=True)
        shutil.rmtree(home / "data", ignore_errors=True)
        _make(home, ready)
    database = postgres.start(home, SETTINGS)
    try:
        yield _house(home, database)
    finally:
        database.stop()


def _make(home: Path, ready: Path) -> None:
    database = postgres.start(home, _FILLING)
    try:
        with psycopg.connect(database.url("postgres"), autocommit=True) as owner:
            for name in (NAME, f"{NAME}_keys"):
                owner.execute(f"drop database if exists {name} with (force)")  # type: ignore[arg-type]  # ours
        database.database_make(NAME, f"{NAME}_keys")
        environment = _house(home, database).environment
        for module, arguments in (("benchmarks.prepare", []), ("benchmarks.people", [str(ready)])):
            subprocess.run(
                [sys.executable, "-m", module, *arguments],
                env=environment,
                cwd=ROOT,
                check=True,
                stdout=sys.stderr,
            )
        with psycopg.connect(database.url("postgres"), autocommit=True) as owner:
            owner.execute("checkpoint")
    finally:
        database.stop()


def _house(home: Path, database: postgres.Server) -> House:
    environment = dict(os.environ) | {
        "KIMBILIO_SECRET_KEY": "a secret of benchmarks alone, which guards nobody",
        "DATABASE_URL": database.url(NAME, "kimbilio_web"),
        "JOBS_DATABASE_URL": database.url(NAME, "kimbilio_jobs"),
        "OWNER_DATABASE_URL": database.url(NAME),
        "KEYS_DATABASE_URL": database.url(f"{NAME}_keys", "kimbilio_web"),
        "OWNER_KEYS_DATABASE_URL": database.url(f"{NAME}_keys"),
        "KIMBILIO_DATA": str(home / "data"),
        "KIMBILIO_HOSTS": "127.0.0.1,testserver",
    }
    return House(database, NAME, environment)
