"""Runs the demo: a database of its own, the preparation, the web server and the worker; stops them together.

Knows how to start and stop processes and what to print. Does not know what the demo holds (`world`), nor
Django: the preparation is a process of its own that ends, so that its memory is given back.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from kimbilio.server.config import postgres, preflight
from kimbilio.server.config.process import SECRET, environment_for, jobs_command, web_command

from .children import Children
from .home import DEVICE_TOKEN, INSTANCE, SECRET_KEY, Home

DATABASE, KEYS_DATABASE = "kimbilio", "kimbilio_keys"
PATIENCE = 60.0  # seconds until the web server must answer
EMULATOR = "10.0.2.2"  # how an Android emulator calls the machine it runs on


class Stopped(RuntimeError):
    """Something that the demo needs did not start, or ended by itself."""

    def __init__(self, sentence: str, hint: str = "What it said stands above.") -> None:
        super().__init__(sentence)
        self.hint = hint


class _Interrupted(Exception):
    """Ctrl-C, or a signal to end: no error, somebody asked to stop."""


def run(*, port: int, folder: Path) -> int:
    """Serve until Ctrl-C or SIGTERM; returns the exit code. Raises Stopped, AlreadyRunning, NoPostgres."""
    if not preflight.port_is_free(port):
        raise Stopped(preflight.busy_port(port), "Nothing was started.")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    home = Home.open(folder)
    children = Children()
    with home.hold():
        server: postgres.Server | None = None
        try:
            _say("Starting the database …")
            server = postgres.start(home.folder / "postgres" / home.secret(INSTANCE, size=6))
            server.database_make(DATABASE, KEYS_DATABASE)
            environment = _environment(home, server, port)
            _prepare(environment)
            children.start(
                "web server",
                web_command(host="127.0.0.1", port=port, workers=1),
                environment_for("web", environment),
            )
            for_jobs = environment | {"KEYS_DATABASE_URL": server.url(KEYS_DATABASE, "kimbilio_jobs")}
            children.start("worker", jobs_command(concurrency=2), environment_for("jobs", for_jobs))
            _await_answer(port, children)
            _say(_welcome(port, home, server, environment["KIMBILIO_DEMO_TOKEN"]))
            _watch(children)
        except _Interrupted:
            _say("\nStopping. What was entered stays.")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            children.stop()
            if server:
                server.stop()
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise _Interrupted


def _environment(home: Home, server: postgres.Server, port: int) -> dict[str, str]:
    return dict(os.environ) | {
        "KIMBILIO_DEMO": "1",
        "KIMBILIO_DATA": str(home.folder),
        "KIMBILIO_HOSTS": f"localhost,127.0.0.1,[::1],{EMULATOR}",
        "KIMBILIO_ADDRESS": f"http://localhost:{port}",
        "KIMBILIO_SMTP_FROM": "desk@kimbilio.example",  # no mail leaves; push services ask whom to write to
        "KIMBILIO_DEMO_SELF": f"http://127.0.0.1:{port}",
        "KIMBILIO_DEMO_TOKEN": home.secret(DEVICE_TOKEN, size=15),  # short, for it is typed on a phone
        SECRET: home.secret(SECRET_KEY),
        "DATABASE_URL": server.url(DATABASE, "kimbilio_web"),
        "JOBS_DATABASE_URL": server.url(DATABASE, "kimbilio_jobs"),
        "OWNER_DATABASE_URL": server.url(DATABASE),
        "KEYS_DATABASE_URL": server.url(KEYS_DATABASE, "kimbilio_web"),
        "OWNER_KEYS_DATABASE_URL": server.url(KEYS_DATABASE),
    }


def _prepare(environment: dict[str, str]) -> None:
    _say("Preparing the databases and the invented desks …")
    command = [sys.executable, "-m", "kimbilio.server.config.demo.prepare"]
    done = subprocess.run(
        command, env=environment_for("owner", environment), start_new_session=True, check=False
    )
    if done.returncode != 0:
        raise Stopped("The demo's databases could not be prepared.")


def _await_answer(port: int, children: Children) -> None:
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        _stop_if_dead(children)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise Stopped(f"The web server did not answer within {PATIENCE:.0f} seconds.")


def _watch(children: Children) -> None:
    while True:
        _stop_if_dead(children)
        time.sleep(0.5)


def _stop_if_dead(children: Children) -> None:
    name = children.dead()
    if name:
        raise Stopped(f"The {name} ended by itself, so the demo stops. What was entered stays.")


def _welcome(port: int, home: Home, server: postgres.Server, token: str) -> str:
    here = f"http://localhost:{port}"
    places = [home.folder] if server.data.is_relative_to(home.folder) else [home.folder, server.data.parent]
    return f"""
  Kimbilio serves an invented country: every person, desk, hour and number in it is made up.

  Begin here   {here}/demo/
  Sign in      {here}/accounts/login/ — one tap on a name, for example the officer at the border
  OpenRosa     {here}/openrosa/{token}
               ODK Collect on this machine's Android emulator: {EMULATOR} in place of localhost
  Data         {" and ".join(str(place) for place in places)}
  Stop         Ctrl-C; what was entered stays
"""


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
