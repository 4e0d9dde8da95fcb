"""The organisation's own pages and its journal."""

from __future__ import annotations

import pytest

from kimbilio.server.identity.models import Device
from kimbilio.server.identity.selectors import device_find
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from tests.rooms.people.test_pages import client_of
from tests.world import TOKEN, World


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # personas of the demo do without


def test_an_officer_cannot_enrol_or_revoke_a_phone_or_read_the_journal(world: World) -> None:
    client = client_of(world, "asha")
    assert client.post("/organisation/devices/enrol/").status_code == 404
    assert client.post(f"/organisation/devices/{world.device.id}/revoke/").status_code == 404
    assert client.get("/journal/").status_code == 404


def test_a_steward_of_another_organisation_cannot_revoke_a_phone(world: World) -> None:
    other = world.member("kito")
    other.role = "steward"
    other.save()
    assert (
        client_of(world, "kito").post(f"/organisation/devices/{world.device.id}/revoke/").status_code == 404
    )
    assert device_find(TOKEN) is not None


def test_a_revoked_phone_opens_nothing_and_the_act_is_written(world: World) -> None:
    client_of(world, "stefan").post(f"/organisation/devices/{world.device.id}/revoke/")
    assert device_find(TOKEN) is None
    with acting_for(world.border.id):
        assert Act.objects.get(act="device.revoked").member == world.member("stefan").id


def test_the_address_of_a_new_phone_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    client = client_of(world, "stefan")
    page = client.post(
        "/organisation/devices/enrol/",
        {"name": "Post phone 2", "member": str(world.member("ben").id), "desk": str(world.border_desk.id)},
    ).content.decode()
    token = page.partition("/openrosa/")[2].partition("<")[0].strip()
    found = device_find(token)
    assert found is not None
    assert found.member_id == world.member("ben").id
    assert token not in repr(list(Device.objects.values()))
    assert token not in client.get("/organisation/").content.decode()


def test_an_empty_name_is_answered_with_a_sentence_and_keeps_the_rest(world: World) -> None:
    answer = client_of(world, "stefan").post(
        "/organisation/devices/enrol/",
        {"name": "", "member": str(world.member("ben").id), "desk": str(world.border_desk.id)},
    )
    page = answer.content.decode()
    assert "Enter a name by which colleagues know the phone." in page
    assert f'value="{world.member("ben").id}" selected' in page


def test_the_journal_shows_acts_of_this_organisation_alone(world: World) -> None:
    client_of(world, "stefan").post(f"/organisation/desks/{world.border_desk.id}/verify/")
    assert "The desk&#x27;s entry was checked" in client_of(world, "ada").get("/journal/").content.decode()
    kito = client_of(world, "kito").get("/journal/").content.decode()
    assert "The desk&#x27;s entry was checked" not in kito
