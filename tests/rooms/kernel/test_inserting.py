"""Rows in one statement, and the word about which of them were new."""

from __future__ import annotations

from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.models import Act
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.inserting import rows_insert
from kimbilio.server.kernel.rows import acting_for
from tests.world import World


def _act(actor: Actor) -> Act:
    made = act_record(actor=actor, act="case.noticed", subject=new_id())
    assert made is not None
    return made


def test_only_the_rows_that_were_not_there_are_told(world: World) -> None:
    with acting_for(world.border.id):
        there = _act(world.actor("asha"))
        new = Act(
            id=new_id(),
            organisation_id=there.organisation_id,
            transaction=new_id(),
            act=there.act,
            subject=new_id(),
        )
        again = Act(
            id=new_id(),
            organisation_id=there.organisation_id,
            transaction=there.transaction,
            act=there.act,
            subject=there.subject,
        )
        assert rows_insert([new, again]) == {new.id}
        assert Act.objects.filter(id__in=[new.id, again.id]).count() == 1


def test_no_rows_are_no_statement() -> None:
    assert rows_insert([]) == set()
