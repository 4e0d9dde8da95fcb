"""What all processes remember together: tries at passwords, and codes that were used."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.cache import caches
from django.db import connection
from django.test import Client

from kimbilio.server.identity.models import Remembered
from kimbilio.server.identity.remembering import SharedCache
from tests.world import World

LOGIN = "/accounts/login/"
ELSEWHERE = {"REMOTE_ADDR": "198.51.100.7"}


def _another_process() -> SharedCache:
    return SharedCache("", {})


def test_the_service_remembers_across_processes(world: World) -> None:
    assert isinstance(caches["default"], SharedCache)
    caches["default"].set("tries", [1.5, 2.5], 60)
    assert _another_process().get("tries") == [1.5, 2.5]
    assert _another_process().delete("tries")
    assert caches["default"].get("tries", "nothing") == "nothing"


def test_what_has_ended_is_gone_and_may_be_kept_anew(world: World) -> None:
    cache = _another_process()
    assert cache.add("code", "y", 60)
    assert not cache.add("code", "z", 60)
    assert cache.touch("code", -1)
    assert cache.get("code") is None
    assert cache.add("code", "z", 60)
    cache.set("other", 1, 60)
    assert cache.get("code") == "z"


def test_no_row_tells_an_address_or_a_name(world: World) -> None:
    Client().post(LOGIN, {"login": "asha", "password": "wrong"}, **ELSEWHERE)  # type: ignore[arg-type]  # META
    with connection.cursor() as cursor:
        cursor.execute("select key::text || value::text from identity_remembered")
        rows = [row[0] for row in cursor.fetchall()]
    assert rows
    assert not any("asha" in row or "198.51" in row for row in rows)


def test_who_guesses_one_name_is_told_to_wait_and_another_name_is_not(world: World) -> None:
    for _ in range(5):
        Client().post(LOGIN, {"login": "asha", "password": "wrong"})
    right = {"login": "asha", "password": "asha walks a long road"}
    assert "_auth_user_id" not in _signed_in(right)
    other = {"login": "sela", "password": "sela walks a long road"}
    assert "_auth_user_id" in _signed_in(other)


def _signed_in(said: dict[str, str]) -> dict[str, object]:
    client = Client()
    client.post(LOGIN, said)
    return dict(client.session)


def test_a_code_is_taken_once_whichever_process_is_asked(committed_codes: list[bool]) -> None:
    assert sorted(committed_codes) == [False] * 7 + [True]


@pytest.fixture
def committed_codes(committed: str) -> list[bool]:
    """What eight threads, each with a connection of its own, were told about one key at once."""

    def ask(_number: int) -> bool:
        try:
            return _another_process().add("totp of somebody", "y", 30)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(ask, range(8)))


def test_the_second_factor_refuses_a_code_that_was_used(world: World) -> None:
    user, seed = world.member("asha").user, generate_totp_secret()
    factor = TOTP.activate(user, seed)
    assert factor._mark_code_used("123456")
    assert not factor._mark_code_used("123456")
    assert Remembered.objects.exists()
