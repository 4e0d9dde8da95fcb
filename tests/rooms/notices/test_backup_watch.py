"""Stewards hear once a day that the last backup is too old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from kimbilio.server.config import tasks
from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices.models import Notice, Receiver
from tests.world import World


def told(world: World) -> list[str]:
    with acting_for(world.border.id):
        return [row.member.name for row in Receiver.objects.filter(notice__kind="backup")]


def test_a_steward_is_told_once_a_day_while_no_backup_is_made(world: World, settings: Any) -> None:
    for _ in range(2):
        tasks.backup_watch(0)
    assert told(world) == ["Stefan"]
    settings.KIMBILIO_DEMO = True
    with acting_for(world.border.id):
        reference = Notice.objects.get(kind="backup").reference
    stefan = Client()
    stefan.force_login(world.member("stefan").user)
    assert stefan.get(f"/n/{reference}").headers["Location"] == "/journal/"


def test_nobody_is_told_after_a_backup_until_it_is_too_old(world: World) -> None:
    from kimbilio.server.config.watching import backup_age_tell

    with acting_for(world.border.id):
        act_record(
            actor=actor_of_system(world.border.id),
            act="backup.made",
            subject=world.border.id,
            codes={"backup": "a"},
        )
    backup_age_tell(now=timezone.now() + timedelta(hours=25))
    assert told(world) == []
    backup_age_tell(now=timezone.now() + timedelta(hours=27))
    assert told(world) == ["Stefan"]
