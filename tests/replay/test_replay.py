"""A phone that behaves as ODK Collect does, against the server behind a real socket, with real commits."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings

from kimbilio.server.forms.models import Attachment, Refusal, Submission
from kimbilio.server.forms.phone_keys import encryption_begin
from kimbilio.server.identity.models import Device
from kimbilio.server.identity.services import device_enrol
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.rows import acting_for
from tests.jobs import run_jobs
from tests.replay.client import AnswerLost, NotOpenRosa, ReplayClient, SendFailed, address_of
from tests.replay.closing import close
from tests.replay.filled import filled, form_zz, new_instance, photo_form, photos_publish
from tests.replay.serving import serving
from tests.world import TOKEN, World, world_get


@pytest.fixture
def world(committed: str) -> World:
    """The cast, in a database of the test's own."""
    return world_get()


@pytest.fixture
def phone(world: World) -> Iterator[ReplayClient]:
    """Asha's phone."""
    with serving() as address:
        yield ReplayClient(f"{address}/openrosa/{TOKEN}/")


def count(world: World, *models: Any) -> list[int]:
    with acting_for(world.border.id):
        return [model.objects.count() for model in models]


def test_a_captive_portal_and_a_proxy_are_not_taken_for_the_server() -> None:
    def portal(_environ: Any, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html")])
        return [b"<html>Log in</html>"]

    with serving(portal) as address:
        phone = ReplayClient(f"{address}/openrosa/{TOKEN}")
        with pytest.raises(NotOpenRosa):
            phone.send(filled())
        with pytest.raises(NotOpenRosa):
            phone.form_list()


def test_a_proxys_own_413_is_told_from_the_servers() -> None:
    def proxy(environ: Any, start: Any) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "HEAD":
            start("204 No Content", [("X-OpenRosa-Version", "1.0"), ("Date", "x")])
            return []
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start("413 Request Entity Too Large", [("Content-Type", "text/html")])
        return [b"<html>413</html>"]

    with serving(proxy) as address, pytest.raises(NotOpenRosa, match="413"):
        ReplayClient(f"{address}/openrosa/{TOKEN}").send(filled())


def test_a_login_page_that_answers_the_post_alone_is_not_taken_for_success() -> None:
    def portal(environ: Any, start: Any) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "HEAD":
            start("204 No Content", [("X-OpenRosa-Version", "1.0"), ("Date", "x")])
            return []
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start("200 OK", [("Content-Type", "text/html")])
        return [b"<html>Log in</html>"]

    with serving(portal) as address, pytest.raises(NotOpenRosa, match="login"):
        ReplayClient(f"{address}/openrosa/{TOKEN}").send(filled())


def test_a_success_without_an_envelope_is_none() -> None:
    def proxy(environ: Any, start: Any) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "HEAD":
            start("204 No Content", [("X-OpenRosa-Version", "1.0"), ("Date", "x")])
            return []
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start("201 Created", [("X-OpenRosa-Version", "1.0"), ("Date", "x")])
        return [b"cached"]

    with serving(proxy) as address, pytest.raises(NotOpenRosa, match="envelope"):
        ReplayClient(f"{address}/openrosa/{TOKEN}").send(filled())


def test_a_token_that_is_none_is_refused_at_the_list_and_at_head(phone: ReplayClient) -> None:
    stranger = ReplayClient(phone.url.replace(TOKEN, "none"))
    with pytest.raises(SendFailed) as refused:
        stranger.form_list()
    assert refused.value.status == 403
    with pytest.raises(NotOpenRosa):
        stranger.send(filled())


def test_a_version_never_published_and_one_changed_byte_are_refused(
    phone: ReplayClient, world: World
) -> None:
    with pytest.raises(SendFailed) as unknown:
        phone.send(filled().replace(b'version="', b'version="9', 1))
    assert unknown.value.status == 404
    instance = new_instance()
    phone.send(filled(instance=instance))
    with pytest.raises(SendFailed) as changed:
        phone.send(filled({"group_size": 2}, instance=instance))
    assert changed.value.status == 409
    assert count(world, Submission, Refusal) == [1, 1]


def test_a_phone_fetches_the_form_and_what_it_sends_becomes_a_case(phone: ReplayClient, world: World) -> None:
    (listed,) = (form for form in phone.form_list() if form.form_id == form_zz().form_id)
    assert phone.download(listed) == form_zz().xform
    assert phone.media(listed) == form_zz().media
    assert phone.send(filled()) == "The form has arrived and is safe."
    run_jobs()
    with acting_for(world.border.id):
        assert Submission.objects.get().state == "understood"
        assert Device.objects.get(id=world.device.id).seen_at is not None


def test_an_answer_lost_after_the_commit_is_mended_by_sending_again(
    phone: ReplayClient, world: World
) -> None:
    xml = filled()
    phone.lose = {1}
    with pytest.raises(AnswerLost):
        phone.send(xml)
    phone.send(xml)
    assert count(world, Submission, Refusal) == [1, 0]


def test_large_photos_go_in_several_posts_and_one_lost_between_means_all_are_sent_again(
    phone: ReplayClient, world: World
) -> None:
    photos_publish()
    photos = {f"صورة {number}.jpg": bytes([number]) * 9_000_000 for number in range(3)}
    xml = photo_form(*photos, "never.jpg")
    phone.lose = {1}
    with pytest.raises(AnswerLost):
        phone.send(xml, photos)
    phone.send(xml, photos)
    assert phone.posts == 3
    assert count(world, Submission, Attachment) == [1, 3]
    with acting_for(world.border.id):
        assert Submission.objects.get().files_missing == 1


def test_a_failure_in_the_middle_means_that_everything_is_sent_again_and_nothing_is_there_twice(
    phone: ReplayClient, world: World
) -> None:
    photos_publish()
    photos = {f"{number}.jpg": bytes([number]) * 9_000_000 for number in range(5)}
    xml = photo_form(*photos)
    phone.lose = {2}
    with pytest.raises(AnswerLost):
        phone.send(xml, photos)
    phone.send(xml, photos)
    assert phone.posts == 2 + 3
    assert count(world, Submission, Attachment, Refusal) == [1, 5, 0]
    with acting_for(world.border.id):
        assert Submission.objects.get().files_missing == 0


def test_a_photo_of_twelve_megabytes_against_a_limit_of_ten_is_refused_alone_and_the_rest_is_kept(
    phone: ReplayClient, world: World, settings: Any
) -> None:
    settings.KIMBILIO_MAX_SUBMISSION = 10_000_000
    photos_publish()
    with pytest.raises(SendFailed) as large:
        phone.send(photo_form("small.jpg", "large.jpg"), {"small.jpg": b"x", "large.jpg": b"x" * 12_000_000})
    assert (large.value.status, "10 MB" in large.value.message) == (413, True)
    assert count(world, Submission, Attachment) == [1, 1]


def test_two_phones_of_two_officers_send_at_once(phone: ReplayClient, world: World) -> None:
    _device, token = device_enrol(member=world.member("ben"), desk=world.border_desk, name="Ben's phone")
    second = ReplayClient(phone.url.replace(TOKEN, token), device_id="collect:second")
    xmls = [filled() for _ in range(8)]
    with ThreadPoolExecutor(2) as pool:
        sends = [
            pool.submit(who.send, xml)
            for number, xml in enumerate(xmls)
            for who in [(phone, second)[number % 2]]
        ]
        assert {sent.result() for sent in sends} == {"The form has arrived and is safe."}
    assert count(world, Submission, Refusal) == [8, 0]


def test_an_encrypted_form_goes_in_several_posts_and_is_opened_once_when_all_were_sent_again(
    phone: ReplayClient, world: World
) -> None:
    with acting_for(world.border.id):
        encryption_begin(actor=world.actor("stefan"))
    (listed,) = (form for form in phone.form_list() if form.form_id == form_zz().form_id)
    photos = {f"صورة {number}.jpg": bytes([number]) * 9_000_000 for number in range(3)}
    closed = close(phone.download(listed), filled(), photos)
    phone.lose = {2}
    with pytest.raises(AnswerLost):
        phone.send(closed.manifest, closed.files)
    phone.send(closed.manifest, closed.files)
    run_jobs()
    assert phone.posts == 4
    assert count(world, Submission, Refusal, Attachment) == [1, 0, 7]
    with acting_for(world.border.id):
        row = Submission.objects.get()
        assert (row.state, sealed.read(row)["whole"]) == ("understood", True)


def test_a_photo_over_the_limit_is_refused_and_the_form_that_came_before_it_stays(
    phone: ReplayClient, world: World
) -> None:
    photos_publish()
    with pytest.raises(SendFailed) as large:
        phone.send(photo_form("small.jpg", "huge.jpg"), {"small.jpg": b"x", "huge.jpg": b"x" * 20_000_001})
    assert large.value.status == 413
    assert count(world, Submission, Attachment) == [1, 1]


def test_a_hundred_files_and_a_file_without_bytes_are_taken(phone: ReplayClient, world: World) -> None:
    photos_publish()
    many = {f"stranger {number}.jpg": b"x" for number in range(120)}
    phone.send(photo_form("empty.jpg"), {"empty.jpg": b"", **many})
    assert phone.posts == 2
    assert count(world, Attachment) == [1]


def test_a_correction_and_its_repetition_succeed_and_an_outdated_one_does_not(
    phone: ReplayClient, world: World
) -> None:
    phone.send(filled(instance="uuid:first"))
    correction = filled({"sex": "man"}, corrects="uuid:first")
    phone.send(correction)
    phone.send(correction)
    with pytest.raises(SendFailed) as outdated:
        phone.send(filled({"sex": "prefers_not_to_say"}, corrects="uuid:first"))
    assert outdated.value.status == 409
    assert count(world, Submission, Refusal) == [2, 1]


def test_a_phone_that_comes_back_after_months_is_still_heard(phone: ReplayClient, world: World) -> None:
    from dataclasses import replace

    from kimbilio.server.forms.services import version_publish

    newer = replace(
        form_zz(), version="newer", xform=form_zz().xform.replace(form_zz().version, "newer"), hash="md5:2"
    )
    version_publish(pack="zz", kind="screening", compiled=newer)
    assert [form.version for form in phone.form_list() if form.form_id == form_zz().form_id] == ["newer"]
    phone.send(filled())
    old = address_of(phone.url, form_zz().form_id, form_zz().version)
    assert phone._get(old).body.decode() == form_zz().xform
    assert count(world, Submission) == [1]


def test_the_limit_that_is_told_is_the_limit_that_holds(phone: ReplayClient) -> None:
    assert phone._may_send(f"{phone.url.rstrip('/')}/submission") == settings.KIMBILIO_MAX_SUBMISSION
