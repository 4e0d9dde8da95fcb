"""The list of an officer's own cases on the phone: who is on it, what it says, and when it is gone."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client

from kimbilio.server.identity.services import device_enrol
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel import keystore
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import services as people
from kimbilio.server.people.models import Case
from tests.replay.client import ListedForm, ReplayClient
from tests.replay.filled import filled, follow_up, follow_up_zz
from tests.replay.serving import serving
from tests.rooms.intake.test_understanding import arrive, case_of
from tests.world import TOKEN, World

BEN = "token-of-the-tests-phone-of-ben-0001"
MANIFEST = f"manifests/{follow_up_zz().form_id}/{follow_up_zz().version}.xml"
MEDIA = f"media/{follow_up_zz().form_id}/{follow_up_zz().version}/cases.csv"


@pytest.fixture
def case(world: World) -> Case:
    """One case, noticed by asha."""
    return case_of(world, arrive(world, filled(referrals=())))


def listed(client: Client, token: str = TOKEN) -> list[dict[str, str]]:
    body = client.get(f"/openrosa/{token}/{MEDIA}")
    assert body.status_code == 200
    return list(csv.DictReader(io.StringIO(body.content.decode())))


def list_hash(client: Client) -> str:
    return str(client.get(f"/openrosa/{TOKEN}/{MANIFEST}").content.decode()).split("md5:")[1][:32]


def gone(client: Client, *ids: object, token: str = TOKEN) -> list[bool]:
    named = ",".join(str(one) for one in ids)
    body = client.get(f"/openrosa/{token}/lists/cases/integrity?id={named}").content.decode()
    return [part.startswith("true") for part in body.split("<deleted>")[1:]]


def test_a_colleague_of_the_same_desk_gets_an_empty_list_and_hears_that_the_case_is_gone(
    world: World, client: Client, case: Case
) -> None:
    device_enrol(member=world.member("ben"), desk=world.border_desk, name="Ben's phone", token=BEN)
    assert listed(client, BEN) == []
    assert gone(client, case.id, token=BEN) == [True]


def test_a_supervisor_who_may_see_every_case_at_the_desk_carries_none_of_them(
    world: World, client: Client, case: Case
) -> None:
    device_enrol(member=world.member("sela"), desk=world.border_desk, name="Sela's phone", token=BEN)
    assert listed(client, BEN) == []


def test_nothing_that_names_or_places_a_person_is_on_the_phone(
    world: World, client: Client, case: Case
) -> None:
    (row,) = listed(client)
    assert row == {
        "name": str(case.id),
        "label": case.code,
        "__version": "1",
        "needs": "victim_of_trafficking exploited_worker",
    }


def test_a_case_given_away_closed_or_erased_leaves_the_list_and_is_told_as_deleted(
    world: World, client: Client, case: Case
) -> None:
    closed, erased = (case_of(world, arrive(world, filled(referrals=()))) for _ in range(2))
    assert gone(client, case.id, closed.id, erased.id, uuid.UUID(int=1), "x") == [False] * 3 + [True] * 2
    with acting_for(world.border.id):
        people.case_assign(actor=world.actor("sela"), case=case.id, member=world.member("ben"))
        people.case_stage_move(actor=world.actor("sela"), case=closed, stage="closed")
    keystore.ring_destroy(erased.person.ring)
    assert gone(client, case.id, closed.id, erased.id) == [True, True, True]
    assert listed(client) == []


def test_a_case_that_is_given_to_the_officer_comes_onto_the_list(
    world: World, client: Client, case: Case
) -> None:
    device_enrol(member=world.member("ben"), desk=world.border_desk, name="Ben's phone", token=BEN)
    with acting_for(world.border.id):
        people.case_assign(actor=world.actor("sela"), case=case.id, member=world.member("ben"))
    assert [row["label"] for row in listed(client, BEN)] == [case.code]


def test_every_download_is_an_act_that_names_the_cases_and_a_manifest_is_none(
    world: World, client: Client, case: Case
) -> None:
    client.get(f"/openrosa/{TOKEN}/{MANIFEST}")
    with acting_for(world.border.id):
        assert not Act.objects.filter(act="list.carried").exists()
    listed(client)
    listed(client)
    with acting_for(world.border.id):
        first, _second = Act.objects.filter(act="list.carried").order_by("id")
    assert (first.member, first.device, first.subject) == (
        world.member("asha").id,
        world.device.id,
        world.device.id,
    )
    assert first.codes == {
        "list": "cases",
        "member": str(world.member("asha").id),
        "found": 1,
        "cases": [str(case.id)],
    }


def test_the_hash_changes_with_every_change_of_the_list_and_with_nothing_else(
    world: World, client: Client, case: Case
) -> None:
    hashes = [list_hash(client), list_hash(client)]
    assert hashes[0] == hashes[1]
    arrive(world, follow_up(case.id))
    hashes.append(list_hash(client))
    with acting_for(world.border.id):
        people.case_stage_move(actor=world.actor("sela"), case=case, stage="in_care")
    hashes.append(list_hash(client))
    case_of(world, arrive(world, filled(referrals=())))
    hashes.append(list_hash(client))
    assert len(set(hashes)) == 4
    assert [row["__version"] for row in listed(client)] == ["1", "3"]


@pytest.fixture
def phone(committed: str) -> Iterator[ReplayClient]:
    with serving() as address:
        yield ReplayClient(f"{address}/openrosa/{TOKEN}")


def test_a_phone_fetches_its_list_follows_a_case_up_and_drops_what_is_gone(phone: ReplayClient) -> None:
    from tests.jobs import run_jobs
    from tests.world import world_get

    world = world_get()
    phone.send(filled(referrals=()))
    run_jobs()
    form = _follow_up_form(phone)
    assert phone.download(form) == follow_up_zz().xform
    (row,) = csv.DictReader(io.StringIO(phone.media(form)["cases.csv"].decode()))
    phone.send(follow_up(row["name"], base=row["__version"]))
    run_jobs()
    (again,) = csv.DictReader(io.StringIO(phone.media(form)["cases.csv"].decode()))
    assert again["__version"] == "2"
    assert phone.deleted("cases.csv", [row["name"]]) == {row["name"]: False}
    with acting_for(world.border.id):
        people.case_assign(actor=world.actor("sela"), case=uuid.UUID(row["name"]), member=world.member("ben"))
    assert phone.deleted("cases.csv", [row["name"]]) == {row["name"]: True}


def _follow_up_form(phone: ReplayClient) -> ListedForm:
    return next(form for form in phone.form_list() if form.form_id == follow_up_zz().form_id)
