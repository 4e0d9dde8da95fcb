"""The rest of the OpenRosa contract at the door: headers on every answer, the list's parameters, the parts of a form,
corrections with files, and what was erased. `openrosa.csv` says which requirement stands where.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from kimbilio.packs.compiler import CompiledForm
from kimbilio.server.field import views
from kimbilio.server.forms import services
from kimbilio.server.forms.errors import EmptyFile
from kimbilio.server.forms.models import Attachment, Refusal, Submission
from kimbilio.server.forms.selectors import forms_listed
from kimbilio.server.kernel import blobs, keystore, sealed
from kimbilio.server.kernel.rows import acting_for
from tests.jobs import run_jobs
from tests.replay.client import multipart
from tests.replay.filled import PHOTOS, filled, form_zz, new_instance, photo_form, photos_publish
from tests.rooms.field.test_openrosa import (
    DOOR,
    XFORMS,
    _publish,
    _xml,
    assert_envelope,
    assert_nothing_is_kept,
    post,
)
from tests.world import World

FORM = f"{DOOR}/forms/{form_zz().form_id}/{form_zz().version}.xml"
MANIFEST = f"{DOOR}/manifests/{form_zz().form_id}/{form_zz().version}.xml"


def correction(*names: str, corrects: str) -> bytes:
    """The form with photos as an edit of another."""
    xml = photo_form(*names)
    return xml.replace(b"</instanceID>", f"</instanceID><deprecatedID>{corrects}</deprecatedID>".encode(), 1)


def files_of(world: World, instance: str) -> dict[str, bytes]:
    with acting_for(world.border.id):
        row = Submission.objects.get(instance=instance)
        files = Attachment.objects.filter(submission=row, refusal=None)
        return {sealed.read(file)["name"]: blobs.blob_read(sealed.key_of(file), file.id) for file in files}


def instance_of(xml: bytes) -> str:
    return xml.partition(b"<instanceID>")[2].partition(b"<")[0].decode()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{DOOR}/formList", 200),
        ("HEAD", f"{DOOR}/formList", 200),
        ("GET", FORM, 200),
        ("HEAD", FORM, 200),
        ("GET", MANIFEST, 200),
        ("GET", f"{DOOR}/media/{form_zz().form_id}/{form_zz().version}/none.png", 404),
        ("HEAD", f"{DOOR}/submission", 204),
        ("POST", f"{DOOR}/submission", 400),
        ("GET", f"{DOOR}/submission", 405),
        ("GET", f"{DOOR}/nowhere", 404),
        ("HEAD", f"{DOOR}/nowhere", 404),
        ("HEAD", "/openrosa/none/submission", 403),
        ("HEAD", "/openrosa/submission", 401),
    ],
)
def test_every_answer_says_its_version_date_limit_and_language(
    world: World, client: Client, method: str, path: str, status: int
) -> None:
    response = client.generic(method, f"{path}?deviceID=collect%3Ax&strange=1", HTTP_ACCEPT_LANGUAGE="ar")
    assert response.status_code == status
    assert response["X-OpenRosa-Version"] == "1.0"
    assert response["X-OpenRosa-Accept-Content-Length"] == "20000000"
    assert response["Date"]
    assert response["Content-Language"] == "ar"
    assert "Location" not in response
    assert "Set-Cookie" not in response


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 24 Nov 2026 19:70:00 GMT", "\u0661"])
def test_a_clients_date_and_a_missing_version_header_are_never_a_reason_to_refuse(
    world: World, client: Client, date: str
) -> None:
    assert_envelope(post(client, filled(), HTTP_DATE=date), 201)


def test_all_versions_are_listed_when_asked_for_and_the_current_one_else(
    world: World, client: Client
) -> None:
    _publish("kimbilio_zz_screening", "newer", form_zz().xform.replace(form_zz().version, "newer"))

    def versions(query: str) -> list[str | None]:
        root = _xml(client.get(f"{DOOR}/formList?deviceID=x&formID=kimbilio_zz_screening&{query}"))
        return [entry.findtext(f"{XFORMS}version") for entry in root.iter(f"{XFORMS}xform")]

    assert versions("verbose=true") == ["newer"]
    assert versions("listAllVersions=false") == ["newer"]
    assert sorted(map(str, versions("listAllVersions=true"))) == sorted(["newer", form_zz().version])


def test_a_version_of_two_hundred_and_forty_nine_signs_and_none_at_all_are_versions(
    world: World, client: Client
) -> None:
    long = "v" * 249
    for version in (long, ""):
        _publish(f"f{len(version)}", version, PHOTOS)
        xml = photo_form().replace(
            b'id="photos" version="1"', f'id="f{len(version)}" version="{version}"'.encode()
        )
        assert_envelope(post(client, xml), 201)
    root = _xml(client.get(f"{DOOR}/formList?deviceID=x&formID=f249"))
    (entry,) = root.iter(f"{XFORMS}xform")
    assert entry.findtext(f"{XFORMS}version") == long
    assert client.get(f"{entry.findtext(f'{XFORMS}downloadUrl')}?deviceID=x").status_code == 200


def test_names_with_signs_of_xml_are_escaped(world: World, client: Client) -> None:
    compiled = CompiledForm("amp", 'Water & "bread" <now> ماء', "1", "<x/>", "md5:1", {}, ())
    services.version_publish(pack="zz", kind="x", compiled=compiled)
    root = _xml(client.get(f"{DOOR}/formList?deviceID=x&formID=amp"))
    assert root.findtext(f"{XFORMS}xform/{XFORMS}name") == 'Water & "bread" <now> ماء'


def test_a_form_without_files_names_no_manifest_and_its_manifest_is_empty(
    world: World, client: Client
) -> None:
    _publish("bare", "1", "<x/>")
    root = _xml(client.get(f"{DOOR}/formList?deviceID=x&formID=bare"))
    assert root.find(f"{XFORMS}xform/{XFORMS}manifestUrl") is None
    assert not list(_xml(client.get(f"{DOOR}/manifests/bare/1.xml?deviceID=x")))


def test_a_form_with_an_empty_file_is_not_published(world: World) -> None:
    with pytest.raises(EmptyFile):
        _publish("bare", "1", "<x/>", {"list.csv": b""})
    assert not forms_listed("zz", "bare").exists()


def raw(client: Client, *parts: tuple[str, str, bytes], **headers: Any) -> HttpResponse:
    """A POST written by hand: disposition, type, content."""
    body = b""
    for disposition, kind, content in parts:
        head = f"--b\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {kind}\r\n\r\n"
        body += head.encode() + content + b"\r\n"
    return client.generic(
        "POST",
        f"{DOOR}/submission?deviceID=x",
        body + b"--b--\r\n",
        "multipart/form-data; boundary=b",
        **headers,
    )


@pytest.mark.parametrize("kind", ["text/xml", "application/xml", "text/xml; charset=utf-8", "text/plain"])
def test_the_form_may_come_as_either_kind_of_xml(world: World, client: Client, kind: str) -> None:
    name = 'name="xml_submission_file"; filename="a.xml"'
    assert_envelope(raw(client, (name, kind, filled())), 201)


def test_a_part_without_a_file_name_is_known_by_its_name_and_one_without_a_name_by_its_file_name(
    world: World, client: Client
) -> None:
    photos_publish()
    xml = photo_form("one.jpg", "two.jpg")
    answer = raw(
        client,
        ('name="xml_submission_file"', "text/xml", xml),
        ('name="one.jpg"', "image/jpeg", b"1"),
        ('filename="two.jpg"', "image/jpeg", b"2"),
    )
    assert_envelope(answer, 201)
    assert files_of(world, instance_of(xml)) == {"one.jpg": b"1", "two.jpg": b"2"}


def test_a_form_whose_files_follow_later_is_understood_at_once(world: World, client: Client) -> None:
    """The person's safety does not wait for a photo that may come tomorrow."""
    content_type, body = multipart(filled({"emergency": ["frightened"]}), [], more_follows=True)
    answer = client.generic("POST", f"{DOOR}/submission?deviceID=x", body, content_type)
    assert_envelope(answer, 201)
    run_jobs()
    with acting_for(world.border.id):
        assert Submission.objects.get().state == "understood"


