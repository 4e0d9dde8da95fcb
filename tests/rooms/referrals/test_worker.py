"""The jobs in a process of their own, under the jobs role, with real commits."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.referrals.models import Referral
from tests.rooms.referrals import story
from tests.world import world_get

WORK = """
import django
django.setup()
from django.core.management import call_command
from kimbilio.server.referrals.tasks import overdue_find
overdue_find(timestamp=0)
call_command("procrastinate", "worker", "--one-shot", "--queues", "referrals")
"""


def work(database: str) -> None:
    """One round of the worker: find what is overdue, then run every waiting job."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "KIMBILIO_ROLE": "jobs",
        "KIMBILIO_TEST_DATABASE": database,
        "KIMBILIO_KEYS": str(settings.KIMBILIO_KEYS),
    }
    subprocess.run([sys.executable, "-c", WORK], env=environment, check=True, timeout=60, capture_output=True)


@pytest.mark.slow
def test_a_worker_carries_a_referral_over_and_expires_it_on_both_sides(committed: str) -> None:
    world = world_get()
    with acting_for(world.border.id):
        mine = story.sent(world, story.IN_DANGER, story.DANGER)
    work(committed)
    theirs = story.as_received(world, mine)
    assert theirs.state == "sent"
    past = timezone.now() - timedelta(minutes=40)
    for row in (mine, theirs):
        with acting_for(row.organisation_id):
            Referral.objects.filter(id=row.id).update(sent_at=past, due_at=past, escalate_at=past)
    work(committed)
    assert story.as_sent(world, mine).state == "expired"
    assert story.as_received(world, mine).state == "expired"
