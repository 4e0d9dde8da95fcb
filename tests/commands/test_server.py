"""`kimbilio demo`, `serve`, `worker`, `migrate`: what they refuse; that the demo starts, stops and keeps."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kimbilio.server.config import postgres

KIMBILIO = Path(sys.executable).parent / "kimbilio"
SECRET = "a secret of the tests, long and mixed enough"
OURS = ("KIMBILIO_", "DATABASE_URL", "KEYS_DATABASE_URL", "JOBS_DATABASE_URL", "OWNER_", "DJANGO_")


def _environment(**more: str) -> dict[str, str]:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return bare | more


def _run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(KIMBILIO), *words],
        env=_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _free_port() -> int:
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
    return port


@pytest.mark.parametrize(
    ("command", "address"),
    [("serve", "DATABASE_URL"), ("worker", "JOBS_DATABASE_URL"), ("migrate", "OWNER_DATABASE_URL")],
)
def test_a_command_without_its_address_names_it_and_does_not_start(command: str, address: str) -> None:
    done = _run(command, KIMBILIO_SECRET_KEY=SECRET)
    assert done.returncode == 2
    assert f"error: {address} and " in done.stderr
    assert "hint: " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("secret", ["", "short"])
def test_serve_refuses_a_missing_or_short_secret(secret: str) -> None:
    addresses = {"DATABASE_URL": "postgresql:///x", "KEYS_DATABASE_URL": "postgresql:///y"}
    done = _run("serve", KIMBILIO_SECRET_KEY=secret, **addresses)
    assert done.returncode == 2
    assert "KIMBILIO_SECRET_KEY" in done.stderr


def test_the_demo_names_a_free_port_when_its_own_is_busy(tmp_path: Path) -> None:
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        done = _run("demo", "--port", str(port), "--home", str(tmp_path / "demo"))
    assert done.returncode == 2
    assert f"Port {port} is in use" in done.stderr
    assert "make demo PORT=" in done.stderr
    assert not (tmp_path / "demo").exists()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder for a demo; its database is stopped and removed, wherever it lies."""
    folder = tmp_path / "demo"
    yield folder
    for instance in folder.glob("instance"):
        server = postgres.start(folder / "postgres" / instance.read_text().strip())
        server.stop()
        shutil.rmtree(server.data.parent)


@contextmanager
def _demo(home: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [str(KIMBILIO), "demo", "--port", str(port), "--home", str(home)],
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(40)
        if process.stdout:
            process.stdout.close()


def _await_welcome(process: subprocess.Popen[str]) -> str:
    said = ""
    assert process.stdout
    for line in process.stdout:
        said += line
        if "Stop  " in line:
            return said
    raise AssertionError(f"The demo ended before it served:\n{said}")


def _get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def _descendants(process: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False)  # noqa: S607
    return [int(word) for word in found.stdout.split()]


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
def test_the_demo_serves_stops_cleanly_and_keeps_what_was_entered(home: Path) -> None:
    port = _free_port()
    with _demo(home, port) as first:
        said = _await_welcome(first)
        address = next(word for word in said.split() if "/openrosa/" in word)
        assert "invented" in said
        assert "screening" in _get(port, address.split(str(port))[1] + "/formList")
        children = _descendants(first.pid)
        assert len(children) == 2
        first.send_signal(signal.SIGINT)  # as Ctrl-C does
        assert first.wait(40) == 0
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    modes = {path.name: path.stat().st_mode & 0o777 for path in home.iterdir()}
    assert modes["secret.key"] == modes["device.token"] == 0o600
    with _demo(home, port) as second:
        assert address in _await_welcome(second)


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
def test_a_child_that_dies_stops_the_demo_with_one_sentence(home: Path) -> None:
    with _demo(home, _free_port()) as process:
        _await_welcome(process)
        os.kill(_descendants(process.pid)[-1], signal.SIGKILL)
        assert process.stdout
        rest = process.stdout.read()
        assert process.wait(40) == 2
    assert "ended by itself, so the demo stops" in rest
    assert "Traceback" not in rest


@pytest.mark.slow
@pytest.mark.xdist_group("demo")
def test_the_demo_s_processes_end_when_it_is_killed(home: Path) -> None:
    with _demo(home, _free_port()) as process:
        _await_welcome(process)
        children = _descendants(process.pid)
        process.kill()
        process.wait(10)
        limit = time.monotonic() + 30
        while any(Path(f"/proc/{child}").exists() for child in children):
            assert time.monotonic() < limit
            time.sleep(0.1)
