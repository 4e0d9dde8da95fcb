"""When a session ends by itself."""

from __future__ import annotations

import time

import pytest
from django.test import Client

from kimbilio.server.config.sessions import BEGAN, SEEN
from tests.rooms.people.test_pages import client_of
from tests.world import World

MINUTE = 60
IN, OUT = 200, 302


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # personas of the demo do without


def _turned_back(client: Client, **minutes: float) -> None:
    session = client.session
    for mark, passed in minutes.items():
        session[mark] = time.time() - passed * MINUTE
    session.save()


@pytest.mark.parametrize(
    ("began", "seen", "status"), [(59, 59, IN), (61, 61, OUT), (11 * 60, 1, IN), (12 * 60 + 1, 1, OUT)]
)
def test_a_session_ends_after_an_idle_hour_and_after_a_shift(
    world: World, began: int, seen: int, status: int
) -> None:
    client = client_of(world, "asha")
    _turned_back(client, **{BEGAN: began, SEEN: seen})
    assert client.get("/cases/").status_code == status
    assert client.get("/cases/").status_code == status


def test_each_request_keeps_the_session_alive(world: World) -> None:
    client = client_of(world, "asha")
    _turned_back(client, **{BEGAN: 90, SEEN: 50})
    assert client.get("/cases/").status_code == IN
    assert time.time() - client.session[SEEN] < MINUTE


def test_signing_in_changes_the_session_and_signing_out_ends_it(world: World) -> None:
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "asha", "password": "asha walks a long road"})
    first = client.session.session_key
    assert client.get("/cases/").status_code == IN
    client.post("/accounts/logout/")
    client.cookies["__Host-session"] = first
    assert client.get("/cases/").status_code == OUT
    client.post("/accounts/login/", {"login": "asha", "password": "asha walks a long road"})
    assert client.session.session_key != first


def test_a_new_password_and_an_ended_membership_end_every_session(world: World) -> None:
    client, member = client_of(world, "asha"), world.member("asha")
    member.user.set_password("another long road entirely")
    member.user.save()
    assert client.get("/cases/").status_code == OUT
    other = client_of(world, "sela")
    colleague = world.member("sela")
    colleague.active = False
    colleague.save()
    assert other.get("/cases/").status_code == OUT
