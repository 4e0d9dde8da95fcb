"""A two-step upgrade: the new migrations run while the old server and worker go on, and nothing is lost.

The old version is the tree of `BEFORE`, taken from the history: it makes its databases with its own code and receives
forms through its own door before, while and after the new migrations run. Then the new code takes over.
"""

from __future__ import annotations

import contextlib
import io
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from kimbilio.server.access.rules import Purpose
from kimbilio.server.forms.models import Submission
from kimbilio.server.forms.reasons import FORM_DIFFERS
from kimbilio.server.journal.verifying import book_verify
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Case
from kimbilio.server.people.selectors import facts_of, name_show
from kimbilio.server.referrals.models import Referral
from tests.installation import KIMBILIO, Installation
from tests.replay.client import AnswerLost, NotOpenRosa, ReplayClient, SendFailed
from tests.rooms.journal.book import seal_all
from tests.world import TOKEN, world_get

ROOT = Path(__file__).resolve().parents[2]
BEFORE = "db9f6814b71f9cfde34ccf78dd226f33ed4e37e8"
"""The state called 0.1."""
FORMS = 30
PREPARE = """
import os, sys
from pathlib import Path
import django
django.setup()
from kimbilio.server.config import roles
from kimbilio.server.config.database import migrate
roles.roles_make()
migrate()
from tests.world import world_build
world_build()
from tests.replay.filled import filled
for number in range(int(sys.argv[2])):
    Path(sys.argv[1], f"{number}.xml").write_bytes(filled({"name_used": f"Invented Example {number}"}))
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The tree of the version before; skips aloud where the history is not there."""
    done = subprocess.run(["git", "archive", BEFORE], cwd=ROOT, capture_output=True, check=False)  # noqa: S607
    if done.returncode != 0:
        pytest.skip(f"{BEFORE[:7]} is not in this clone's history, so no upgrade was tried")
    tree = tmp_path / "old"
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(tree, filter="data")
    return tree


@pytest.fixture
def upgraded(template: str, tmp_path: Path, django_db_blocker: Any) -> Iterator[Installation]:
    """Two empty databases and folders; dropped at the end."""
    made = Installation(f"{settings.DATABASE}_upgrade", tmp_path / "home")
    names = (made.database, f"{made.database}_keys")
    for folder in (made.home, made.keys, made.blobs):
        folder.mkdir(mode=0o700)
    settings.SERVER.database_make(*names)
    with django_db_blocker.unblock():
        yield made
    with psycopg.connect(settings.SERVER.url("postgres"), autocommit=True) as server:
        for name in names:
            server.execute(f'drop database "{name}" with (force)')


def environment_of(made: Installation, tree: Path, **more: str) -> dict[str, str]:
    """An installation's environment, with the code of one tree."""
    return made.environment(PYTHONPATH=str(tree / "src"), KIMBILIO_ROLE="owner", **more)


@contextlib.contextmanager
def running(made: Installation, tree: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of one tree's code, stopped at the end as a supervisor stops it."""
    process = subprocess.Popen([str(KIMBILIO), *words], env=environment_of(made, tree), cwd=made.home)
    try:
        yield process
        assert process.poll() is None, f"{words[0]} of {tree.name} ended by itself"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@dataclass
class Sender:
    """A phone that sends what it was given, again when the answer was lost; what was acknowledged is kept."""

    phone: ReplayClient
    forms: list[bytes]
    sent: list[bytes] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def one(self) -> None:
        """Send the next form until it is acknowledged."""
        xml = self.forms.pop()
        while True:
            try:
                self.phone.send(xml)
            except (AnswerLost, NotOpenRosa, OSError, SendFailed) as fault:
                self.refused.append(repr(fault))
                assert len(self.refused) < 50, self.refused
                time.sleep(0.1)
            else:
                self.sent.append(xml)
                return

    def until(self, enough: threading.Event) -> None:
        """Send one form after another, leaving the last ten for later."""
        while not enough.is_set() and len(self.forms) > 10:
            self.one()
            time.sleep(0.05)


def await_health(port: int) -> None:
    end = time.monotonic() + 60
    while True:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5).close()
            return
        assert time.monotonic() < end, "The web server did not answer."
        time.sleep(0.1)


