"""A database owner with a SQL prompt: whatever they change in the book or in a row is found and named.

Each test walks a small story with people in it, seals it, lets the owner do one thing, and asks `kimbilio journal
verify` as it stands in `config.seals`; the last ones run the installed command itself.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import uuid
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from psycopg import sql

from kimbilio.seals import Frontier
from kimbilio.server.config.seals import NoSuchJournal, books_verify, roots_print
from kimbilio.server.forms.services import submission_receive
from kimbilio.server.journal.leaves import leaf_of, mark_of
from kimbilio.server.journal.models import Act, Root, Seal, WitnessedRoot
from kimbilio.server.journal.services import epoch_begin
from kimbilio.server.journal.witnessing import roots_carry, witness_name
from kimbilio.server.kernel import keystore
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.routers import STORE
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Person
from tests.replay.filled import filled
from tests.rooms.journal.book import act, connected, raw_act, seal_all
from tests.rooms.referrals.story import CONTROLLED, FACTS, TRAFFICKED, sent
from tests.world import World, world_get


@dataclass
class Story:
    """A sealed book of the border with a person, consents, a referral and a filled form in it."""

    world: World
    owner: psycopg.Connection[Any]

    def verified(self, *roots: str, whose: str | None = None) -> tuple[int, str]:
        """What the command says, and its exit code."""
        out = io.StringIO()
        code = books_verify(Namespace(organisation=whose, root=list(roots)), out)
        assert not [
            value for value in FACTS.values() if isinstance(value, str) and f" {value} " in out.getvalue()
        ]
        return code, out.getvalue()

    def root(self) -> str:
        """The border's root as a hand copies it."""
        out = io.StringIO()
        roots_print(Namespace(organisation="ZZZ-GATE", out=None), out)
        return out.getvalue().splitlines()[1].strip()

    def place(self, word: str) -> tuple[int, Act]:
        """The first act of a kind, with its position."""
        with acting_for(self.world.border.id):
            seal = Seal.objects.select_related("act").filter(act__act=word).order_by("position").first()
        assert seal is not None
        return seal.position, seal.act

    def prompt(self, statement: str, *values: object) -> None:
        """The owner at their prompt."""
        assert self.owner.execute(statement, values).rowcount != 0  # type: ignore[arg-type]  # our own text


KEPT = (
    "journal_act",
    "journal_seal",
    "journal_root",
    "journal_witness",
    "journal_witnessedroot",
    "people_person",
    "people_case",
    "people_consent",
    "forms_submission",
    "referrals_referral",
)


@pytest.fixture(scope="module")
def told(committed_by_module: str) -> Iterator[Story]:
    """The story, told and sealed once, with a copy of its tables beside it."""
    world = world_get()
    with acting_for(world.border.id):
        sent(world, CONTROLLED, TRAFFICKED)
        submission_receive(device=world.device, xml=filled())
    seal_all(world.border, now=timezone.now() - timedelta(days=3))
    act(world.border)
    seal_all(world.border)
    with connected(committed_by_module, "postgres") as owner:
        owner.autocommit = True
        owner.execute("create schema kept")
        for table in map(sql.Identifier, KEPT):
            owner.execute(sql.SQL("create table kept.{} as table public.{}").format(table, table))
        yield Story(world, owner)


@pytest.fixture
def story(told: Story) -> Iterator[Story]:
    """The story as it was told; afterwards everything is put back."""
    yield told
    told.owner.execute("set session_replication_role = replica")  # past every foreign key
    for table in map(sql.Identifier, KEPT):
        told.owner.execute(sql.SQL("delete from {}").format(table))
        told.owner.execute(sql.SQL("insert into {} select * from kept.{}").format(table, table))
    told.owner.execute("set session_replication_role = origin")


def named(position: int, found: Act) -> str:
    return f"position {position}, act {found.id}, {found.act}, {found.at:%Y-%m-%d %H:%M:%S} UTC"


def test_an_untouched_book_is_as_it_was_sealed(story: Story) -> None:
    code, said = story.verified(story.root())
    assert code == 0, said
    assert said.endswith("Everything is as it was sealed.\n")
    assert "0 wait for the sealer" in said
    assert "1 roots from outside" in said


