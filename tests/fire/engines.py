"""A whole installation that may be killed: PostgreSQL in a folder of its own, the web server and the job worker as
production starts them, and a keeper that starts again whatever ends, as an init system does.

Nothing in here is shared with another test, so that a kill harms nobody else.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections

from kimbilio.server.config import postgres, process
from kimbilio.server.kernel.custody import custody

OURS = ("KIMBILIO_", "DATABASE_URL", "KEYS_DATABASE_URL", "JOBS_DATABASE_URL", "OWNER_", "DJANGO_")
DATABASES = {"default": "kimbilio", "keys": "kimbilio_keys"}


@dataclass
class Engines:
    """An installation below `home`, copied from the tests' databases named `template`."""

    home: Path
    template: str
    more: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.home.mkdir(parents=True, exist_ok=True)
        shutil.copytree(settings.KIMBILIO_KEYS, self.home / "keys")
        self.kept: list[Kept] = []
        self.server = postgres.start(self.home / "postgres")
        try:
            _copy(settings.SERVER, self.template, self.server)
        except BaseException:
            self.stop()
            raise

    @property
    def address(self) -> str:
        """Where the web server answers."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What a process of this installation has in its environment: production's settings."""
        bare = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        url = self.server.url
        return (
            bare
            | {
                "KIMBILIO_SECRET_KEY": "only-for-the-tests-under-fire-and-long",
                "KIMBILIO_DATA": str(self.home),
                "KIMBILIO_DEVICE_BURST": "1000000",
                "DATABASE_URL": url(DATABASES["default"], "kimbilio_web"),
                "JOBS_DATABASE_URL": url(DATABASES["default"], "kimbilio_jobs"),
                "KEYS_DATABASE_URL": url(DATABASES["keys"], "kimbilio_web"),
            }
            | self.more
        )

    def web(self, *, workers: int = 1) -> Kept:
        """The web server, running until the engines stop."""
        command = process.web_command(host="127.0.0.1", port=self.port, workers=workers)
        return self._keep(command, "web")

    def jobs(self) -> Kept:
        """The job worker, likewise."""
        return self._keep(process.jobs_command(concurrency=2), "jobs")

    def _keep(self, command: list[str], role: str) -> Kept:
        environment = process.environment_for(role, self.environment())
        kept = Kept(command, environment, self.home / f"{role}.log")
        self.kept.append(kept)
        return kept

    def answers(self) -> bool:
        """Whether the web server listens."""
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.port)) == 0

    def until_it_answers(self, seconds: float = 60) -> None:
        """Wait for the web server."""
        until(self.answers, seconds)

    def postgres_kill(self) -> None:
        """SIGKILL the postmaster and everything it started, and start it anew as its keeper would."""
        main = self.postmaster()
        for pid in (*children(main), main):
            kill(pid)
        until(lambda: not alive(main), 30)
        # Where nobody fetches the dead, their numbers still look alive to pg_ctl
        (self.server.data / "postmaster.pid").unlink()
        self.postgres_start()

    def postgres_start(self) -> None:
        """Start PostgreSQL; it recovers from what is on its disk."""
        end = time.monotonic() + 60
        while not self._postgres_started():
            assert time.monotonic() < end, "PostgreSQL did not start again."
            time.sleep(0.1)

    def postgres_keep(self, seconds: float = 60) -> None:
        """What its keeper does: start PostgreSQL when it has ended by itself, and wait until it answers."""

        def answers() -> bool:
            try:
                psycopg.connect(self.server.url(DATABASES["default"])).close()
            except psycopg.OperationalError:
                with contextlib.suppress(FileNotFoundError):
                    if alive(self.postmaster()):
                        return False
                    (self.server.data / "postmaster.pid").unlink()
                self._postgres_started()
                return False
            return True

        until(answers, seconds)

    def _postgres_started(self) -> bool:
        try:
            postgres.start(self.home / "postgres")
        except postgres.NoPostgres:  # a child of the dead server still holds its memory
            return False
        return True

    def postmaster(self) -> int:
        """The process that the others of PostgreSQL come from."""
        return int((self.server.data / "postmaster.pid").read_text().splitlines()[0])

    def owner(self, alias: str = "default") -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the owner, whom no row policy binds."""
        end = time.monotonic() + 60
        while True:
            try:
                return psycopg.connect(self.server.url(DATABASES[alias]), autocommit=True)
            except psycopg.OperationalError:  # it recovers from the last kill
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Within the block the test's own process works on this installation."""
        names = ("KIMBILIO_KEYS", "KIMBILIO_BLOBS", "KIMBILIO_TOMBSTONES")
        folders = {name: getattr(settings, name) for name in names}
        before = {alias: dict(connections[alias].settings_dict) for alias in DATABASES}
        settings.KIMBILIO_KEYS, settings.KIMBILIO_BLOBS = str(self.home / "keys"), str(self.home / "blobs")
        settings.KIMBILIO_TOMBSTONES = str(self.home / "tombstones")
        custody.cache_clear()
        for alias, name in DATABASES.items():
            connections[alias].close()
            connections[alias].settings_dict |= {"NAME": name, "HOST": str(self.server.sockets)}
        try:
            yield
        finally:
            for alias, said in before.items():
                connections[alias].close()
                connections[alias].settings_dict |= {"NAME": said["NAME"], "HOST": said["HOST"]}
            for name, folder in folders.items():
                setattr(settings, name, folder)
            custody.cache_clear()

    def stop(self) -> None:
        """End everything and remove the database's folder."""
        for kept in self.kept:
            kept.stop()
        with contextlib.suppress(FileNotFoundError):
            main = self.postmaster()
            for pid in (*children(main), main):
                kill(pid)
            until(lambda: not alive(main))
        shutil.rmtree(self.server.data.parent, ignore_errors=True)


