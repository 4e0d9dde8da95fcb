"""Receiving a filled form: what is refused, what is kept, what comes twice."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from kimbilio.server.forms import services
from kimbilio.server.forms.errors import UnknownForm, UnknownOriginal
from kimbilio.server.forms.models import Attachment, Refusal, Submission
from kimbilio.server.forms.services import Receipt
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel import blobs, keystore, sealed
from kimbilio.server.kernel.rows import acting_for
from kimbilio.xlsforms import SubmissionRefused
from tests.replay.filled import filled, new_instance, photo_form, photos_publish
from tests.world import World


def receive(world: World, xml: bytes, files: list[tuple[str, bytes]] | None = None) -> Receipt:
    with acting_for(world.border.id):
        return services.submission_receive(device=world.device, xml=xml, files=files or [])


def rows(world: World) -> int:
    with acting_for(world.border.id):
        return Submission.objects.count()


def test_a_form_that_was_never_published_is_refused_and_nothing_is_kept(world: World) -> None:
    for old, new in ((b'version="', b'version="9'), (b'id="kimbilio_zz', b'id="other_zz')):
        with pytest.raises(UnknownForm):
            receive(world, filled().replace(old, new, 1))
    assert rows(world) == 0


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<data",
        b"<data id='x'/>",
        b'<!DOCTYPE d [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><data id="x">&c;</data>',
        b"<a>" * 500 + b"</a>" * 500,
    ],
)
def test_what_is_not_a_filled_form_is_refused_with_a_sentence(world: World, xml: bytes) -> None:
    with pytest.raises(SubmissionRefused) as refused:
        receive(world, xml)
    assert str(refused.value).endswith(".")
    assert rows(world) == 0


def test_a_correction_of_a_form_that_never_came_is_refused(world: World) -> None:
    with pytest.raises(UnknownOriginal):
        receive(world, filled(corrects=new_instance()))


def test_a_full_disk_leaves_neither_row_nor_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    photos_publish()
    monkeypatch.setattr(blobs, "blob_write", full)
    with pytest.raises(OSError, match="No space"):
        receive(world, photo_form("a.jpg"), [("a.jpg", b"photo")])
    assert rows(world) == 0
    assert ProcrastinateJob.objects.count() == 0


def test_the_form_is_kept_byte_for_byte_and_sealed_with_a_key_of_its_own(world: World) -> None:
    xml = filled()
    receipt = receive(world, xml)
    with acting_for(world.border.id):
        row = Submission.objects.get()
        stored = bytes(row.sealed)
        assert base64.b64decode(sealed.read(row)["xml"]) == xml
        assert b"Invented" not in stored
        assert receipt.outcome == "created"
        assert keystore.ring_destroy(row.ring) == 1
        assert not sealed.readable(row)


def test_the_job_that_understands_it_waits_in_the_same_commit_and_carries_ids_only(world: World) -> None:
    row = receive(world, filled()).submission
    job = ProcrastinateJob.objects.get()
    assert job.task_name == services.UNDERSTAND
    assert job.args == {"organisation": str(world.border.id), "submission": str(row.id)}


def test_the_same_form_again_is_the_same_row_and_one_job(world: World) -> None:
    xml = filled()
    first, second = receive(world, xml), receive(world, xml)
    assert (first.outcome, second.outcome) == ("created", "again")
    assert first.submission.id == second.submission.id
    assert rows(world) == 1
    assert ProcrastinateJob.objects.count() == 1


def test_another_form_under_the_same_number_is_refused_kept_sealed_and_journalled_once(world: World) -> None:
    instance = new_instance()
    kept = receive(world, filled(instance=instance)).submission
    other = filled({"name_used": "Other Invented"}, instance=instance)
    assert [receive(world, other).outcome for _ in range(2)] == ["refused", "refused"]
    with acting_for(world.border.id):
        refusal = Refusal.objects.get()
        assert refusal.submission_id == kept.id
        assert refusal.ring != kept.ring
        assert base64.b64decode(sealed.read(refusal)["xml"]) == other
        assert Act.objects.filter(act="submission.refused").count() == 1
    assert rows(world) == 1


def test_two_organisations_may_hold_the_same_number(world: World) -> None:
    from kimbilio.server.identity.services import device_enrol

    instance = new_instance()
    receive(world, filled(instance=instance))
    device, _token = device_enrol(member=world.member("chen"), desk=world.welfare_desk, name="Chen's phone")
    with acting_for(world.welfare.id):
        receipt = services.submission_receive(device=device, xml=filled(instance=instance))
        assert receipt.outcome == "created"
        assert Submission.objects.count() == 1


def test_a_correction_names_the_form_it_replaces_and_a_second_one_is_kept_apart(world: World) -> None:
    first = receive(world, filled(instance="uuid:first")).submission
    correction = receive(world, filled({"sex": "man"}, instance="uuid:second", corrects="uuid:first"))
    late = receive(world, filled({"sex": "man"}, instance="uuid:third", corrects="uuid:first"))
    assert correction.submission.corrects_id == first.id
    assert late.outcome == "refused"
    with acting_for(world.border.id):
        assert Refusal.objects.get().submission_id == first.id


def test_the_phones_clock_and_the_servers_are_both_kept_and_arrival_orders(world: World) -> None:
    ahead = timezone.now() + timedelta(days=2)
    behind = timezone.now() - timedelta(days=2)
    first = receive(world, filled(start=ahead)).submission
    second = receive(world, filled(start=behind)).submission
    with acting_for(world.border.id):
        assert list(Submission.objects.order_by("id")) == [first, second]
        first.refresh_from_db()
    assert first.started_at is not None
    assert abs(first.started_at - ahead) < timedelta(seconds=1)
    assert first.received_at < first.started_at
    assert first.received_at <= second.received_at


def test_files_are_encrypted_and_come_once_and_those_that_follow_are_added(world: World) -> None:
    photos_publish()
    xml = photo_form("صورة é.jpg", "second.jpg")
    first = receive(world, xml, [("صورة é.jpg", b"the first photo"), ("unnamed.jpg", b"x")])
    assert (first.left_out, first.submission.files_missing) == (1, 1)
    again = receive(world, xml, [("صورة é.jpg", b"the first photo"), ("second.jpg", b"")])
    assert (again.outcome, again.submission.files_missing) == ("again", 0)
    with acting_for(world.border.id):
        files = list(Attachment.objects.order_by("id"))
        key = sealed.key_of(first.submission)
        assert [blobs.blob_read(key, file.id) for file in files] == [b"the first photo", b""]
        assert [sealed.read(file)["name"] for file in files] == ["صورة é.jpg", "second.jpg"]
        assert b"first photo" not in blobs._path(files[0].id).read_bytes()


def test_another_file_under_a_name_already_there_is_kept_beside_it(world: World) -> None:
    photos_publish()
    xml = photo_form("a.jpg")
    receive(world, xml, [("a.jpg", b"one")])
    receive(world, xml, [("a.jpg", b"two")])
    with acting_for(world.border.id):
        assert Attachment.objects.count() == 2
