"""One phone, one code: what happens to a code that lies about, is photographed, is guessed, or is used twice."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from kimbilio.server.identity import binding, codes, enrolment
from kimbilio.server.identity.models import Device, EnrolmentCode, Knock
from kimbilio.server.identity.selectors import device_find
from kimbilio.server.identity.services import device_enrol
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices.models import Notice
from tests.replay.client import multipart
from tests.replay.filled import filled
from tests.rooms.field.test_openrosa import DOOR, assert_envelope
from tests.rooms.people.test_pages import client_of
from tests.world import TOKEN, World, world_get


def _wait() -> timedelta | None:
    """How long the phone of the tests must wait when it comes now."""
    entered = binding.device_enter(TOKEN)
    assert entered is not None
    return entered[1]


def list_as(client: Client, phone: str, token: str = TOKEN) -> HttpResponse:
    return client.get(f"/openrosa/{token}/formList", {"deviceID": phone} if phone else {})


def offered(world: World) -> tuple[Device, str, str]:
    """A phone just enrolled, the token of its QR code, and its one-time code."""
    device, token = device_enrol(member=world.member("ben"), desk=world.border_desk, name="Ben's phone")
    return device, token, enrolment.enrolment_offer(device=device)


def enrol(client: Client, code: str, phone: str = "app:ben", **headers: Any) -> HttpResponse:
    said = json.dumps({"code": code, "deviceID": phone})
    return client.post("/field/enrol", said, content_type="application/json", **headers)


def acts(world: World) -> list[str]:
    with acting_for(world.border.id):
        return list(
            Act.objects.filter(act__startswith="device.").order_by("id").values_list("act", flat=True)
        )


def test_a_code_that_nobody_used_within_a_day_is_dead(world: World, client: Client) -> None:
    device, token, _code = offered(world)
    Device.objects.filter(id=device.id).update(first_use_by=timezone.now() - timedelta(seconds=1))
    assert "within a day" in assert_envelope(list_as(client, "collect:ben", token), 403)
    assert acts(world) == []


def test_a_code_that_was_used_lives_on_after_its_day(world: World, client: Client) -> None:
    device, token, _code = offered(world)
    assert list_as(client, "collect:ben", token).status_code == 200
    Device.objects.filter(id=device.id).update(first_use_by=timezone.now() - timedelta(days=90))
    assert list_as(client, "collect:ben", token).status_code == 200


def test_the_first_phone_holds_the_code_and_another_is_kept_out_and_told_to_the_steward_once(
    world: World, client: Client
) -> None:
    assert list_as(client, "collect:asha").status_code == 200
    for stranger in ("collect:thief", "", "collect:ash", "collect:asha "):
        assert "another phone" in assert_envelope(list_as(client, stranger), 403)
    content_type, body = multipart(filled())
    stolen = client.generic("POST", f"{DOOR}/submission?deviceID=collect:thief", body, content_type)
    assert_envelope(stolen, 403)
    assert client.head(f"{DOOR}/submission?deviceID=collect:thief").status_code == 403
    assert list_as(client, "collect:asha").status_code == 200
    assert acts(world) == ["device.bound", "device.knocked"]
    assert Knock.objects.count() == 1
    with acting_for(world.border.id):
        notice = Notice.objects.get(kind="phone")
        assert [row.member_id for row in notice.receivers.all()] == [world.member("stefan").id]


def test_what_a_phone_calls_itself_is_not_kept_in_clear(world: World, client: Client) -> None:
    list_as(client, "collect:asha")
    assert "collect:asha" not in repr(list(Device.objects.values()))
    assert b"collect:asha" not in bytes(Device.objects.get(id=world.device.id).bound_to or b"")


def test_a_steward_sees_the_knock_and_releases_the_code_for_the_next_phone(
    world: World, client: Client, settings: Any
) -> None:
    settings.KIMBILIO_DEMO = True
    list_as(client, "collect:old")
    list_as(client, "collect:new")
    stefan = client_of(world, "stefan")
    assert "Another phone tried this phone" in stefan.get("/").content.decode()
    assert "Another phone tried this phone" not in client_of(world, "sela").get("/").content.decode()
    assert "Another phone tried this code" in stefan.get("/organisation/").content.decode()
    assert stefan.post(f"/organisation/devices/{world.device.id}/release/").status_code == 302
    assert "Another phone tried this phone" not in stefan.get("/").content.decode()
    assert list_as(client, "collect:new").status_code == 200
    assert_envelope(list_as(client, "collect:old"), 403)
    assert acts(world) == [
        "device.bound",
        "device.knocked",
        "device.released",
        "device.bound",
        "device.knocked",
    ]


def test_only_the_steward_of_the_same_organisation_releases(
    world: World, client: Client, settings: Any
) -> None:
    settings.KIMBILIO_DEMO = True
    list_as(client, "collect:old")
    for name in ("asha", "sela", "kito", "ada"):
        answer = client_of(world, name).post(f"/organisation/devices/{world.device.id}/release/")
        assert answer.status_code == 404, name
    assert_envelope(list_as(client, "collect:new"), 403)


def test_a_released_code_that_nobody_takes_up_within_a_day_is_dead(world: World, client: Client) -> None:
    list_as(client, "collect:old")
    binding.device_release(device=world.device, by=world.member("stefan").id)
    later = timezone.now() - timedelta(seconds=1)
    Device.objects.filter(id=world.device.id).update(first_use_by=later)
    assert_envelope(list_as(client, "collect:old"), 403)


def test_revoking_settles_the_knock_and_ends_everything(world: World, client: Client, settings: Any) -> None:
    settings.KIMBILIO_DEMO = True
    list_as(client, "collect:old")
    list_as(client, "collect:new")
    client_of(world, "stefan").post(f"/organisation/devices/{world.device.id}/revoke/")
    knock = Knock.objects.get()
    assert (knock.settled_at is not None, knock.settled_by_id) == (True, world.member("stefan").id)
    assert_envelope(list_as(client, "collect:old"), 403)


def test_of_two_phones_that_use_a_new_code_at_once_one_holds_it(committed: str) -> None:
    world = world_get()
    gate = threading.Barrier(6)

    def first_use(number: int) -> int:
        try:
            gate.wait()
            return list_as(Client(), f"collect:{number}").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(first_use, range(6))) == [200, 403, 403, 403, 403, 403]
    assert acts(world).count("device.bound") == 1
    assert acts(world).count("device.knocked") == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"code": 1, "deviceID": "x"}', b'{"code": "x", "deviceID": ""}']
)
def test_what_is_no_request_to_enrol_is_refused_with_a_sentence(
    world: World, client: Client, body: bytes
) -> None:
    answer = client.post("/field/enrol", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].endswith(".")


def test_a_wrong_a_used_an_ended_and_an_unknown_code_are_one_answer(world: World, client: Client) -> None:
    device, _token, code = offered(world)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    unknown = "ZZZZ" + code[4:]
    refused = [enrol(client, wrong), enrol(client, unknown), enrol(client, ""), enrol(client, "é" * 16)]
    assert enrol(client, code).status_code == 201
    refused.append(enrol(client, code))
    _other, _token, late = offered(world)
    EnrolmentCode.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    refused.append(enrol(client, late))
    assert {answer.status_code for answer in refused} == {403}
    assert len({answer.content for answer in refused}) == 1
    assert device.bound_to is None


def test_a_code_dies_at_the_fifth_wrong_guess(world: World, client: Client) -> None:
    _device, _token, code = offered(world)
    for guess in range(codes.GUESSES):
        assert enrol(client, code[:7] + f"{guess:09d}"[:9]).status_code == 403
    assert enrol(client, code).status_code == 403


def test_an_address_that_guesses_is_told_to_wait_and_another_is_not(world: World, client: Client) -> None:
    for _ in range(codes.TRIES):
        enrol(client, "0000-0000-0000-0000", REMOTE_ADDR="192.0.2.1")
    _device, _token, code = offered(world)
    late = enrol(client, code, REMOTE_ADDR="192.0.2.1")
    assert (late.status_code, late["Retry-After"]) == (429, "900")
    assert enrol(client, code, REMOTE_ADDR="192.0.2.2").status_code == 201


def test_the_time_of_an_answer_does_not_tell_a_known_place_from_an_unknown_one(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []

    def spy(first: bytes, second: bytes) -> bool:
        compared.append(len(first) + len(second))
        return False

    monkeypatch.setattr(enrolment.hmac, "compare_digest", spy)
    _device, _token, code = offered(world)
    enrol(client, code)
    enrol(client, "0000-0000-0000-0000")
    assert compared == [64, 64]


def test_a_code_is_exchanged_once_for_a_token_that_opens_the_door_by_header(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    device, shown, code = offered(world)
    said = enrol(client, code.lower().replace("-", " "))
    assert said.status_code == 201
    assert said["Cache-Control"].startswith("max-age=0") or "no-store" in said["Cache-Control"]
    token = said.json()["token"]
    assert said.json()["organisation"] == str(world.border.id)
    assert token not in repr(list(Device.objects.values()))
    assert code.replace("-", "") not in repr(list(EnrolmentCode.objects.values()))
    assert device_find(shown) is None
    header = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
    listed = client.get("/openrosa/formList?deviceID=app:ben", **header)
    assert listed.status_code == 200
    assert token not in listed.content.decode()
    address = listed.content.decode().partition("<downloadUrl>")[2].partition("</")[0]
    assert client.get(f"{address}?deviceID=app:ben", **header).status_code == 200
    assert client.head("/openrosa/submission?deviceID=app:ben", **header).status_code == 204
    content_type, body = multipart(filled())
    sent = client.generic("POST", "/openrosa/submission?deviceID=app:ben", body, content_type, **header)
    assert_envelope(sent, 201)
    assert_envelope(client.get("/openrosa/formList?deviceID=app:other", **header), 403)
    assert acts(world) == ["device.exchanged", "device.knocked"]
    assert Device.objects.get(id=device.id).member_id == world.member("ben").id


def test_the_door_without_a_token_asks_for_one_and_never_for_a_password(world: World, client: Client) -> None:
    for header in ({}, {"HTTP_AUTHORIZATION": "Basic YXNoYTp4"}, {"HTTP_AUTHORIZATION": "Digest x"}):
        answer = client.get("/openrosa/formList?deviceID=x", **header)
        assert_envelope(answer, 401)
        assert answer["WWW-Authenticate"] == 'Bearer realm="Kimbilio"'
    assert_envelope(client.get("/openrosa/formList", HTTP_AUTHORIZATION="Bearer none"), 403)


def test_once_the_other_code_was_used_the_one_time_code_is_worth_nothing(
    world: World, client: Client
) -> None:
    _device, token, code = offered(world)
    assert list_as(client, "collect:ben", token).status_code == 200
    assert enrol(client, code).status_code == 403
    assert list_as(client, "collect:ben", token).status_code == 200


def test_of_the_same_code_sent_many_times_at_once_one_is_exchanged(committed: str) -> None:
    world = world_get()
    _device, _token, code = offered(world)
    gate = threading.Barrier(6)

    def exchange(number: int) -> int:
        try:
            gate.wait()
            return enrol(Client(), code, f"app:{number}").status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(exchange, range(6))) == [201, 403, 403, 403, 403, 403]
    assert acts(world).count("device.exchanged") == 1


def test_a_phone_that_floods_the_door_hears_when_to_come_again_and_another_is_not_slowed(
    world: World, client: Client, settings: Any
) -> None:
    settings.KIMBILIO_DEVICE_BURST, settings.KIMBILIO_DEVICE_HOURLY = 5, 3600
    answers = [list_as(client, "collect:asha") for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert "stay on the phone" in assert_envelope(answers[-1], 429)
    assert 0 < int(answers[-1]["Retry-After"]) <= 2
    assert client.head(f"{DOOR}/submission?deviceID=collect:asha").status_code == 204
    _device, token, _code = offered(world)
    assert list_as(client, "collect:ben", token).status_code == 200
    Device.objects.filter(id=world.device.id).update(seen_at=timezone.now() - timedelta(seconds=3))
    assert list_as(client, "collect:asha").status_code == 200


def test_a_phone_back_after_weeks_with_five_hundred_forms_gets_through_within_the_hour(world: World) -> None:
    started = time.monotonic()
    waits = [_wait() for _ in range(500 * 2)]  # each form with a post of photos
    assert set(waits) == {None}
    assert time.monotonic() - started < 60


def test_the_limit_holds_across_processes(committed: str, settings: Any) -> None:
    settings.KIMBILIO_DEVICE_BURST, settings.KIMBILIO_DEVICE_HOURLY = 10, 36

    def knock(_number: int) -> bool:
        try:
            return _wait() is None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(knock, range(30))) == 10
