"""Nothing that was typed about a person can be read in a dump, in a file or in a log.

A screening with a file comes through the door, as real processes under the roles of web and worker take it; a
referral goes and is declined with a note; forms come broken; the desk searches, mistypes and meets a fault of the
program. Then both databases are dumped and everything on the disk is searched. That the search finds is tried too.
"""

from __future__ import annotations

import base64
import logging
import logging.config
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from kimbilio.server.config import postgres
from kimbilio.server.forms.models import Submission
from kimbilio.server.forms.services import submission_settle
from kimbilio.server.identity.models import Device
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import search
from kimbilio.server.people.models import Case
from kimbilio.server.referrals.models import Referral
from kimbilio.server.referrals.services import referral_acknowledge, referral_decline
from tests.house.search import disguises, findings
from tests.installation import Installation
from tests.replay.client import ReplayClient, SendFailed
from tests.replay.filled import filled, photo_form, photos_publish
from tests.world import TOKEN, world_get

NAME = "Zebedaya Mwanakwelu-Quixote"
ARABIC = "زبيدة القليلة المخترعة"
CONTACT = "the tea seller Fumbwe, +999 0777 341 905"
NOTE = "her brother Kigunia waits at the invented mill"
MISSPELT = "Zebedaja Mwanakwelo"
PICTURE = "PicturedFaceOfZebedaya"
FILE = "zebedaya_at_the_mill.jpg"
BROKEN = "Mistyped Birthplace Ulofe"
VALUES = [
    NAME, "Zebedaya", "Mwanakwelu", ARABIC, "القليلة", CONTACT, "Fumbwe", "0777 341 905", "0777341905", NOTE,
    "Kigunia", MISSPELT, "Mwanakwelo", PICTURE, FILE, BROKEN, "Ulofe",
]  # fmt: skip


def until(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.1)


@contextmanager
def running(installation: Installation, *words: str) -> Iterator[None]:
    """A process of the installation; what it says goes into a log of its own."""
    log = installation.home / "logs" / f"{words[0]}.log"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as said:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "kimbilio"), *words],
            env=installation.environment(KIMBILIO_HOSTS="127.0.0.1"),
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        try:
            yield
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(25)
            process.kill()
            process.wait()


@pytest.fixture
def desk_log(installation: Installation) -> Iterator[Path]:
    """What the desk's pages log in the test's own process, formatted as in production."""
    log = installation.home / "logs" / "desk.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    configuration: dict[str, Any] = {
        **settings.LOGGING,
        "handlers": {
            "stderr": {
                **settings.LOGGING["handlers"]["stderr"],
                "class": "logging.FileHandler",
                "filename": str(log),
            }
        },
    }
    logging.config.dictConfig(configuration)
    yield log
    for name in ("", "django", "procrastinate"):
        for handler in logging.getLogger(name).handlers[:]:
            if isinstance(handler, logging.FileHandler) and handler.baseFilename == str(log):
                handler.close()
    logging.config.dictConfig(settings.LOGGING)


def dump(url: str) -> bytes:
    return subprocess.run(
        [str(postgres.client_program("pg_dump")), "--format=plain", f"--dbname={url}"],
        check=True,
        capture_output=True,
    ).stdout


def everything(installation: Installation) -> dict[str, bytes]:
    """Both databases, what their sessions hold, every file, every log."""
    places = {
        "main database": dump(settings.SERVER.url(installation.database)),
        "key store": dump(settings.SERVER.url(f"{installation.database}_keys")),
        "sessions": repr([session.get_decoded() for session in Session.objects.all()]).encode(),
        "log of the database": (settings.SERVER.data.parent / "server.log").read_bytes(),
    }
    for path in installation.home.rglob("*"):
        if path.is_file():
            places[str(path.relative_to(installation.home))] = path.read_bytes()
            places[f"name of {path.name}"] = path.name.encode()
    return places


