"""`kimbilio doctor` on a real installation: as it should be, and with one thing after another broken by hand."""

from __future__ import annotations

import json
import uuid

import pytest
from pyrage import x25519

from kimbilio.server.kernel import tombstones
from kimbilio.server.kernel.models import Key
from kimbilio.server.kernel.routers import STORE
from kimbilio.server.kernel.rows import acting_for
from tests.installation import Installation
from tests.rooms.referrals.story import CONTROLLED, case_of
from tests.world import world_get

PERSON = ("Invented Example", "a cousin at the invented market")


def states(said: str) -> dict[str, str]:
    return {line["check"]: line["state"] for line in json.loads(said)}


@pytest.mark.slow
def test_the_doctor_finds_what_was_broken_by_hand_and_tells_no_value(installation: Installation) -> None:
    world = world_get()
    with acting_for(world.border.id):
        person = case_of(world, CONTROLLED).person
    public = str(x25519.Identity.generate().to_public())
    for words in (("backup",), ("keys", "backup")):
        done = installation.run(*words, "--to", installation.home / "out", "--recipient", public)
        assert done.returncode == 0, done.stderr
    done = installation.run("doctor", "--format", "json")
    well = states(done.stdout)
    wrong = {check for check, state in well.items() if state == "wrong"}
    assert wrong == {"worker"}, done.stdout  # none runs here
    assert done.returncode == 1
    assert well["backup"] == well["copy of the key store"] == well["row policies"] == "ok"
    assert well["recovery sheets"] == well["backup that was opened"] == well["key store"] == "look"

    key = Key.objects.using(STORE).get(ring=person.ring)
    tombstones.add([key.id])
    (installation.keys / f"{world.welfare.id}.key").chmod(0o644)
    (installation.keys / f"{world.border.id}.key").write_bytes(b"damaged")
    with installation.owner() as owner:
        owner.execute("grant update on journal_act to kimbilio_jobs")
        owner.execute("drop policy one_organisation on people_person")
        owner.execute("grant execute on function referrals_overdue(timestamptz) to public")
        owner.execute("delete from django_migrations where app = 'people' and name > '0001_initial'")
        owner.execute("update forms_formversion set retired_at = now()")
        owner.execute(
            "insert into procrastinate_jobs (task_name, status, queue_name, args) values "
            "('intake.understand', 'failed', 'intake', '{}'::jsonb)"
        )
    done = installation.run("doctor")
    assert done.returncode == 1
    lines = {line[7:].split(":")[0] for line in done.stdout.splitlines() if line.startswith("wrong ")}
    assert {
        "append-only tables",
        "row policies",
        "functions across organisations",
        "migrations of the main database",
        "key folder",
        "master keys",
        "erased persons",
        "forms of zz",
        "worker",
    } <= lines, done.stdout
    assert "journal_act by kimbilio_jobs" in done.stdout
    assert "missing on people_person" in done.stdout
    assert "1: intake.understand" in done.stdout
    assert "→ Run `kimbilio migrate`" in done.stdout
    assert not [value for value in PERSON if value in done.stdout + done.stderr]
    assert str(uuid.UUID(int=0)) not in done.stdout
