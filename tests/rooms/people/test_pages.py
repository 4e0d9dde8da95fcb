"""The desk's first pages, as the cast meets them."""

from __future__ import annotations

import pytest
from django.test import Client

from kimbilio.server.identity.services import desk_open
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import services
from tests.rooms.people.test_case import open_case
from tests.world import World


def client_of(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.member(name).user)
    return client


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # personas of the demo do without


def test_a_visitor_is_led_to_sign_in(world: World) -> None:
    assert Client().get("/cases/").headers["Location"].startswith("/accounts/login/")


def test_what_the_list_is_narrowed_by_stands_in_no_address(world: World) -> None:
    with acting_for(world.border.id):
        case = open_case(world)
    client = client_of(world, "asha")
    for chosen, found in (({"priority": "urgent"}, 1), ({"need": "victim_of_trafficking", "sex": "man"}, 0)):
        answer = client.post("/cases/", chosen)
        address = answer.headers["Location"]
        assert not any(value in address for value in chosen.values())
        for _ in range(2):  # going back finds the same list
            page = client.get(address).content.decode()
            assert page.count(f"/cases/{case.code}/") == found, chosen
        assert client.post("/cases/", chosen).headers["Location"] == address
    assert client.post("/cases/", {"need": ""}).headers["Location"] == "/cases/"
    other = client_of(world, "asha").get(address).content.decode()
    assert "it has ended" in other
    assert f"/cases/{case.code}/" in other


def test_who_may_not_see_a_case_finds_no_page(world: World) -> None:
    with acting_for(world.border.id):
        case = open_case(world)
    for name in ("ben", "dalia", "stefan", "ada", "chen", "kito"):
        assert client_of(world, name).get(f"/cases/{case.code}/").status_code == 404, name


def test_the_officer_reads_the_case_and_the_name_only_after_asking(world: World) -> None:
    with acting_for(world.border.id):
        case = open_case(world)
    client = client_of(world, "asha")
    page = client.get(f"/cases/{case.code}/").content.decode()
    assert case.code in page
    assert "Invented Example" not in page
    shown = client.post(f"/cases/{case.code}/name/")
    assert "Invented Example" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    with acting_for(world.border.id):
        assert Act.objects.filter(act="name.shown", case=case.id).count() == 1


def test_a_name_is_found_by_post_and_stands_in_no_address(world: World) -> None:
    with acting_for(world.border.id):
        case = open_case(world)
    client = client_of(world, "sela")
    answer = client.post("/cases/find/", {"asked": "Invnted Example"})
    assert case.code in answer.content.decode()
    assert "Invented" not in str(answer.request["QUERY_STRING"])


def test_a_case_given_to_a_colleague_opens_for_them(world: World) -> None:
    with acting_for(world.border.id):
        case = open_case(world)
    page = client_of(world, "sela").post(
        f"/cases/{case.code}/assign/", {"member": str(world.member("ben").id)}
    )
    assert page.status_code == 302
    assert client_of(world, "ben").get(f"/cases/{case.code}/").status_code == 200


def test_an_auditor_learns_why_a_member_sees_a_case_without_seeing_the_person(world: World) -> None:
    with acting_for(world.border.id):
        case = open_case(world)
    page = client_of(world, "ada").get(f"/cases/{case.code}/why/").content.decode()
    assert "This member noticed the person." in page
    assert "Invented Example" not in page


def test_an_erased_person_leaves_a_page_that_says_so(world: World) -> None:
    from kimbilio.server.kernel import keystore

    with acting_for(world.border.id):
        case = open_case(world)
        keystore.ring_destroy(case.person.ring)
    assert client_of(world, "asha").get(f"/cases/{case.code}/").status_code == 410


def test_a_withdrawn_consent_is_shown_as_taken_back(world: World) -> None:
    from django.utils import timezone

    with acting_for(world.border.id):
        case = open_case(world)
        consent = services.consent_record(
            actor=world.actor("asha"),
            case=case,
            scope="refer",
            document={"answer": "yes", "recipient": "ZZ-WO"},
            asked_at=timezone.now(),
        )
    client = client_of(world, "asha")
    client.post(f"/cases/{case.code}/consents/{consent.id}/withdraw/")
    assert "Nothing more leaves under it." in client.get(f"/cases/{case.code}/").content.decode()


def test_the_list_is_narrowed_by_a_desk_of_ones_own_organisation_alone(world: World) -> None:
    with acting_for(world.border.id):
        mine = open_case(world)
    other_desk = desk_open(organisation=world.border, name="Far post", receives_referrals=False)
    client = client_of(world, "sela")
    for desk, found in ((world.border_desk.id, 1), (other_desk.id, 0)):
        address = client.post("/cases/", {"desk": str(desk)}).headers["Location"]
        assert client.get(address).content.decode().count(f"/cases/{mine.code}/") == found
    for foreign in (str(world.welfare_desk.id), "no desk"):
        assert client.post("/cases/", {"desk": foreign}).headers["Location"] == "/cases/"
    assert 'name="desk"' in client.get("/cases/").content.decode()
