"""A real house to measure: a PostgreSQL of its own with commits that reach the disk, migrated, with the standing cast.

The server processes are those of production (`kimbilio serve`, `kimbilio worker`), reached over a socket.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from kimbilio.server.config import postgres
from kimbilio.server.config.process import environment_for, jobs_command, web_command

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2


@dataclass(frozen=True)
class House:
    """A database server and the environment of the processes that serve from it."""

    database: postgres.Server
    name: str
    environment: dict[str, str]

    def connect(self, role: str, *, keys: bool = False) -> psycopg.Connection:
        """A connection of the driver itself, outside Django."""
        return psycopg.connect(self.database.url(self.name + ("_keys" if keys else ""), role))

    @contextmanager
    def serving(self, *, workers: int = WORKERS) -> Iterator[int]:
        """The web server, answering; yields its port."""
        port = _free_port()
        command = web_command(host="127.0.0.1", port=port, workers=workers)
        with self._running(command, "web"):
            _wait_for(f"http://127.0.0.1:{port}/health/")
            yield port

    @contextmanager
    def working(self, *, concurrency: int = 4) -> Iterator[None]:
        """The worker of deferred jobs."""
        with self._running(jobs_command(concurrency=concurrency), "jobs"):
            yield

    @contextmanager
    def _running(self, command: list[str], role: str) -> Iterator[None]:
        process = subprocess.Popen(
            command, env=environment_for(role, self.environment), cwd=ROOT, start_new_session=True
        )
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=30)


@contextmanager
def house(name: str) -> Iterator[House]:
    """A fresh house called `name`, gone afterwards."""
    home = ROOT / "var" / "bench"
    home.mkdir(parents=True, exist_ok=True)
    database = postgres.start(home)
    folder = home / name
    shutil.rmtree(folder, ignore_errors=True)
    environment = dict(os.environ) | {
        "KIMBILIO_SECRET_KEY": secrets.token_urlsafe(48),
        "DATABASE_URL": database.url(name, "kimbilio_web"),
        "JOBS_DATABASE_URL": database.url(name, "kimbilio_jobs"),
        "OWNER_DATABASE_URL": database.url(name),
        "KEYS_DATABASE_URL": database.url(f"{name}_keys", "kimbilio_web"),
        "OWNER_KEYS_DATABASE_URL": database.url(f"{name}_keys"),
        "KIMBILIO_DATA": str(folder),
        "KIMBILIO_HOSTS": "127.0.0.1",
        "KIMBILIO_DEVICE_BURST": "1000000000",  # one phone stands for many here
    }
    try:
        with psycopg.connect(database.url("postgres"), autocommit=True) as owner:
            for each in (name, f"{name}_keys"):
                owner.execute(f"drop database if exists {each} with (force)")  # type: ignore[arg-type]  # names of ours
        database.database_make(name, f"{name}_keys")
        subprocess.run([sys.executable, "-m", "benchmarks.prepare"], env=environment, cwd=ROOT, check=True)
        yield House(database, name, environment)
    finally:
        database.stop()


def _free_port() -> int:
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
    return port


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310  # our own server
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} did not answer within 20 seconds")
