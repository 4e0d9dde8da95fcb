"""A book from before the seal: the old program writes on while the new one migrates, and nothing is lost or accused."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

from kimbilio.server.journal.verifying import book_verify
from kimbilio.server.kernel.rows import CURRENT
from tests.rooms.journal.book import act, connected, in_order, raw_act, seal_all
from tests.world import world_get

MIGRATE = """
import sys, django
django.setup()
from django.core.management import call_command
from kimbilio.server.config.roles import rights_lay
call_command("migrate", "journal", *sys.argv[1:], verbosity=0)
rights_lay() if not sys.argv[1:] else None
"""


def migrate(database: str, *to: str) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "KIMBILIO_TEST_DATABASE": database,
        "KIMBILIO_ROLE": "owner",
        "KIMBILIO_KEYS": settings.KIMBILIO_KEYS,
    }
    subprocess.run([sys.executable, "-c", MIGRATE, *to], env=environment, check=True, timeout=120)


@pytest.mark.slow
def test_acts_from_before_the_seal_get_the_first_positions_and_are_not_taken_for_forged(
    committed: str,
) -> None:
    world = world_get()
    migrate(committed, "0001")
    with connected(committed, "postgres") as owner:  # the policy as the old program laid it
        owner.execute(f"create policy one_organisation on journal_act using (organisation_id = {CURRENT})")
    with connected(committed, "kimbilio_web") as old:
        before = [raw_act(old, world.border), raw_act(old, world.border)]
        old.commit()
        migrate(committed)
        meanwhile = raw_act(old, world.border)
        old.commit()
    after = act(world.border)
    seal_all(world.border)
    assert in_order(world.border) == [*before, meanwhile, after]
    report = book_verify(world.border.id)
    assert report.findings == []
    assert (report.size, report.unmarked) == (4, 3)
