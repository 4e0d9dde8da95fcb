"""The door behind the web server that production runs, as a process of its own under the role of the web."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings

from kimbilio.server.forms.models import Attachment, Submission
from kimbilio.server.kernel.rows import acting_for
from tests.replay.client import ReplayClient, SendFailed, multipart
from tests.replay.filled import filled, photo_form, photos_publish
from tests.world import TOKEN, World, world_get

pytestmark = pytest.mark.slow


@pytest.fixture
def world(committed: str) -> World:
    """The cast, in a database of the test's own."""
    return world_get()


class Served:
    """One granian on a free port, to be killed and started again."""

    def __init__(self, database: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "KIMBILIO_TEST_DATABASE": database,
            "KIMBILIO_ROLE": "web",
            "KIMBILIO_KEYS": settings.KIMBILIO_KEYS,
        }
        self.start()

    def start(self) -> None:
        command = ["-m", "granian", "--interface=wsgi", "--host=127.0.0.1", f"--port={self.port}"]
        command += ["--workers=1", "--blocking-threads=2", "--log-level=warning"]
        command += ["kimbilio.server.config.wsgi:application"]
        self._process = subprocess.Popen(
            [sys.executable, *command], env=self._environment, start_new_session=True
        )
        end = time.monotonic() + 30
        while not self._listens():
            assert time.monotonic() < end, "The web server did not start in time."
            time.sleep(0.1)

    def _listens(self) -> bool:
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        os.killpg(self._process.pid, 9)  # the group is ours alone: the server and its workers
        self._process.wait()


@pytest.fixture
def served(committed: str) -> Iterator[Served]:
    """A web server on the test's database."""
    server = Served(committed)
    yield server
    server.kill()


@pytest.fixture
def phone(served: Served, world: World) -> ReplayClient:
    """Asha's phone."""
    return ReplayClient(f"http://127.0.0.1:{served.port}/openrosa/{TOKEN}")


def test_a_photo_of_fifty_megabytes_is_answered_with_a_sentence_and_not_with_a_broken_line(
    phone: ReplayClient,
) -> None:
    photos_publish()
    with pytest.raises(SendFailed) as refused:
        phone.send(photo_form("huge.jpg"), {"huge.jpg": b"\xff" * 50_000_000})
    assert (refused.value.status, "20 MB" in refused.value.message) == (413, True)


def test_a_form_sent_in_chunks_of_unknown_length_is_stored(
    phone: ReplayClient, served: Served, world: World
) -> None:
    photos_publish()
    content_type, body = multipart(photo_form("a.jpg"), [("a.jpg", b"\xff" * 1_000_000)])
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    pieces = (body[at : at + 100_000] for at in range(0, len(body), 100_000))
    connection.request(
        "POST",
        f"/openrosa/{TOKEN}/submission",
        pieces,
        {"Content-Type": content_type, "Transfer-Encoding": "chunked"},
        encode_chunked=True,
    )
    with contextlib.closing(connection):
        assert connection.getresponse().status == 201
    with acting_for(world.border.id):
        assert Attachment.objects.get().size == 1_000_000


def test_a_server_killed_before_its_commit_has_promised_nothing_and_the_phone_sends_again(
    phone: ReplayClient, served: Served, world: World, committed: str
) -> None:
    xml = filled()
    with psycopg.connect(settings.SERVER.url(committed)) as owner:
        owner.execute("lock table journal_act in access exclusive mode")
        content_type, body = multipart(xml)
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
        connection.request("POST", f"/openrosa/{TOKEN}/submission", body, {"Content-Type": content_type})
        end = time.monotonic() + 30
        while not _waits_for_the_lock(committed):
            assert time.monotonic() < end, "The form never came as far as the journal."
            time.sleep(0.1)
        served.kill()
    with contextlib.closing(connection), pytest.raises((http.client.HTTPException, ConnectionError)):
        connection.getresponse()
    with acting_for(world.border.id):
        assert Submission.objects.count() == 0
    served.start()
    phone.send(xml)
    with acting_for(world.border.id):
        assert Submission.objects.count() == 1


def _waits_for_the_lock(database: str) -> bool:
    with psycopg.connect(settings.SERVER.url(database)) as other:
        held = other.execute(
            "select count(*) from pg_stat_activity "
            "where datname = %s and usename = 'kimbilio_web' and wait_event_type = 'Lock'",
            [database],
        )
        return held.fetchone() == (1,)
