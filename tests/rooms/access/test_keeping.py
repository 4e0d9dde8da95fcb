"""A steward keeps members, desks and passwords: what is refused, and that each is an act."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from kimbilio.server.access import keeping
from kimbilio.server.identity import codes
from kimbilio.server.identity.models import Desk, Member, MemberCode
from kimbilio.server.identity.selectors import device_find
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.errors import NotAllowed, NotVisible, Refused
from kimbilio.server.kernel.rows import acting_for
from tests.rooms.people.test_pages import client_of
from tests.world import TOKEN, World

PASSWORD = "the goats came home before the rain"
BEGIN = "/accounts/begin/"


@pytest.fixture
def personas(settings: Any) -> None:
    settings.KIMBILIO_DEMO = True  # personas of the demo do without a second factor


def acts(world: World, act: str) -> list[Act]:
    with acting_for(world.border.id):
        return list(Act.objects.filter(act=act, organisation_id=world.border.id))


def begin(code: str, username: str = "asha", password: str = PASSWORD) -> Any:
    return Client().post(BEGIN, {"username": username, "code": code, "password": password})


def signs_in(username: str, password: str) -> bool:
    return bool(Client().login(username=username, password=password))


def given(world: World, name: str = "asha", *, lost: bool = False) -> str:
    with acting_for(world.border.id):
        return keeping.code_give(actor=world.actor("stefan"), member=world.member(name), factor_lost=lost)


@pytest.mark.parametrize("who", ["asha", "sela", "ada"])
def test_nobody_but_a_steward_keeps_members(world: World, who: str) -> None:
    actor, ben = world.actor(who), world.member("ben")
    with pytest.raises(NotAllowed):
        keeping.code_give(actor=actor, member=ben, factor_lost=False)
    with pytest.raises(NotAllowed):
        keeping.member_end(actor=actor, member=ben)
    with pytest.raises(NotAllowed):
        keeping.member_invite(actor=actor, username="new", name="New", role="officer")


def test_a_member_of_another_organisation_is_not_there(world: World) -> None:
    with pytest.raises(NotVisible):
        keeping.code_give(actor=world.actor("stefan"), member=world.member("chen"), factor_lost=False)


def test_an_account_that_also_works_elsewhere_gets_no_code_from_one_steward(world: World) -> None:
    Member.objects.create(
        user=world.member("asha").user, organisation=world.welfare, role="caseworker", name="Asha"
    )
    with pytest.raises(Refused):
        given(world)


def test_the_last_steward_stays_and_nobody_changes_their_own_role(world: World, personas: None) -> None:
    stefan = world.member("stefan")
    page = client_of(world, "stefan").post(f"/organisation/members/{stefan.id}/end/")
    assert page.status_code == 409
    page = client_of(world, "stefan").post(
        f"/organisation/members/{stefan.id}/", {"name": "Stefan", "role": "supervisor"}
    )
    assert "Nobody changes their own role" in page.content.decode()
    assert Member.objects.get(id=stefan.id).role == "steward"


def test_a_new_member_sets_a_password_with_the_code_and_is_led_to_a_second_step(
    world: World, settings: Any
) -> None:
    settings.KIMBILIO_DEMO = True
    page = client_of(world, "stefan").post(
        "/organisation/members/add/",
        {"name": "Rehema", "username": "rehema", "role": "officer", "desks": [str(world.border_desk.id)]},
    )
    code = page.context["code"]
    assert code not in client_of(world, "stefan").get("/organisation/").content.decode()
    assert code not in repr(list(MemberCode.objects.values()))
    settings.KIMBILIO_DEMO = False
    assert begin(code, "Rehema").headers["Location"] == "/accounts/login/"
    client = Client()
    client.post("/accounts/login/", {"login": "rehema", "password": PASSWORD})
    assert client.get("/").headers["Location"] == "/accounts/2fa/"
    (joined,) = acts(world, "member.joined")
    assert (joined.member, joined.codes["role"]) == (world.member("stefan").id, "officer")
    (begun,) = acts(world, "member.password_set")
    assert begun.member == begun.subject == joined.subject


def test_a_name_that_is_taken_is_refused_and_nothing_typed_is_lost(world: World, personas: None) -> None:
    page = client_of(world, "stefan").post(
        "/organisation/members/add/", {"name": "Other", "username": "ASHA", "role": "officer"}
    )
    text = page.content.decode()
    assert "This sign-in name is taken" in text
    assert 'value="Other"' in text


def test_a_code_works_once_for_its_member_alone_and_ends_the_one_before(world: World) -> None:
    first = given(world)
    code = given(world)
    for wrong in (begin(first), begin(code, "ben"), begin("0000-0000-0000-0000")):
        assert "does not fit the name" in wrong.content.decode()
    assert begin(code).status_code == 302
    assert signs_in("asha", PASSWORD)
    assert "does not fit the name" in begin(code, password=f"another {PASSWORD}").content.decode()
    assert signs_in("asha", PASSWORD)


def test_a_weak_password_is_refused_and_the_code_is_not_used_up(world: World) -> None:
    code = given(world)
    assert "too short" in begin(code, password="short").content.decode()
    assert begin(code).status_code == 302


def test_a_code_ends_after_three_days_and_at_the_fifth_wrong_guess(world: World) -> None:
    code = given(world)
    MemberCode.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert begin(code).status_code == 200
    code = given(world)
    for _ in range(codes.GUESSES):
        begin(code[:-1] + ("0" if code[-1] != "0" else "2"))
    assert begin(code).status_code == 200
    assert not signs_in("asha", PASSWORD)


def test_an_address_that_guesses_has_to_wait(world: World) -> None:
    code = given(world)
    for _ in range(codes.TRIES):
        begin("0000-0000-0000-0000")
    assert "Wait a quarter of an hour" in begin(code).content.decode()


@pytest.mark.parametrize("lost", [False, True])
def test_a_second_step_ends_only_where_the_steward_said_that_it_is_lost(world: World, lost: bool) -> None:
    user = world.member("asha").user
    Authenticator.objects.create(user=user, type="totp", data={"secret": "invented"})
    begin(given(world, lost=lost))
    assert Authenticator.objects.filter(user=user).exists() is not lost
    (told,) = acts(world, "member.code_given")
    assert told.codes["second_step"] == ("ended" if lost else "kept")


def test_a_new_password_signs_every_other_session_out(world: World, personas: None) -> None:
    client = Client()
    assert client.login(username="asha", password="asha walks a long road")
    begin(given(world))
    assert client.get("/").headers["Location"].startswith("/accounts/login/")


def test_whoever_left_opens_nothing_and_stands_behind_no_desk(world: World, personas: None) -> None:
    asha = world.member("asha")
    Desk.objects.filter(id=world.border_desk.id).update(focal_point_1=asha, focal_point_2=world.member("ben"))
    code = given(world)
    client = client_of(world, "asha")
    client_of(world, "stefan").post(f"/organisation/members/{asha.id}/end/")
    assert client.get("/").headers["Location"].startswith("/accounts/login/")
    assert device_find(TOKEN) is None
    assert begin(code).status_code == 200
    desk = Desk.objects.get(id=world.border_desk.id)
    assert (desk.focal_point_1_id, desk.focal_point_2_id) == (None, world.member("ben").id)
    assert len(acts(world, "member.ended")) == 1


def test_a_steward_must_have_a_second_step(world: World, settings: Any) -> None:
    settings.KIMBILIO_DEMO = False
    assert client_of(world, "stefan").get("/organisation/").headers["Location"] == "/accounts/2fa/"


def test_the_pages_of_one_s_own_account_lead_back(world: World, personas: None) -> None:
    page = client_of(world, "asha").get("/accounts/2fa/").content.decode()
    assert 'href="/organisation/"' in page
    assert "Asha" in page


def test_a_desk_is_opened_with_names_hours_and_services_and_changed(world: World, personas: None) -> None:
    client = client_of(world, "stefan")
    entry = {
        "name": "Rail post",
        "name_in_fr": "Poste du rail",
        "hours": "mon 08:00-12:00 13:00-17:00\nsun 20:00-24:00",
        "languages": "en, sw",
        "service_types": ["identification"],
        "focal_point_1": str(world.member("asha").id),
        "open": "on",
    }
    assert client.post("/organisation/desks/open/", entry).status_code == 302
    desk = Desk.objects.get(name="Rail post")
    assert desk.hours == {"mon": [["08:00", "12:00"], ["13:00", "17:00"]], "sun": [["20:00", "24:00"]]}
    assert (desk.names, desk.languages, desk.receives_referrals) == (
        {"fr": "Poste du rail"},
        ["en", "sw"],
        False,
    )
    page = client.get(f"/organisation/desks/{desk.id}/")
    assert page.context["form"].initial["hours"] == entry["hours"]
    client.post(f"/organisation/desks/{desk.id}/", entry | {"name_in_fr": "", "phone": "000 7"})
    desk.refresh_from_db()
    assert (desk.names, desk.phone) == ({}, "000 7")
    assert [len(acts(world, act)) for act in ("desk.opened", "desk.changed")] == [1, 1]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("hours", "monday 8-17", "is not understood. Write a day and its times"),
        ("languages", "English!", "is not the code of a language"),
        ("name", "Bridge post", "There is a desk of this name already"),
    ],
)
def test_a_desk_s_entry_that_cannot_be_read_is_answered_with_what_to_write(
    world: World, personas: None, field: str, value: str, sentence: str
) -> None:
    page = client_of(world, "stefan").post("/organisation/desks/open/", {"name": "New", field: value})
    assert sentence in page.content.decode()
    assert not Desk.objects.filter(name="New").exists()


def test_the_code_of_the_sign_in_page_is_where_the_page_says(world: World) -> None:
    assert f'href="{BEGIN}"' in Client().get("/accounts/login/").content.decode()