@pytest.mark.parametrize(
    "change",
    [
        "act = 'name.shown'",
        "member = null",
        "at = at + interval '1 second'",
        'codes = codes || \'{"stage": "closed"}\'',
        "sealed = null",
        "rows_hash = null",
        "mark = null",
    ],
)
def test_a_changed_act_is_named(story: Story, change: str) -> None:
    position, found = story.place("consent.recorded")
    story.prompt("update journal_act set " + change + " where id = %s", found.id)  # noqa: S608  # a list of ours
    with acting_for(story.world.border.id):
        now = Act.objects.get(id=found.id)
    code, said = story.verified()
    assert code == 1
    assert f"changed: the act is not as it was sealed: {named(position, now)}" in said


def test_a_removed_act_is_named_though_it_is_gone(story: Story) -> None:
    position, found = story.place("consent.recorded")
    story.prompt("delete from journal_act where id = %s", found.id)
    code, said = story.verified()
    assert code == 1
    assert f"removed: an act is missing here: position {position}, act {found.id}, consent.recorded" in said


def test_a_removed_position_is_named_with_the_act_that_had_it(story: Story) -> None:
    position, found = story.place("referral.sent")
    story.prompt("delete from journal_seal where act_id = %s", found.id)
    code, said = story.verified()
    assert code == 1
    assert f"removed: an act is missing here: {named(position, found)}" in said


def test_an_act_removed_with_its_position_leaves_a_gap(story: Story) -> None:
    position, found = story.place("referral.drafted")
    story.prompt("delete from journal_seal where act_id = %s", found.id)
    story.prompt("delete from journal_act where id = %s", found.id)
    code, said = story.verified()
    assert code == 1
    assert f"removed: an act is missing here: position {position}" in said


@pytest.mark.parametrize("mark", [None, b"x" * 32])
def test_an_act_put_in_by_hand_is_named_before_and_after_it_is_sealed(
    story: Story, mark: bytes | None
) -> None:
    forged = raw_act(story.owner, story.world.border, act="consent.recorded", mark=mark)
    before, said = story.verified()
    assert before == 1
    assert f"added: nobody wrote this act with the program: act {forged}, consent.recorded" in said
    seal_all(story.world.border)
    position, found = story.place("consent.recorded"), forged
    with acting_for(story.world.border.id):
        position = Seal.objects.get(act_id=forged).position
    after, said = story.verified()
    assert after == 1
    assert f"added: nobody wrote this act with the program: position {position}, act {found}" in said


def test_an_act_put_in_with_a_position_is_named(story: Story) -> None:
    with acting_for(story.world.border.id):
        size = Seal.objects.count()
    forged = raw_act(story.owner, story.world.border)
    story.prompt(
        "insert into journal_seal (organisation_id, position, act_id, word, leaf) values (%s, %s, %s, 'x', %s)",
        story.world.border.id,
        size + 1,
        forged,
        b"x" * 32,
    )
    code, said = story.verified()
    assert code == 1
    assert f"position {size + 1}, act {forged}" in said


def test_acts_that_swapped_their_places_are_named(story: Story) -> None:
    (one, first), (two, second) = story.place("consent.recorded"), story.place("referral.sent")
    story.prompt("update journal_seal set act_id = %s where position = %s", new_id(), one)
    story.prompt("update journal_seal set act_id = %s where position = %s", first.id, two)
    story.prompt("update journal_seal set act_id = %s where position = %s", second.id, one)
    code, said = story.verified()
    assert code == 1
    assert f"reordered: the act stands in another place than it was sealed in: {named(one, second)}" in said
    assert f"reordered: the act stands in another place than it was sealed in: {named(two, first)}" in said
    assert "2 findings" in said


def test_places_that_were_swapped_with_their_leaves_are_named(story: Story) -> None:
    (one, first), (two, second) = story.place("consent.recorded"), story.place("referral.sent")
    for act_id, position in ((first.id, 9999), (second.id, one), (first.id, two)):
        story.prompt("update journal_seal set position = %s where act_id = %s", position, act_id)
    code, said = story.verified()
    assert code == 1
    assert f"reordered: the act stands in another place than it was sealed in: {named(one, second)}" in said
    assert f"reordered: the act stands in another place than it was sealed in: {named(two, first)}" in said
    assert "2 findings" in said