@pytest.mark.slow
def test_nothing_typed_about_a_person_can_be_read_at_rest(
    installation: Installation, desk_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_get()
    photos_publish()
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    phone = ReplayClient(f"http://127.0.0.1:{port}/openrosa/{TOKEN}")

    def answers() -> bool:
        with (
            suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5),
        ):
            return True
        return False

    def understood(count: int) -> bool:
        with acting_for(world.border.id):
            return Submission.objects.exclude(state="received").count() == count

    with (
        running(installation, "serve", "--port", str(port), "--workers", "1"),
        running(installation, "worker"),
    ):
        until(answers, "The web server did not answer.")
        phone.send(filled({"name_used": f"{NAME} {ARABIC}", "safe_contact": CONTACT}))
        phone.send(photo_form(FILE), {FILE: PICTURE.encode() * 3})
        phone.send(filled({"name_used": NAME, "sex": BROKEN}, claims={}))
        for broken in (f"<data id='x'>{NAME}".encode(), filled({"name_used": NAME})[:-40]):
            with pytest.raises(SendFailed):
                phone.send(broken)
        until(lambda: understood(3), "The worker did not read the forms.")

        with acting_for(world.border.id):
            case = Case.objects.select_related("person").get()
            assert Referral.objects.exclude(
                state="draft"
            ).exists()  # consented at the border: it went by itself
            look = Submission.objects.filter(state="needs_a_look").first()
            assert look is not None
            submission_settle(actor=world.actor("asha"), submission=look.id, note=NOTE)

        def arrived() -> Referral | None:
            with acting_for(world.welfare.id):
                return Referral.objects.filter(side="received").first()

        until(lambda: arrived() is not None, "The referral did not arrive.")
        theirs = arrived()
        assert theirs is not None
        with acting_for(world.welfare.id):
            referral_acknowledge(actor=world.actor("chen"), referral=theirs)
            referral_decline(
                actor=world.actor("chen"),
                referral=theirs,
                reason="outside_mandate",
                other_desk=world.other_desk,
                why=NOTE,
            )

    monkeypatch.setattr(settings, "KIMBILIO_DEMO", True)  # personas do without a second factor
    desk = Client(raise_request_exception=False)
    desk.force_login(world.member("sela").user)
    assert NAME in desk.post(f"/cases/{case.code}/name/").content.decode()
    assert desk.post("/cases/find/", {"asked": MISSPELT}).status_code == 200
    assert desk.get("/cases/", {"before": BROKEN}).status_code == 404
    desk.post(f"/forms/{look.id}/settle/", {"note": NOTE})
    desk.post("/accounts/login/", {"login": NAME, "password": MISSPELT})

    def fails(asked: str, name: str) -> float:
        raise ValueError(f"{asked} and {name} cannot be compared")

    monkeypatch.setattr(search, "likeness", fails)
    assert desk.post("/cases/find/", {"asked": MISSPELT}).status_code == 500
    assert "ValueError" in desk_log.read_text()  # the fault is logged, and only what it said is left out

    places = everything(installation)
    assert len(places["main database"]) > 100_000
    assert any(place.endswith(".sealed") for place in places)
    assert findings(places, VALUES) == []

    # The same search over the same installation, after somebody was careless once
    careless = installation.home / "logs" / "worker.log"
    for value in (NAME, ARABIC, CONTACT):
        for name, form in disguises(value).items():
            before = careless.read_bytes()
            careless.write_bytes(before + b"INFO x" + form + b"\n")
            assert any(name in found for found in findings({"log": careless.read_bytes()}, [value])), name
            careless.write_bytes(before)
        for shift in range(3):
            wrapped = base64.b64encode(b"x" * shift + value.encode() + b"more")
            assert findings({"log": b"INFO " + wrapped}, [value]), shift
    with installation.owner() as owner:
        owner.execute("update identity_desk set area = %s", [CONTACT])
        owner.execute("update identity_device set token_hash = %s", [NAME.encode()])
    assert Device.objects.count() == 1
    seen = findings(everything(installation), VALUES)
    assert any("main database as UTF-8" in found for found in seen)
    assert any("main database as hex" in found for found in seen)
    shutil.rmtree(installation.home)
