"""What a reader of a timeline is told about who did it."""

from __future__ import annotations

from kimbilio.server.journal.models import Act
from kimbilio.server.people.showing import timeline_of
from tests.world import World


def told(world: World, act: str, **codes: str) -> str:
    from django.utils import timezone

    (entry,) = timeline_of([Act(act=act, at=timezone.now(), codes=codes)])
    return entry.by


def test_what_the_program_did_alone_is_signed_by_the_program(world: World) -> None:
    assert told(world, "person.registered") == "Kimbilio, by itself"
    assert told(world, "referral.expired", desk=str(world.welfare_desk.id)).startswith("Kimbilio, by itself")


def test_what_the_other_side_told_is_signed_by_its_desk(world: World) -> None:
    assert told(world, "referral.accepted", desk=str(world.welfare_desk.id)) == "Welfare duty desk"
