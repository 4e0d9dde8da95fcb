"""Searching is counted and has a bound; opening a case has none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from kimbilio.rules.looking import SEARCHES
from kimbilio.server.journal.models import Act
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.ids import new_code
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Case
from kimbilio.server.ui.moments import time_words
from tests.rooms.people.test_case import open_case
from tests.rooms.people.test_pages import client_of
from tests.world import World


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # personas of the demo do without


@pytest.fixture
def case(world: World) -> Case:
    """A case of Asha's, after Asha has searched as often as one may."""
    with acting_for(world.border.id):
        for _ in range(SEARCHES):
            act_record(actor=world.actor("asha"), act="case.listed", subject=world.border.id)
        return open_case(world)


def find(client: Client, asked: str) -> tuple[int, str]:
    answer = client.post("/cases/find/", {"asked": asked})
    return answer.status_code, answer.content.decode()


def test_who_has_searched_very_often_is_told_when_to_go_on_and_how_to_work_until_then(
    world: World, case: Case
) -> None:
    client = client_of(world, "asha")
    code, page = find(client, "Nobody Known")
    assert code == 429
    assert f"You have searched {SEARCHES} times within ten minutes." in page
    with acting_for(world.border.id):
        first = Act.objects.filter(act="case.listed").order_by("id").values_list("at", flat=True)[0]
        assert Act.objects.filter(act="case.listed").count() == SEARCHES
    assert time_words(timezone.localtime(first + timedelta(minutes=10))).split(":")[1] in page
    assert 'value="Nobody Known"' in page
    assert case.code in page  # the list stands below as on every day
    assert client.post("/cases/", {"stage": "noticed"}, follow=True).status_code == 429


def test_a_bound_on_searching_never_stands_before_a_case_of_one_s_own(world: World, case: Case) -> None:
    client = client_of(world, "asha")
    assert (
        client.post("/cases/find/", {"asked": case.code}).headers["Location"].endswith(f"/cases/{case.code}/")
    )
    assert client.get(f"/cases/{case.code}/").status_code == 200
    assert client.get("/cases/").status_code == 200
    assert client.get("/").status_code == 200
    assert find(client, new_code())[0] == 200  # a code that another desk uses is no fishing for names


def test_one_member_s_searches_do_not_hold_up_another(world: World, case: Case) -> None:
    assert find(client_of(world, "sela"), "Nobody Known")[0] == 200