def test_files_that_follow_are_added_to_the_form_that_was_understood(world: World, client: Client) -> None:
    photos_publish()
    xml = photo_form("a.jpg", "b.jpg")
    for name, more in (("a.jpg", True), ("b.jpg", False)):
        content_type, body = multipart(xml, [(name, name.encode())], more_follows=more)
        answer = client.generic("POST", f"{DOOR}/submission?deviceID=x", body, content_type)
        assert_envelope(answer, 201)
        with acting_for(world.border.id):
            assert Submission.objects.get().files_missing == (1 if more else 0)
    assert set(files_of(world, instance_of(xml))) == {"a.jpg", "b.jpg"}


def test_a_correction_keeps_the_files_that_it_still_names_and_drops_the_others(
    world: World, client: Client
) -> None:
    photos_publish()
    first = photo_form("kept.jpg", "dropped.jpg", instance="uuid:first")
    assert_envelope(post(client, first, [("kept.jpg", b"kept"), ("dropped.jpg", b"dropped")]), 201)
    second = correction("kept.jpg", "new.jpg", corrects="uuid:first")
    assert_envelope(post(client, second, [("new.jpg", b"new")]), 201)
    assert files_of(world, instance_of(second)) == {"kept.jpg": b"kept", "new.jpg": b"new"}
    assert set(files_of(world, "uuid:first")) == {"kept.jpg", "dropped.jpg"}
    third = correction("kept.jpg", "lost.jpg", corrects=instance_of(second))
    assert_envelope(post(client, third), 201)
    assert files_of(world, instance_of(third)) == {"kept.jpg": b"kept"}
    with acting_for(world.border.id):
        assert Submission.objects.get(instance=instance_of(third)).files_missing == 1
        keys = {sealed.key_of(file).id for file in Attachment.objects.all()}
        assert len(keys) == 3