class Kept:
    """A process in a group of its own, started again whenever it ends, until `stop`."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        self._command, self._environment, self._log = command, environment, log
        self._stopping = threading.Event()
        self.starts = 0
        self._start()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _start(self) -> None:
        with open(self._log, "ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        self.starts += 1

    def _keep(self) -> None:
        while True:
            self._process.wait()
            if self._stopping.is_set():
                return
            kill_group(self._process.pid)
            self._start()

    @property
    def pid(self) -> int:
        """The process as it runs now."""
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL it and all that it started; it is started again."""
        kill_group(self.pid)

    def stop(self) -> None:
        """End it for good."""
        self._stopping.set()
        kill_group(self.pid)
        self._keeper.join(30)
        kill_group(self.pid)
        self._process.wait(30)


def until(condition: object, seconds: float = 30) -> None:
    """Wait until something holds. Raises AssertionError."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It did not come to pass in time."
        time.sleep(0.05)


def kill(pid: int) -> None:
    """SIGKILL, whether it is still there or not."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def kill_group(pid: int) -> None:
    """SIGKILL a process and the group it leads."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be fetched by its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").glob("*/children"))
        return [int(word) for task in tasks for word in task.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _copy(source: postgres.Server, template: str, target: postgres.Server) -> None:
    """Copy both databases with the roles that their rights name."""
    with psycopg.connect(target.url("postgres"), autocommit=True) as owner:
        owner.execute("create role kimbilio_web login; create role kimbilio_jobs login")
    target.database_make(*DATABASES.values())
    for name, suffix in ((DATABASES["default"], ""), (DATABASES["keys"], "_keys")):
        dump = subprocess.run(
            [str(postgres.client_program("pg_dump")), source.url(template + suffix)],
            stdout=subprocess.PIPE,
            check=True,
            timeout=60,
        )
        command = [str(postgres.client_program("psql")), "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1"]
        subprocess.run(
            [*command, target.url(name)],
            input=dump.stdout,
            stdout=subprocess.DEVNULL,
            check=True,
            timeout=60,
        )
