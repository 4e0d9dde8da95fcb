"""Backups through the real commands: what comes back, what must not, and what is refused."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from psycopg import sql
from pyrage import x25519

from kimbilio.server.forms.models import Attachment, Submission
from kimbilio.server.forms.services import submission_receive
from kimbilio.server.journal.models import Act
from kimbilio.server.journal.sealing import organisation_seal
from kimbilio.server.kernel import blobs, sealed
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.erasing import erasure_ask, person_erase
from kimbilio.server.people.models import Case, Person
from tests.installation import Installation
from tests.replay.filled import photo_form, photos_publish
from tests.rooms.referrals.story import CONTROLLED, case_of
from tests.world import world_get

PHOTO = b"\xff\xd8 invented picture"


@pytest.fixture
def steward(tmp_path: Path) -> tuple[str, Path]:
    """A key pair of age: the public key, and the file of the secret one."""
    secret = x25519.Identity.generate()
    file = tmp_path / "steward.key"
    file.write_text(f"# created: today\n{secret}\n")
    return str(secret.to_public()), file


@pytest.fixture
def elsewhere(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    """Another place with two empty databases, to which somebody carried the key folder and the list of erasures."""
    name = f"{installation.database}_two"
    with psycopg.connect(settings.SERVER.url("postgres"), autocommit=True) as server:
        for suffix in ("", "_keys"):
            server.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name + suffix))
            )
            server.execute(sql.SQL("create database {}").format(sql.Identifier(name + suffix)))
        yield replace(installation, database=name, home=tmp_path / "two")
        for suffix in ("", "_keys"):
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name + suffix)))


def carried(source: Installation, target: Installation) -> None:
    """The key folder and the list of erasures as they are now."""
    shutil.copytree(source.keys, target.keys, dirs_exist_ok=True)
    target.tombstones.parent.mkdir(parents=True, exist_ok=True)
    if source.tombstones.exists():
        shutil.copy(source.tombstones, target.tombstones)


def made(where: Installation, public: str, folder: Path, *words: str) -> Path:
    """The backup that the command wrote."""
    before = set(folder.glob("k*"))
    done = where.run(*words, "backup", "--to", folder, "--recipient", public)
    assert done.returncode == 0, done.stderr
    (new,) = set(folder.glob("k*")) - before
    return new


@pytest.mark.slow
def test_what_was_erased_stays_erased_when_yesterday_s_copies_come_back_and_the_rest_is_readable(
    installation: Installation, elsewhere: Installation, steward: tuple[str, Path], tmp_path: Path
) -> None:
    public, identity = steward
    world = world_get()
    photos_publish()
    with acting_for(world.border.id):
        submission_receive(device=world.device, xml=photo_form("a.jpg"), files=[("a.jpg", PHOTO)])
        gone, stays = case_of(world, CONTROLLED), case_of(world, CONTROLLED)
    with acting_for(world.border.id):
        assert organisation_seal(world.border.id).acts

    main = made(installation, public, tmp_path / "backups")
    keys = made(installation, public, tmp_path / "keys", "keys")
    manifest = json.loads((main / "manifest.json").read_text())
    assert [root["organisation"] for root in manifest["roots"]] == [str(world.border.id)]
    assert manifest["blobs"] == 1
    for path in (*main.iterdir(), keys):
        assert b"Invented Example" not in path.read_bytes()
        assert b"PGDMP" not in path.read_bytes()[:2000]

    with acting_for(world.border.id):
        asked = erasure_ask(actor=world.actor("sela"), person=gone.person_id, reason="person_wish")
        person_erase(actor=world.actor("stefan"), erasure=asked.id)
    carried(installation, elsewhere)

    done = elsewhere.run("keys", "restore", keys, "--identity", identity)
    assert done.returncode == 0, done.stderr
    assert "1 key(s) of erased persons" in done.stdout
    done = elsewhere.run("restore", main, "--identity", identity)
    assert done.returncode == 0, done.stderr

    with elsewhere.used(), acting_for(world.border.id):
        persons = {row.id: row for row in Person.objects.all()}
        assert set(persons) == {gone.person_id, stays.person_id}
        assert not sealed.readable(persons[gone.person_id])
        assert not sealed.readable(Case.objects.get(id=gone.id))
        assert sealed.read(persons[stays.person_id])["name"] == "Invented Example"
        attachment = Attachment.objects.get()
        assert blobs.blob_read(sealed.key_of(attachment), attachment.id) == PHOTO
        assert Submission.objects.count() == 1
        epoch = Act.objects.get(act="journal.epoch_began")
        assert epoch.codes["backup"] == main.name
        assert epoch.codes["size"] == manifest["roots"][0]["size"]
        assert case_of(world, CONTROLLED)  # and work goes on
    with elsewhere.owner() as owner:
        everybody_s = owner.execute(
            "select p.proname from pg_proc p where p.prosecdef "
            "and has_function_privilege('public', p.oid, 'execute')"
        ).fetchall()
        assert everybody_s == []
        policies = owner.execute("select count(*) from pg_policy").fetchone()
    with installation.owner() as owner:
        assert policies == owner.execute("select count(*) from pg_policy").fetchone()

    # The same with a key store that came back behind the program's back, when a process starts
    elsewhere.tombstones.write_text(
        elsewhere.tombstones.read_text() + "".join(f"{sealed.key_of(stays.person).id}\n")
    )
    done = elsewhere.run("migrate")
    assert done.returncode == 0, done.stderr
    with elsewhere.used(), acting_for(world.border.id):
        assert not sealed.readable(Person.objects.get(id=stays.person_id))


@pytest.mark.slow
def test_a_backup_that_is_not_whole_or_not_ours_is_refused_before_anything_is_touched(
    installation: Installation, elsewhere: Installation, steward: tuple[str, Path], tmp_path: Path
) -> None:
    public, identity = steward
    backup = made(installation, public, tmp_path / "backups")
    folder = tmp_path / "keys"
    folder.mkdir()
    for name in ("keys-20200101T000000Z.age", "keys-of-somebody.age"):
        (folder / name).write_text("x")
    keys = made(installation, public, folder, "keys")
    assert {path.name for path in folder.iterdir()} == {keys.name, "keys-of-somebody.age", ".lock"}
    stranger = tmp_path / "stranger.key"
    stranger.write_text(f"{x25519.Identity.generate()}\n")

    def refused(change: Callable[[Path], object], sentence: str, *, key: Path = identity) -> None:
        copy = tmp_path / "changed"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(backup, copy)
        change(copy)
        done = elsewhere.run("restore", copy, "--identity", key)
        assert done.returncode == 2
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr

    def shortened(copy: Path) -> None:
        content = (copy / "main.dump.age").read_bytes()
        (copy / "main.dump.age").write_bytes(content[:-1000])

    def altered(copy: Path) -> None:
        content = bytearray((copy / "main.dump.age").read_bytes())
        content[len(content) // 2] ^= 1
        (copy / "main.dump.age").write_bytes(content)

    refused(shortened, "it was cut or added to")
    refused(altered, "is not as it was written")
    refused(lambda copy: (copy / "blobs.tar.age").unlink(), "blobs.tar.age is missing")
    refused(lambda copy: (copy / "manifest.json").write_text("{"), "no manifest.json that can be read")
    refused(lambda copy: None, "sealed to another key", key=stranger)

    cut = tmp_path / "keys-20260101T000000Z.age"
    cut.write_bytes(keys.read_bytes()[:-7])
    done = elsewhere.run("keys", "restore", cut, "--identity", identity)
    assert done.returncode == 2
    assert "cut off, changed" in done.stderr

    for command in (("restore", backup), ("keys", "restore", keys)):
        done = installation.run(*command, "--identity", identity)
        assert done.returncode == 2
        assert "is not empty" in done.stderr
        assert "--over" in done.stderr
    with elsewhere.owner() as owner, elsewhere.owner(keys=True) as keys_owner:
        for connection in (owner, keys_owner):
            tables = connection.execute("select count(*) from pg_tables where schemaname = 'public'")
            assert tables.fetchone() == (0,)


@pytest.mark.slow
def test_a_backup_that_is_killed_or_finds_no_room_leaves_nothing_under_its_name(
    installation: Installation, steward: tuple[str, Path], tmp_path: Path
) -> None:
    public, identity = steward
    folder = tmp_path / "backups"
    with installation.owner() as owner:
        owner.execute("lock table people_person in access exclusive mode")  # the dump waits for it
        running = installation.start("backup", "--to", folder, "--recipient", public)
        end = time.monotonic() + 30
        while not list(folder.glob(".k*.part/main.dump.age")):
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < end
            time.sleep(0.05)
        second = installation.run("backup", "--to", folder, "--recipient", public)
        assert second.returncode == 2
        assert "Another backup is being written" in second.stderr
        running.kill()
        running.communicate()
    assert not list(folder.glob("k*"))

    small = ("sh", "-c", 'ulimit -f 8 && exec "$@"', "sh")
    done = installation.run("backup", "--to", folder, "--recipient", public, before=small)
    assert done.returncode == 2
    assert "There is no room left" in done.stderr

    backup = made(installation, public, folder)
    assert {path.name for path in folder.iterdir()} == {backup.name, ".lock"}
    done = installation.run("restore", "--check", backup, "--identity", identity)
    assert done.returncode == 0, done.stderr
    world = world_get()
    with acting_for(world.border.id):
        noted = list(Act.objects.order_by("id").values_list("act", "codes"))
    assert noted == [("backup.made", {"backup": backup.name}), ("backup.verified", {"backup": backup.name})]


def test_a_recipient_that_is_no_key_is_named(tmp_path: Path) -> None:
    done = Installation("nowhere", tmp_path).run(
        "backup", "--to", tmp_path / "b", "--recipient", "age1nobody"
    )
    assert done.returncode == 2
    assert "age1nobody is no public key of age" in done.stderr
    assert not (tmp_path / "b").exists()
