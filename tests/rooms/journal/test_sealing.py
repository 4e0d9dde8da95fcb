"""Positions: no act is skipped, none moves, two sealers are as one; the tree grows from what is kept."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from kimbilio.seals import Frontier
from kimbilio.server.journal import sealing
from kimbilio.server.journal.leaves import leaf_of
from kimbilio.server.journal.models import Act, Root
from kimbilio.server.journal.sealing import Sealed, book_seal, organisation_seal
from kimbilio.server.journal.selectors import acts_following, carried_of, root_latest
from kimbilio.server.journal.services import epoch_begin
from kimbilio.server.journal.tasks import seal
from kimbilio.server.kernel.rows import acting_for
from tests.rooms.forms.test_at_once import at_once
from tests.rooms.journal.book import act, connected, in_order, raw_act, seal_all, until
from tests.world import World, world_get


def test_an_act_s_transaction_number_is_not_the_program_s_to_choose(committed: str) -> None:
    with connected(committed, "kimbilio_web") as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw_act(web, world_get().border, written_in="18446744073709551615")


def test_an_epoch_for_no_known_reason_is_refused(world: World) -> None:
    with pytest.raises(KeyError, match="EPOCHS"):
        epoch_begin(organisation=world.border.id, reason="because")


def test_an_act_in_a_running_transaction_gets_no_position(world: World) -> None:
    with acting_for(world.border.id):
        act(world.border)
        assert organisation_seal(world.border.id) == Sealed(0, more=False)


def test_each_sealing_goes_on_where_the_last_ended_and_the_root_covers_every_act(committed: str) -> None:
    world = world_get()
    first = [act(world.border, n=n) for n in range(5)]
    seal_all(world.border)
    then = [act(world.border, n=n) for n in range(6)]
    other = act(world.welfare)
    seal_all(world.border, most=2)
    seal_all(world.welfare)
    assert in_order(world.border) == first + then
    assert in_order(world.welfare) == [other]
    with acting_for(world.border.id):
        newest = root_latest(world.border.id)
        leaves = [leaf_of(row) for row in Act.objects.order_by("id")]
        carried = carried_of(world.border.id, after=9)
        followed = acts_following(world.border.id, after=9)
    assert newest is not None
    assert newest.size == 11
    assert bytes(newest.root) == Frontier().grown(leaves).root
    assert carried is not None
    assert carried.root == bytes(newest.root)
    assert carried.leaves == [(10, then[4], leaves[9]), (11, then[5], leaves[10])]
    assert [(position, row.id) for position, row in followed] == [(10, then[4]), (11, then[5])]


def test_a_slow_transaction_is_neither_skipped_nor_put_before_what_readers_saw(committed: str) -> None:
    world = world_get()
    before = act(world.border)
    seal_all(world.border)
    with connected(committed, "kimbilio_web") as slow:
        late = raw_act(slow, world.border)
        quick = act(world.border)
        with acting_for(world.border.id):
            organisation_seal(world.border.id)
            seen = [row.id for _, row in acts_following(world.border.id)]
        assert seen == [before]  # the quick one waits, or a reader at its position would miss the late one
        slow.commit()
    after = act(world.border)
    seal_all(world.border)
    assert in_order(world.border) == [before, late, quick, after]


def test_a_long_backlog_is_sealed_in_many_transactions_and_in_one_order(
    committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_get()
    monkeypatch.setattr(sealing, "AT_ONCE", 3)
    acts = [act(world.border, n=n) for n in range(11)]
    until(lambda: book_seal(world.border.id) == 11)  # all at once, as soon as the horizon lets them
    assert in_order(world.border) == acts
    with acting_for(world.border.id):
        assert [row.size for row in Root.objects.order_by("size")][-1] == 11


def test_a_transaction_that_was_given_up_leaves_no_gap(committed: str) -> None:
    world = world_get()
    with connected(committed, "kimbilio_web") as gone:
        raw_act(gone, world.border)
        kept = act(world.border)
        gone.rollback()
    seal_all(world.border)
    assert in_order(world.border) == [kept]


def test_sealers_at_once_give_one_row_of_positions_and_one_tree(committed: str) -> None:
    world = world_get()
    acts = [act(world.border, n=n) for n in range(30)]

    def sealer() -> None:
        def done() -> bool:
            seal(str(world.border.id))
            with acting_for(world.border.id):
                return len(acts_following(world.border.id)) == 30

        until(done)

    at_once(*[sealer] * 4)
    assert in_order(world.border) == acts
    with acting_for(world.border.id):
        assert root_latest(world.border.id).size == 30  # type: ignore[union-attr]  # sealed above


def test_what_was_written_on_another_server_is_sealed_too(committed: str) -> None:
    world = world_get()
    with connected(committed, "postgres") as restored:
        far = 1 << 60
        old = raw_act(restored, world.border, written_in=str(far))
        restored.execute(
            "insert into journal_root (organisation_id, size, root, frontier, horizon, at) "
            "values (%s, 0, '', '', %s, now())",
            [world.border.id, str(far)],
        )
    epoch_begin(organisation=world.border.id, reason="restored", codes={"backup": "made"})
    new = act(world.border)
    seal_all(world.border)
    with acting_for(world.border.id):
        epoch = Act.objects.get(act="journal.epoch_began")
    assert in_order(world.border) == [old, epoch.id, new]
    assert epoch.codes == {"backup": "made", "reason": "restored", "size": 0, "root": ""}
    assert root_of(world).horizon < far


def root_of(world: World) -> Root:
    with acting_for(world.border.id):
        return Root.objects.latest("size")


def test_jobs_are_told_which_organisations_have_something_to_seal_and_nothing_else(committed: str) -> None:
    world = world_get()
    act(world.border)
    with connected(committed, "kimbilio_jobs") as jobs:
        jobs.autocommit = True

        def found(whole: bool = False) -> list[object]:
            return [row[0] for row in jobs.execute("select * from journal_unsealed(%s)", [whole])]

        until(lambda: found() == [world.border.id])
        seal_all(world.border)
        assert found() == found(whole=True) == []
    with connected(committed, "kimbilio_web") as web, pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("select * from journal_unsealed(false)")


def test_finding_what_to_seal_reads_the_index_and_not_the_book(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select indexdef from pg_indexes where indexname = 'act_by_transaction'")
        assert cursor.fetchone()[0].endswith("(organisation_id, written_in)")
