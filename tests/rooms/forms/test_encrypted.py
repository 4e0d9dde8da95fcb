"""Forms encrypted on the phone: refusals first, then that what arrives whole goes on as if it had come open.

The phone's side is `tests.replay.closing`, written after ODK Collect, and once the JDK.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kimbilio.server.forms import services as forms
from kimbilio.server.forms.models import Attachment, PhoneKey, Refusal, Submission
from kimbilio.server.forms.phone_keys import encryption_begin, encryption_end, phone_key_find, xform_for
from kimbilio.server.forms.publishing import openrosa_hash
from kimbilio.server.forms.selectors import attachment_open, form_get, refusal_open, submission_open
from kimbilio.server.identity.services import device_enrol
from kimbilio.server.journal.findings import Finding
from kimbilio.server.journal.models import Act
from kimbilio.server.journal.rowcheck import rows_check
from kimbilio.server.kernel import keystore, sealed
from kimbilio.server.kernel.errors import KeyDestroyed
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Case
from kimbilio.xlsforms import read_envelope
from tests.jobs import run_jobs
from tests.pure.forms_agree import javarosa
from tests.replay.client import multipart
from tests.replay.closing import Closed, close, close_with_java, public_key_in
from tests.replay.filled import filled, form_zz, new_instance, photo_form, photos_publish
from tests.world import TOKEN, World

DOOR = f"/openrosa/{TOKEN}"
FORM = f"{DOOR}/forms/{form_zz().form_id}/{form_zz().version}.xml"
PHOTO = {"صورة.jpg": b"\xff\xd8 a face", "empty.jpg": b""}


@pytest.fixture
def xform(world: World, client: Client) -> str:
    """The screening as a phone of the border gets it, now that a steward has asked for encryption."""
    with acting_for(world.border.id):
        encryption_begin(actor=world.actor("stefan"))
    return client.get(FORM).content.decode()


def photos_xform(world: World) -> str:
    """The form with photos, with the same key in it."""
    photos_publish()
    with acting_for(world.border.id):
        return xform_for(form_get("photos", "1", pack="zz"), phone_key_find(world.border.id))


def send(client: Client, closed: Closed, *names: str) -> int:
    """Post the manifest with the files of these names, all of them unless named; the status."""
    chosen = [(name, content) for name, content in closed.files.items() if not names or name in names]
    content_type, body = multipart(closed.manifest, chosen)
    status = client.generic("POST", f"{DOOR}/submission", body, content_type).status_code
    run_jobs()
    return status


def kept(world: World) -> Submission:
    with acting_for(world.border.id):
        return Submission.objects.select_related("form").get()


def document(world: World, row: Any) -> dict[str, Any]:
    with acting_for(world.border.id):
        return sealed.read(row)


def changed(closed: Closed, name: str, at: int = 40) -> Closed:
    content = bytearray(closed.files[name])
    content[at % len(content)] ^= 1
    return Closed(closed.manifest, {**closed.files, name: bytes(content)})


@pytest.mark.parametrize(
    ("name", "at"), [("submission.xml.enc", 0), ("submission.xml.enc", -1), ("صورة.jpg.enc", 3)]
)
def test_a_changed_file_opens_nothing_is_kept_and_may_be_sent_again(
    world: World, client: Client, xform: str, name: str, at: int
) -> None:
    closed = close(xform, filled(), PHOTO)
    assert send(client, changed(closed, name, at)) == 409
    row = kept(world)
    assert (row.state, row.reasons, row.case) == ("needs_a_look", ["damaged"], None)
    assert "opened" not in document(world, row)
    assert send(client, changed(closed, name, at)) == 409
    assert send(client, closed) == 201
    assert (kept(world).state, kept(world).reasons) == ("understood", [])
    with acting_for(world.border.id):
        assert Case.objects.count() == 1


def test_files_of_another_form_and_a_form_under_another_number_open_nothing(
    world: World, client: Client, xform: str
) -> None:
    mine, other = close(xform, filled()), close(xform, filled())
    assert send(client, Closed(mine.manifest, other.files)) == 409
    assert send(client, close(xform, filled(), instance=new_instance())) == 409
    with acting_for(world.border.id):
        assert not Case.objects.exists()


def test_a_proof_of_something_else_opens_nothing(world: World, client: Client, xform: str) -> None:
    closed, other = close(xform, filled()), close(xform, filled())
    mark = b"<base64EncryptedElementSignature>"
    manifest = closed.manifest.split(mark)[0] + mark + other.manifest.split(mark)[1]
    assert send(client, Closed(manifest, closed.files)) == 409


def test_a_form_whose_key_is_not_here_is_kept_as_it_came_and_opens_when_the_key_is_back(
    world: World, client: Client, xform: str
) -> None:
    closed = close(xform, filled())
    with acting_for(world.border.id):
        key = PhoneKey.objects.get()
        PhoneKey.objects.all().delete()
    assert send(client, closed) == 201
    row = kept(world)
    assert (row.state, row.reasons) == ("needs_a_look", ["no_key"])
    with acting_for(world.border.id):
        shown = submission_open(world.actor("asha"), row.id)
        assert "base64EncryptedKey" in shown.verbatim
        key.save(force_insert=True)
        forms.submission_retry(actor=world.actor("asha"), submission=row.id)
    run_jobs()
    assert kept(world).state == "understood"


def test_without_the_form_itself_it_waits_and_the_rest_completes_it(
    world: World, client: Client, xform: str
) -> None:
    closed = close(xform, filled(), PHOTO)
    assert send(client, closed, "صورة.jpg.enc") == 201
    assert (kept(world).state, kept(world).files_missing) == ("received", 2)
    assert send(client, closed, "submission.xml.enc", "empty.jpg.enc") == 201
    assert (kept(world).state, document(world, kept(world))["whole"]) == ("understood", True)


def test_a_photo_still_on_its_way_does_not_keep_the_form_waiting(
    world: World, client: Client, xform: str
) -> None:
    closed = close(xform, filled(), PHOTO)
    assert send(client, closed, "submission.xml.enc") == 201
    assert (kept(world).state, document(world, kept(world))["whole"]) == ("understood", False)
    assert send(client, changed(closed, "صورة.jpg.enc", -1)) == 409
    row = kept(world)
    assert (row.state, row.reasons, row.case is None) == ("needs_a_look", ["damaged"], False)
    assert send(client, closed) == 201
    assert document(world, kept(world))["whole"] is True
    findings: list[Finding] = []
    with acting_for(world.border.id):
        assert Case.objects.count() == 1
        assert rows_check(world.border.id, findings) > 0
    assert findings == []  # each writing of the row is an act that says what it wrote


def test_another_form_under_the_same_number_is_refused_and_can_be_compared(
    world: World, client: Client, xform: str
) -> None:
    instance = new_instance()
    assert send(client, close(xform, filled(instance=instance))) == 201
    assert send(client, close(xform, filled({"sex": "man"}, instance=instance))) == 409
    with acting_for(world.border.id):
        shown = refusal_open(world.actor("asha"), Refusal.objects.get().id)
    assert ("sex", ("Man or boy",)) in {(line.question, line.answers) for line in shown.answered}


def test_the_same_manifest_again_changes_nothing(world: World, client: Client, xform: str) -> None:
    closed = close(xform, filled(), PHOTO)
    assert [send(client, closed), send(client, closed)] == [201, 201]
    with acting_for(world.border.id):
        assert Case.objects.count() == Submission.objects.count() == 1
        assert Attachment.objects.count() == 5  # three closed as they came, two opened
        assert Act.objects.filter(act="submission.opened").count() == 1


def test_a_form_closed_to_an_older_key_is_still_opened(world: World, client: Client, xform: str) -> None:
    with acting_for(world.border.id):
        encryption_end(actor=world.actor("stefan"))
        encryption_begin(actor=world.actor("stefan"))
        assert PhoneKey.objects.count() == 2
    assert public_key_in(client.get(FORM).content.decode()) not in ("", public_key_in(xform))
    assert send(client, close(xform, filled())) == 201
    assert kept(world).state == "understood"


def test_a_form_begun_before_encryption_still_comes_open(world: World, client: Client, xform: str) -> None:
    assert send(client, Closed(filled(), {})) == 201
    assert kept(world).state == "understood"


def test_what_was_filled_in_comes_back_in_every_letter_and_byte(
    world: World, client: Client, xform: str
) -> None:
    name = "ليلى مثال"
    xml = filled({"name_used": name})
    closed = close(xform, xml)
    assert name.encode() not in closed.manifest + b"".join(closed.files.values())
    assert send(client, closed) == 201
    row = kept(world)
    stored = document(world, row)
    assert read_envelope(closed.manifest) is not None
    assert [stored["xml"], stored["opened"]] == [_base64(closed.manifest), _base64(xml)]
    assert (row.started_at is not None, row.files_missing) == (True, 0)
    with acting_for(world.border.id):
        shown = submission_open(world.actor("asha"), row.id, with_name=True)
    assert (name,) in [line.answers for line in shown.answered]
    assert shown.files == ()


def test_photos_are_opened_named_as_on_the_phone_and_those_that_never_came_are_missed(
    world: World, client: Client, xform: str
) -> None:
    closed = close(photos_xform(world), photo_form(*PHOTO, "never.jpg"), PHOTO)
    assert send(client, closed) == 201
    row = kept(world)
    assert row.files_missing == 1
    with acting_for(world.border.id):
        shown = submission_open(world.actor("asha"), row.id)
        found = dict(attachment_open(world.actor("asha"), file.id) for file in shown.files)
    assert (found, shown.missing) == (PHOTO, ("never.jpg",))


def test_destroying_the_persons_key_closes_the_form_its_photos_and_what_came_for_good(
    world: World, client: Client, xform: str
) -> None:
    assert send(client, close(xform, filled(), PHOTO)) == 201
    keystore.ring_destroy(kept(world).ring)
    with acting_for(world.border.id):
        for row in [*Submission.objects.all(), *Attachment.objects.all()]:
            with pytest.raises(KeyDestroyed):
                sealed.read(row)


def test_the_jdk_closes_what_the_server_opens(world: World, client: Client, xform: str) -> None:
    xml = photo_form(*PHOTO)
    closed = close_with_java(photos_xform(world), xml, PHOTO)
    assert send(client, closed) == 201
    stored = document(world, kept(world))
    assert (stored["opened"], stored["whole"]) == (_base64(xml), True)


def test_the_form_served_names_the_key_and_the_list_its_hash_and_the_version_stays(
    world: World, client: Client, xform: str, tmp_path: Path
) -> None:
    listed = client.get(f"{DOOR}/formList?formID={form_zz().form_id}").content.decode()
    assert f"md5:{hashlib.md5(xform.encode(), usedforsecurity=False).hexdigest()}" == openrosa_hash(
        xform.encode()
    )
    assert openrosa_hash(xform.encode()) in listed
    assert f"<version>{form_zz().version}</version>" in listed
    assert public_key_in(form_zz().xform) == ""
    path = tmp_path / "form.xml"
    path.write_text(xform, encoding="utf-8")
    assert javarosa.validate(path).returncode == 0


def test_a_phone_of_another_organisation_gets_the_form_without_the_key(
    world: World, client: Client, xform: str
) -> None:
    device_enrol(member=world.member("chen"), desk=world.welfare_desk, name="Chen's phone", token="c" * 40)
    theirs = client.get(FORM.replace(TOKEN, "c" * 40)).content.decode()
    assert theirs == form_zz().xform


def test_asking_twice_makes_one_key_and_each_change_is_one_act(world: World) -> None:
    with acting_for(world.border.id):
        steward = world.actor("stefan")
        assert encryption_begin(actor=steward) == encryption_begin(actor=steward)
        encryption_end(actor=steward)
        encryption_end(actor=steward)
        acts = Act.objects.filter(act__startswith="encryption.").order_by("id")
        assert [(act.act, act.member) for act in acts] == [
            ("encryption.begun", world.member("stefan").id),
            ("encryption.ended", world.member("stefan").id),
        ]
        assert PhoneKey.objects.get().ended_at <= timezone.now()


def test_the_page_begins_and_ends_it_and_everybody_reads_whether_it_holds(
    world: World, client: Client, settings: Any
) -> None:
    settings.KIMBILIO_DEMO = True  # the steward of the tests has no second factor
    client.force_login(world.member("stefan").user)
    client.post("/organisation/encryption/", {"encrypt": "yes"})
    assert b"are encrypted on the phone" in client.get("/organisation/").content
    assert b"End encryption on the phone" in client.get("/organisation/encryption/").content
    client.post("/organisation/encryption/", {"encrypt": "no"})
    assert b"lie readable on the phone" in client.get("/organisation/").content


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
