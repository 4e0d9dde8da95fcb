"""The law of the country at the desk: for everybody, searched without leaving a trace in an address."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.rooms.people.test_pages import client_of
from tests.rooms.referrals.story import CONTROLLED, TRAFFICKED, arrived_at
from tests.world import World


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # personas of the demo do without


def page(client: Client, **wanted: str) -> str:
    answer = client.post("/law/", wanted) if wanted else client.get("/law/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_visitor_is_sent_to_sign_in() -> None:
    assert Client().get("/law/").status_code == 302


def test_words_of_a_search_are_never_written_unescaped_or_found_where_nothing_is(world: World) -> None:
    text = page(client_of(world, "asha"), words="<b>submarine")
    assert "<b>submarine" not in text
    assert "No provision holds these words" in text


def test_a_category_that_the_pack_does_not_have_shows_the_whole_law(world: World) -> None:
    assert 'id="RIVERS-01"' in page(client_of(world, "asha"), protects="nobody")


@pytest.mark.parametrize("who", ["asha", "dalia", "ada", "kito"])
def test_everybody_reads_the_law_and_whether_the_state_has_joined(who: str, world: World) -> None:
    text = page(client_of(world, who))
    assert "Nobody is sent back through the gate into danger." in text
    assert "Zalonia has joined (since 2001)." in text


def test_the_law_is_narrowed_to_whom_it_protects(world: World) -> None:
    text = page(client_of(world, "asha"), protects="child_alone")
    assert 'id="GATE-02"' in text
    assert 'id="GATE-01"' not in text


def test_the_law_is_read_in_arabic(world: World) -> None:
    client = client_of(world, "asha")
    client.cookies["__Host-language"] = "ar"
    assert "قانون البوابات" in page(client)


def test_every_provision_beside_a_need_leads_to_its_place_in_the_law(world: World) -> None:
    mine, _ = arrived_at(world, CONTROLLED, TRAFFICKED)
    text = client_of(world, "asha").get(f"/cases/{mine.case.code}/").content.decode()
    assert 'href="/law/#WORK-01"' in text
