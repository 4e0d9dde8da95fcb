"""The same form twice at the same moment, with real threads and real commits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections
from procrastinate.contrib.django.models import ProcrastinateJob

from kimbilio.server.forms import services
from kimbilio.server.forms.models import Attachment, FormVersion, Refusal, Submission
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from tests.replay.filled import filled, form_zz, new_instance, photo_form, photos_publish
from tests.world import World, world_get

Result = TypeVar("Result")


def at_once(*acts: Callable[[], Result]) -> list[Result]:
    """Run the acts in threads that start together; their results in order."""
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], Result]) -> Result:
        try:
            gate.wait()
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def receiver(world: World, xml: bytes, *files: tuple[str, bytes]) -> Callable[[], str]:
    def receive() -> str:
        with acting_for(world.border.id):
            return services.submission_receive(device=world.device, xml=xml, files=files).outcome

    return receive


def test_identical_forms_at_once_are_one_row_one_job_and_all_succeed(committed: str) -> None:
    world, xml = world_get(), filled()
    assert sorted(at_once(*[receiver(world, xml)] * 4)) == ["again", "again", "again", "created"]
    with acting_for(world.border.id):
        assert Submission.objects.count() == 1
        assert Act.objects.filter(act="submission.received").count() == 1
    assert ProcrastinateJob.objects.count() == 1


def test_different_forms_under_one_number_at_once_are_one_kept_and_one_set_apart(committed: str) -> None:
    world, instance = world_get(), new_instance()
    forms = [filled({"sex": sex}, instance=instance) for sex in ("man", "woman")]
    assert sorted(at_once(*[receiver(world, xml) for xml in forms])) == ["created", "refused"]
    with acting_for(world.border.id):
        assert (Submission.objects.count(), Refusal.objects.count()) == (1, 1)


def test_two_corrections_of_one_form_at_once_are_one_kept_and_one_set_apart(committed: str) -> None:
    world = world_get()
    receiver(world, filled(instance="uuid:first"))()
    forms = [filled({"sex": sex}, corrects="uuid:first") for sex in ("man", "woman")]
    assert sorted(at_once(*[receiver(world, xml) for xml in forms])) == ["created", "refused"]


def test_the_files_of_one_form_sent_at_once_are_each_kept_once(committed: str) -> None:
    photos_publish()
    world, xml = world_get(), photo_form("a.jpg", "b.jpg")
    at_once(*[receiver(world, xml, ("a.jpg", b"a"), ("b.jpg", b"b"))] * 3)
    with acting_for(world.border.id):
        assert Attachment.objects.count() == 2
        assert Submission.objects.get().files_missing == 0


def test_two_processes_that_publish_at_the_start_publish_once(committed: str) -> None:
    from dataclasses import replace

    compiled = replace(form_zz(), version="newer")
    made = at_once(*[lambda: services.version_publish(pack="zz", kind="screening", compiled=compiled).id] * 3)
    assert len(set(made)) == 1
    assert FormVersion.objects.filter(form_id=compiled.form_id, retired_at=None).count() == 1