UNDERSTOOD = "select count(*) from forms_submission where state <> 'received'"
RECEIVED = "select count(*) from referrals_referral where side = 'received'"


def await_count(made: Installation, question: str, count: int) -> None:
    """Ask the database until it counts so many."""
    end = time.monotonic() + 90
    with made.owner() as owner:
        while True:
            row = owner.execute(question.encode()).fetchone()
            owner.rollback()
            if row == (count,):
                return
            assert time.monotonic() < end, f"{row} of {count}: {question}"
            time.sleep(0.2)


@pytest.mark.slow
def test_the_old_code_serves_while_the_new_migrates_and_the_new_reads_it_all(
    old: Path, upgraded: Installation, tmp_path: Path
) -> None:
    filled = tmp_path / "filled"
    filled.mkdir()
    words = [sys.executable, "-c", PREPARE, str(filled), str(FORMS)]
    at_old = environment_of(upgraded, old, DJANGO_SETTINGS_MODULE="kimbilio.server.config.settings")
    subprocess.run(words, env=at_old, cwd=old, check=True, timeout=120)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    phone = ReplayClient(f"http://127.0.0.1:{port}/openrosa/{TOKEN}")
    sender = Sender(phone, [path.read_bytes() for path in sorted(filled.iterdir())])
    serve = ("serve", "--port", str(port), "--workers", "1")

    with running(upgraded, old, *serve), running(upgraded, old, "worker"):
        await_health(port)
        for _ in range(5):
            sender.one()
        await_count(upgraded, UNDERSTOOD, 5)  # the old worker has its connections open
        enough = threading.Event()
        thread = threading.Thread(target=sender.until, args=(enough,))
        thread.start()
        try:
            done = subprocess.run(
                [str(KIMBILIO), "migrate"],
                env=environment_of(upgraded, ROOT),
                cwd=upgraded.home,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
        finally:
            enough.set()
            thread.join()
        assert done.returncode == 0, done.stderr
        assert len(sender.sent) > 5, "Nothing was sent while the migrations ran"
        for _ in range(5):
            sender.one()
        by_old = len(sender.sent)
        await_count(upgraded, UNDERSTOOD, by_old)
    with running(upgraded, ROOT, *serve), running(upgraded, ROOT, "worker"):
        await_health(port)
        for _ in range(3):
            sender.one()
        await_count(upgraded, UNDERSTOOD, by_old + 3)
        await_count(upgraded, RECEIVED, by_old + 3)
    assert sender.refused == []

    with upgraded.used():
        world = world_get()
        with acting_for(world.border.id):
            read = list(Submission.objects.values_list("state", "reasons"))
            assert len(read) == len(sender.sent)
            # The old sample fills in fewer values than a phone computes; the new code says so, and opens the case
            assert {tuple(reasons) for _, reasons in read} <= {(), (FORM_DIFFERS,)}
            assert {state for state, reasons in read if not reasons} == {"understood"}
            cases = list(Case.objects.select_related("person"))
            assert len(cases) == len(sender.sent)
            assert all(facts_of(case)["sex"] == "woman" for case in cases)
            supervisor = world.actor("sela")
            shown = [name_show(supervisor, case, for_=Purpose.SUPERVISION) for case in cases]
            names = {row["name"] for row in shown}
            assert len(names) == len(cases)
            assert all(name.startswith("Invented Example ") for name in names)
        with acting_for(world.welfare.id):
            assert Referral.objects.count() == len(cases)
        for organisation in (world.border, world.welfare):
            seal_all(organisation)
            assert book_verify(organisation.id).findings == []
