"""The OpenRosa door, as an HTTP client meets it: refusals first, then list, form, manifest, submission.

Numbers name the sections of the OpenRosa checklist: 1 every answer, 2 list, 3 manifest, 4 submission, 5
identity, 6 authentication.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import logging
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from kimbilio.packs.compiler import CompiledForm
from kimbilio.server.field import views
from kimbilio.server.forms import plain, services
from kimbilio.server.forms.models import Attachment, Refusal, Submission
from kimbilio.server.identity.services import device_revoke
from kimbilio.server.kernel import blobs, sealed
from kimbilio.server.kernel.rows import acting_for
from tests.replay.client import MANIFEST, RESPONSE, multipart
from tests.replay.filled import filled, form_zz, new_instance, photo_form, photos_publish
from tests.world import TOKEN, World

DOOR = f"/openrosa/{TOKEN}"
XFORMS = "{http://openrosa.org/xforms/xformsList}"


def post(
    client: Client, xml: bytes, files: list[tuple[str, bytes]] | None = None, **headers: Any
) -> HttpResponse:
    content_type, body = multipart(xml, files or [])
    return client.generic("POST", f"{DOOR}/submission?deviceID=x", body, content_type, **headers)


def assert_envelope(response: HttpResponse, status: int) -> str:
    """Every answer, errors included, is dressed the same way; the sentence inside is returned."""
    assert response.status_code == status
    assert response["X-OpenRosa-Version"] == "1.0"
    assert response["X-OpenRosa-Accept-Content-Length"] == str(settings.KIMBILIO_MAX_SUBMISSION)
    assert response["Date"]
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    root = fromstring(response.content)
    assert root.tag == f"{RESPONSE}OpenRosaResponse"
    sentence = root.findtext(f"{RESPONSE}message") or ""
    assert sentence.endswith(".")
    assert TOKEN not in sentence
    return sentence


def assert_nothing_is_kept(world: World) -> None:
    with acting_for(world.border.id):
        assert Submission.objects.count() == Refusal.objects.count() == Attachment.objects.count() == 0
    assert ProcrastinateJob.objects.count() == 0


@pytest.mark.parametrize(
    "path", ["formList", "submission", "forms/x/1.xml", "manifests/x/1.xml", "anything/else"]
)
@pytest.mark.parametrize("token", ["x", TOKEN + "x", "مرحبا", "%00"])
def test_6_a_token_that_is_none_opens_nothing_and_hears_one_sentence(
    world: World, client: Client, path: str, token: str
) -> None:
    for method in ("GET", "HEAD", "POST"):
        response = client.generic(method, f"/openrosa/{token}/{path}")
        assert response.status_code == 403
    assert_envelope(client.get(f"/openrosa/{token}/{path}"), 403)


def test_6_a_revoked_phone_hears_the_same_as_a_stranger(world: World, client: Client) -> None:
    stranger = assert_envelope(client.get("/openrosa/nobody/formList"), 403)
    device_revoke(device=world.device)
    assert assert_envelope(client.get(f"{DOOR}/formList"), 403) == stranger
    assert assert_envelope(post(client, filled()), 403) == stranger
    assert_nothing_is_kept(world)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "formList", "GET, HEAD"),
        ("DELETE", f"forms/{form_zz().form_id}/1.xml", "GET, HEAD"),
        ("GET", "submission", "HEAD, POST"),
        ("PUT", "submission", "HEAD, POST"),
    ],
)
def test_4_another_method_is_refused_in_the_envelope(
    world: World, client: Client, method: str, path: str, allowed: str
) -> None:
    response = client.generic(method, f"{DOOR}/{path}")
    assert_envelope(response, 405)
    assert response["Allow"] == allowed


def test_1_another_version_of_the_protocol_is_refused(world: World, client: Client) -> None:
    assert_envelope(client.get(f"{DOOR}/formList", HTTP_X_OPENROSA_VERSION="2.0"), 400)


def test_4_beyond_all_measure_is_refused_without_reading_the_body(world: World, client: Client) -> None:
    class Unread(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise AssertionError("The body was read.")

    response = client.post(
        f"{DOOR}/submission",
        content_type="multipart/form-data; boundary=b",
        **{"wsgi.input": Unread(), "CONTENT_LENGTH": "3000000000"},
    )
    assert "20 MB" in assert_envelope(response, 413)


def test_4_a_photo_of_fifty_megabytes_is_refused_with_the_limit_in_words(
    world: World, client: Client
) -> None:
    assert_envelope(post(client, filled(), [("photo.jpg", b"\xff" * 50_000_000)]), 413)
    assert_nothing_is_kept(world)


BROKEN = [
    ("text/xml", b"<data/>"),
    ("multipart/form-data", b"--b--"),
    ("multipart/form-data; boundary=b", b""),
    ("multipart/form-data; boundary=b", b"--b--\r\n"),
    ("multipart/form-data; boundary=b", b"no boundary at all"),
    ("multipart/form-data; boundary=b", b"--b\r\nno head\r\n--b--\r\n"),
    (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n',
    ),
    ("multipart/form-data; boundary=" + "b" * 500, b"--b--"),
    ("multipart/form-data; boundary=ß", b"--b--"),
]


@pytest.mark.parametrize(("content_type", "body"), BROKEN)
def test_4_a_body_that_is_no_form_with_files_is_refused(
    world: World, client: Client, content_type: str, body: bytes
) -> None:
    assert_envelope(client.generic("POST", f"{DOOR}/submission", body, content_type), 400)
    assert_nothing_is_kept(world)


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9, 0.999])
def test_4_a_body_cut_off_anywhere_is_refused_and_half_a_file_is_never_kept(
    world: World, client: Client, keep: float
) -> None:
    content_type, body = multipart(filled(), [("photo.jpg", b"\xff" * 50_000)])
    response = client.generic("POST", f"{DOOR}/submission", body[: int(len(body) * keep)], content_type)
    assert_envelope(response, 400)
    assert_nothing_is_kept(world)


def test_4_two_forms_in_one_post_are_refused(world: World, client: Client) -> None:
    content_type, body = multipart(filled(), [("xml_submission_file", filled())])
    assert "2 parts" in assert_envelope(client.generic("POST", f"{DOOR}/submission", body, content_type), 400)


def test_4_a_part_flood_is_refused(world: World, client: Client) -> None:
    content_type, body = multipart(filled(), [("a", b"")] * 1001)
    assert_envelope(client.generic("POST", f"{DOOR}/submission", body, content_type), 400)


BOMB = b"""<!DOCTYPE d [
<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>
<data id="x"><name>&c;</name></data>"""


@pytest.mark.parametrize("xml", [b"", b"<data", BOMB, b"<data id='x'/>", b"\xff\xfe<", b"<a>" * 100_000])
def test_4_xml_that_is_no_filled_form_is_refused_with_a_sentence(
    world: World, client: Client, xml: bytes
) -> None:
    assert_envelope(post(client, xml), 400)
    assert_nothing_is_kept(world)


def test_5_a_version_that_was_never_published_is_refused_as_unknown(world: World, client: Client) -> None:
    assert_envelope(post(client, filled().replace(b'version="', b'version="9', 1)), 404)
    assert_envelope(post(client, filled(corrects=new_instance())), 404)
    assert_envelope(client.get(f"{DOOR}/forms/{form_zz().form_id}/9.xml?deviceID=x"), 404)
    assert_envelope(client.get(f"{DOOR}/anything?deviceID=x"), 404)


def test_5_another_form_under_the_same_number_is_refused_and_kept_apart(world: World, client: Client) -> None:
    instance = new_instance()
    assert_envelope(post(client, filled(instance=instance)), 201)
    assert "supervisor" in assert_envelope(post(client, filled({"sex": "man"}, instance=instance)), 409)
    with acting_for(world.border.id):
        assert Refusal.objects.count() == 1


@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on /secret"), OperationalError("key (Invented)")]
)
def test_4_a_full_disk_or_a_lost_database_keeps_nothing_and_asks_to_send_again(
    world: World,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise fault

    monkeypatch.setattr(plain, "acts_add", fails)
    assert_envelope(post(client, filled()), 503)
    assert_nothing_is_kept(world)
    assert "secret" not in caplog.text
    assert "Invented" not in caplog.text


def test_6_neither_token_nor_answers_stand_in_any_log_when_the_door_fails(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stream = io.StringIO()
    handlers = [handler for name in ("", "django") for handler in logging.getLogger(name).handlers]
    for handler in handlers:
        if isinstance(handler, logging.StreamHandler):
            monkeypatch.setattr(handler, "stream", stream)

    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"Invented Example at {DOOR}")

    monkeypatch.setattr(views, "submission_receive", fails)
    assert_envelope(post(client, filled()), 500)
    client.get(f"{DOOR}/anything")
    client.get(f"/openrosa/{TOKEN}wrong/formList")
    written = stream.getvalue()
    assert "RuntimeError" in written
    assert "/openrosa/…" in written
    assert TOKEN not in written
    assert "Invented" not in written
    assert TOKEN not in "".join(
        record.getMessage() for record in caplog.records if record.name.startswith("kimbilio")
    )


def test_2_the_list_names_each_current_form_once_with_its_hash(world: World, client: Client) -> None:
    response = client.get(
        f"{DOOR}/formList?deviceID=collect%3Aa&verbose=true&strange=1&formID={form_zz().form_id}",
        HTTP_HOST="localhost",
    )
    root = _xml(response)
    (entry,) = root.iter(f"{XFORMS}xform")
    values = {child.tag.removeprefix(XFORMS): child.text for child in entry}
    assert values == {
        "formID": "kimbilio_zz_screening",
        "name": form_zz().name,
        "version": form_zz().version,
        "hash": form_zz().hash,
        "downloadUrl": f"http://localhost{DOOR}/forms/kimbilio_zz_screening/{form_zz().version}.xml",
        "manifestUrl": f"http://localhost{DOOR}/manifests/kimbilio_zz_screening/{form_zz().version}.xml",
    }
    body = client.get(f"{values['downloadUrl']}?deviceID=collect%3Aa")
    assert body["Content-Type"] == "text/xml; charset=utf-8"
    assert f"md5:{hashlib.md5(body.content, usedforsecurity=False).hexdigest()}" == values["hash"]
    assert not list(
        _xml(client.get(f"{DOOR}/formList?formID=other&deviceID=collect%3Aa")).iter(f"{XFORMS}xform")
    )


def test_2_a_retired_version_leaves_the_list_and_is_still_given_and_accepted(
    world: World, client: Client
) -> None:
    _publish("kimbilio_zz_screening", "newer", form_zz().xform.replace(form_zz().version, "newer"))
    (entry,) = _xml(client.get(f"{DOOR}/formList?formID={form_zz().form_id}")).iter(f"{XFORMS}xform")
    assert entry.findtext(f"{XFORMS}version") == "newer"
    assert client.get(f"{DOOR}/forms/kimbilio_zz_screening/{form_zz().version}.xml").status_code == 200
    assert_envelope(post(client, filled()), 201)


def test_2_a_form_of_another_pack_is_neither_listed_nor_given(world: World, client: Client) -> None:
    services.version_publish(
        pack="other", kind="x", compiled=CompiledForm("other", "Other", "1", "<x/>", "md5:1", {}, ())
    )
    listed = _xml(client.get(f"{DOOR}/formList")).iter(f"{XFORMS}formID")
    assert [form_id.text for form_id in listed] == ["kimbilio_zz_follow_up", "kimbilio_zz_screening"]
    assert_envelope(client.get(f"{DOOR}/forms/other/1.xml"), 404)


def test_3_a_form_with_media_has_a_manifest_whose_files_come_with_their_hash(
    world: World, client: Client
) -> None:
    _publish("with & media", "1/é", "<x/>", {"صورة.png": b"picture"})
    entry = next(
        entry
        for entry in _xml(client.get(f"{DOOR}/formList")).iter(f"{XFORMS}xform")
        if entry.findtext(f"{XFORMS}formID") == "with & media"
    )
    manifest = _xml(client.get((entry.findtext(f"{XFORMS}manifestUrl") or "") + "?deviceID=x"))
    (medium,) = manifest.iter(f"{MANIFEST}mediaFile")
    assert medium.findtext(f"{MANIFEST}filename") == "صورة.png"
    got = client.get(f"{medium.findtext(f'{MANIFEST}downloadUrl')}?deviceID=x")
    assert got.content == b"picture"
    assert (
        medium.findtext(f"{MANIFEST}hash")
        == f"md5:{hashlib.md5(b'picture', usedforsecurity=False).hexdigest()}"
    )
    assert client.get(f"{entry.findtext(f'{XFORMS}downloadUrl')}?deviceID=x").content == b"<x/>"


def test_2_a_form_comes_packed_to_a_client_that_can_unpack_it(world: World, client: Client) -> None:
    address = f"{DOOR}/forms/{form_zz().form_id}/{form_zz().version}.xml"
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(form_zz().xform.encode()) / 4
    assert gzip.decompress(packed.content).decode() == client.get(address).content.decode() == form_zz().xform


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("pictogram.yes.svg", "image/svg+xml"),
        ("audio.ar.question.opening.ogg", "audio/ogg"),
        ("list.csv", "application/octet-stream"),
    ],
)
def test_3_pictures_and_recordings_come_as_what_they_are(
    world: World, client: Client, name: str, kind: str
) -> None:
    _publish("shows", "1", "<x/>", {name: b"content"})
    assert client.get(f"{DOOR}/media/shows/1/{name}")["Content-Type"] == kind


def test_4_head_is_answered_with_204_and_the_limit_and_needs_neither_session_nor_csrf(world: World) -> None:
    response = Client(enforce_csrf_checks=True).head(f"{DOOR}/submission?deviceID=x")
    assert response.status_code == 204
    assert response["X-OpenRosa-Accept-Content-Length"] == str(settings.KIMBILIO_MAX_SUBMISSION)
    assert "Location" not in response
    assert "Set-Cookie" not in response


def test_4_a_form_is_stored_without_csrf_and_the_phones_words_are_no_identity(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    assert_envelope(post(client, filled()), 201)
    with acting_for(world.border.id):
        row = Submission.objects.get()
    assert (row.device_id, row.member_id, row.desk_id) == (
        world.device.id,
        world.member("asha").id,
        world.border_desk.id,
    )


def test_5_the_same_form_again_is_a_success_each_time(world: World, client: Client) -> None:
    xml = filled()
    assert [post(client, xml).status_code for _ in range(3)] == [201, 201, 201]
    with acting_for(world.border.id):
        assert Submission.objects.count() == 1


def test_4_a_part_that_the_form_does_not_name_is_left_out_and_only_counted_in_the_log(
    world: World, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert_envelope(post(client, filled(), [("Invented Example.jpg", b"x"), ("*isIncomplete*", b"yes")]), 201)
    with acting_for(world.border.id):
        assert Attachment.objects.count() == 0
    assert "1 files" in caplog.text
    assert "Invented" not in caplog.text


@pytest.mark.parametrize(
    "name", ["صورة.jpg", "é.jpg", "e\u0301.jpg", "a b.jpg", "\u202egpj.a.jpg", "%41.jpg", "x" * 240]
)
def test_4_a_files_name_may_be_written_in_any_script(world: World, client: Client, name: str) -> None:
    photos_publish()
    assert_envelope(post(client, photo_form(name), [(name, b"\r\n--photo\r\n\0")]), 201)
    with acting_for(world.border.id):
        row = Attachment.objects.get()
        assert sealed.read(row)["name"] == name
        assert blobs.blob_read(sealed.key_of(row), row.id) == b"\r\n--photo\r\n\0"


def test_4_sentences_come_in_the_language_the_phone_asks_for(world: World, client: Client) -> None:
    with translation.override("en"):
        english = assert_envelope(client.get("/openrosa/nobody/formList"), 403)
        response = client.get("/openrosa/nobody/formList", HTTP_ACCEPT_LANGUAGE="ar")
    assert response["Content-Language"] == "ar"
    assert assert_envelope(response, 403) != english


def _xml(response: HttpResponse) -> Element:
    assert response.status_code == 200
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    assert response["X-OpenRosa-Version"] == "1.0"
    root: Element = fromstring(response.content)
    return root


def _publish(form_id: str, version: str, xform: str, media: dict[str, bytes] | None = None) -> None:
    md5 = hashlib.md5(xform.encode(), usedforsecurity=False).hexdigest()
    compiled = CompiledForm(form_id, form_id, version, xform, f"md5:{md5}", media or {}, ())
    services.version_publish(pack="zz", kind="screening", compiled=compiled)