def test_an_act_changed_together_with_its_leaf_is_named(story: Story) -> None:
    position, found = story.place("consent.recorded")
    story.prompt("update journal_act set codes = '{}' where id = %s", found.id)
    with acting_for(story.world.border.id):
        leaf = leaf_of(Act.objects.get(id=found.id))
    story.prompt("update journal_seal set leaf = %s where act_id = %s", leaf, found.id)
    code, said = story.verified()
    assert code == 1
    assert f"added: nobody wrote this act with the program: {named(position, found)}" in said
    assert (
        f"rewritten: positions or leaves here do not give the root that was kept: {named(position, found)}"
        in said
    )


@pytest.mark.parametrize(
    ("table", "word"),
    [
        ("people_person", "person.registered"),
        ("people_case", "case.noticed"),
        ("people_consent", "consent.recorded"),
        ("referrals_referral", "referral.sent"),
        ("forms_submission", "submission.received"),
    ],
)
def test_a_row_changed_or_removed_is_named_by_the_act_that_wrote_it(
    story: Story, table: str, word: str
) -> None:
    position, found = story.place(word)
    changed = sql.SQL("update {} set sealed = sealed || '\\x00'::bytea where id = %s")
    story.owner.execute(changed.format(sql.Identifier(table)), [found.subject])
    code, said = story.verified()
    assert code == 1
    assert (
        f"row changed: the row is not as this act, the last to write it, left it: {named(position, found)}"
        in said
    )
    assert f"{found.subject})" in said
    story.owner.execute("set session_replication_role = replica")  # past every foreign key
    story.owner.execute(
        sql.SQL("delete from {} where id = %s").format(sql.Identifier(table)), [found.subject]
    )
    code, said = story.verified()
    assert code == 1
    assert f"row removed: the row that this act wrote is gone: {named(position, found)}" in said


def test_a_row_put_in_by_hand_is_named(story: Story) -> None:
    forged = new_id()
    story.prompt(
        "insert into people_person (id, code, ring, registered_at, sealed, organisation_id) "
        "select %s, 'K-FORGED', ring, now(), sealed, organisation_id from people_person limit 1",
        forged,
    )
    code, said = story.verified()
    assert code == 1
    assert f"row added: no act wrote this row (people.Person {forged})" in said


def rewrite(story: Story, word: str) -> Act:
    """What the host can do who also holds the keys: change an act, and everything that would tell of it."""
    _, found = story.place(word)
    border = story.world.border.id
    story.prompt("update journal_act set codes = '{}', member = null where id = %s", found.id)
    with acting_for(border):
        false = Act.objects.get(id=found.id)
        false.mark = mark_of(false)
    story.prompt("update journal_act set mark = %s where id = %s", false.mark, found.id)
    story.prompt("update journal_seal set leaf = %s where act_id = %s", leaf_of(false), found.id)
    with acting_for(border):
        leaves = [bytes(row.leaf) for row in Seal.objects.order_by("position")]
        roots = list(Root.objects.order_by("size"))
    for row in roots:
        tree = Frontier().grown(leaves[: row.size])
        story.prompt(
            "update journal_root set root = %s, frontier = %s where id = %s",
            tree.root,
            tree.to_bytes(),
            row.id,
        )
    return false


def test_a_book_rewritten_from_end_to_end_is_caught_by_a_root_from_outside_and_by_a_witness(
    story: Story,
) -> None:
    with acting_for(story.world.border.id):
        first = Root.objects.order_by("size").first()
    outside = story.root()
    with acting_for(story.world.border.id):
        witness_name(actor=story.world.actor("stefan"), witness=story.world.welfare.id)
    act(story.world.border)
    seal_all(story.world.border)
    assert roots_carry(story.world.border.id) == 1
    assert first is not None
    rewrite(story, "consent.recorded")
    code, said = story.verified(outside)
    assert code == 1
    assert "outside: a root carried out earlier does not fit this book: position 1, act " in said
    assert f"(the line given: positions 1 to {outside.split()[1]} are not as they were)" in said
    assert "witness: a root kept by a witness does not fit this book" in said
    assert "2 findings" in said
    with acting_for(story.world.welfare.id):
        assert WitnessedRoot.objects.count() == 1
        taken = WitnessedRoot.objects.get()
    roots_carry(story.world.border.id)
    roots_carry(story.world.border.id)
    with acting_for(story.world.welfare.id):
        told = Act.objects.get(act="journal.root_disputed")
    assert told.codes == {"other": str(story.world.border.id), "size": taken.size}