def test_a_file_that_is_sent_again_is_not_carried_over_beside_it(world: World, client: Client) -> None:
    photos_publish()
    post(client, photo_form("a.jpg", instance="uuid:first"), [("a.jpg", b"old")])
    second = correction("a.jpg", corrects="uuid:first")
    post(client, second, [("a.jpg", b"new")])
    assert files_of(world, instance_of(second)) == {"a.jpg": b"new"}


def test_a_correction_of_what_never_came_is_unknown_and_of_what_was_corrected_already_is_a_conflict(
    world: World, client: Client
) -> None:
    photos_publish()
    assert_envelope(post(client, correction("a.jpg", corrects="uuid:never")), 404)
    assert_nothing_is_kept(world)
    post(client, photo_form(instance="uuid:first"))
    second = correction(corrects="uuid:first")
    assert [post(client, second).status_code for _ in range(2)] == [201, 201]
    assert_envelope(post(client, correction("late.jpg", corrects="uuid:first")), 409)
    third = correction(corrects=instance_of(second))
    assert_envelope(post(client, third), 201)
    assert_envelope(post(client, second), 201)


@pytest.mark.parametrize("again", ["the same", "other answers", "a correction"])
def test_what_was_erased_is_not_taken_in_again(world: World, client: Client, again: str) -> None:
    instance = new_instance()
    xml = filled(instance=instance)
    post(client, xml)
    with acting_for(world.border.id):
        keystore.ring_destroy(Submission.objects.get().ring)
    sent = {
        "the same": xml,
        "other answers": filled({"sex": "man"}, instance=instance),
        "a correction": filled(corrects=instance),
    }[again]
    assert "erased" in assert_envelope(post(client, sent), 409)
    with acting_for(world.border.id):
        assert (Submission.objects.count(), Refusal.objects.count()) == (1, 0)


def test_a_file_without_bytes_is_kept_and_one_that_never_comes_is_counted_as_missing(
    world: World, client: Client
) -> None:
    photos_publish()
    xml = photo_form("empty.jpg", "never.jpg")
    assert_envelope(post(client, xml, [("empty.jpg", b"")]), 201)
    assert files_of(world, instance_of(xml)) == {"empty.jpg": b""}
    with acting_for(world.border.id):
        assert Submission.objects.get().files_missing == 1


@pytest.mark.parametrize("fault", [MemoryError(), RuntimeError("x"), TimeoutError("x")])
def test_whatever_fails_inside_is_an_answer_that_the_phone_can_show(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr(views, "submission_receive", fails)
    sentence = assert_envelope(post(client, filled()), 503 if isinstance(fault, OSError) else 500)
    assert "stays on the phone" in sentence
