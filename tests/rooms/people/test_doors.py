"""The second factor, and pages that no role may open by accident."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from tests.rooms.people.test_pages import client_of
from tests.world import World


@pytest.mark.parametrize("name", ["asha", "sela", "chen", "kito", "stefan", "dalia", "ada"])
def test_every_role_is_led_to_a_second_factor(world: World, name: str) -> None:
    answer = client_of(world, name).get("/cases/")
    assert answer.headers["Location"] == "/accounts/2fa/"


def _with_second_factor(world: World, name: str) -> Client:
    TOTP.activate(world.member(name).user, generate_totp_secret())
    return client_of(world, name)


def test_with_a_second_factor_the_page_opens(world: World) -> None:
    assert _with_second_factor(world, "asha").get("/cases/").status_code == 200


def test_an_analyst_with_a_second_factor_sees_work_and_no_case(world: World) -> None:
    client = _with_second_factor(world, "dalia")
    assert client.get("/").status_code == 200
    assert client.get("/cases/").status_code == 404