def test_a_root_from_outside_that_still_fits_narrows_down_where_the_book_was_rewritten(story: Story) -> None:
    early = story.root()
    act(story.world.border)
    late = act(story.world.border, "desk.verified")
    seal_all(story.world.border)
    newest = story.root()
    position, found = int(newest.split()[1]), late
    border = story.world.border.id
    story.prompt("delete from journal_seal where position >= %s", position - 1)
    story.prompt("delete from journal_root where size > %s", position - 2)
    story.prompt("delete from journal_act where id = %s", found)
    seal_all(story.world.border)
    assert story.verified(early)[0] == 0
    code, said = story.verified(newest, early)
    assert code == 1
    assert f"it covers {position} acts and the book has {position - 1}" in said
    with acting_for(border):
        after = Seal.objects.get(position=position - 1)
    assert f"position {after.position}, act {after.act_id}, desk.verified" in said


def test_after_a_restore_an_older_root_says_what_was_lost_and_names_the_epoch(story: Story) -> None:
    newest = story.root()
    size = int(newest.split()[1])
    with acting_for(story.world.border.id):
        kept = Root.objects.order_by("size").first()
    assert kept is not None
    story.prompt("delete from journal_root where size > %s", kept.size)
    story.prompt(
        "with gone as (delete from journal_seal where position > %s returning act_id) "
        "delete from journal_act where id in (select act_id from gone)",
        kept.size,
    )
    epoch_begin(organisation=story.world.border.id, reason="restored")
    seal_all(story.world.border)
    assert story.verified()[0] == 0
    code, said = story.verified(newest)
    assert code == 1
    assert size > kept.size
    assert "journal.epoch_began" in said
    assert f"the book says that it goes on from a copy of {kept.size} acts" in said


def test_erasing_a_person_leaves_the_seal_as_it_was(story: Story) -> None:
    before = story.root()
    with transaction.atomic(using=STORE):
        with acting_for(story.world.border.id):
            assert keystore.ring_destroy(Person.objects.get().ring) > 0
        after, (code, said) = story.root(), story.verified(before)
        transaction.set_rollback(True, using=STORE)
    assert after == before
    assert code == 0, said


def test_a_root_of_another_instance_is_refused(story: Story) -> None:
    from kimbilio.seals import line_of

    with pytest.raises(NoSuchJournal):
        story.verified(line_of(uuid.uuid4(), 3, bytes(32)))
    with pytest.raises(NoSuchJournal):
        story.verified(whose="ZZZ-NOBODY")


def command(database: str, *words: str) -> subprocess.CompletedProcess[str]:
    address = settings.SERVER.url(database, "kimbilio_jobs")
    environment = os.environ | {
        "JOBS_DATABASE_URL": address,
        "KEYS_DATABASE_URL": settings.SERVER.url(database + "_keys", "kimbilio_jobs"),
        "KIMBILIO_SECRET_KEY": "x" * 40,
        "KIMBILIO_KEYS": settings.KIMBILIO_KEYS,
    }
    return subprocess.run(
        [str(Path(sys.executable).parent / "kimbilio"), *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_command_carries_roots_out_in_a_file_and_finds_what_an_owner_did_since(
    story: Story, committed_by_module: str, tmp_path: Path
) -> None:
    file = tmp_path / "roots.json"
    carried = command(committed_by_module, "journal", "root", "--out", str(file))
    assert carried.returncode == 0, carried.stderr
    assert story.root() in carried.stdout
    held = command(committed_by_module, "journal", "verify", "--root", str(file), "--root", story.root())
    assert (held.returncode, held.stderr) == (0, "")
    position, found = story.place("referral.sent")
    story.prompt("update journal_act set member = null where id = %s", found.id)
    caught = command(
        committed_by_module, "journal", "verify", "--organisation", "ZZZ-GATE", "--root", str(file)
    )
    assert caught.returncode == 1
    assert named(position, found) in caught.stdout
    refused = command(committed_by_module, "journal", "verify", "--root", story.root()[:-1])
    assert refused.returncode == 2
    assert "error: A copied root does not read as one" in refused.stderr
    assert "hint: " in refused.stderr
