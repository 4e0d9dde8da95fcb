"""What waits for whom on *Work*."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.referrals import queues, services
from kimbilio.server.ui.panels import queues_for
from tests.jobs import run_jobs
from tests.rooms.referrals import story
from tests.world import World


def waiting(world: World, name: str) -> dict[str, int]:
    """The queues of this room that are not empty, for a member."""
    member = world.member(name)
    keys = {"new", "overdue", "answer", "drafts", "in-hand", "waiting"}
    with acting_for(member.organisation_id):
        found = queues_for(world.actor(name))
        return {queue.key: len(queue.rows) for queue in found if queue.key in keys and queue.rows}


@pytest.mark.parametrize("name", ["ben", "dalia", "stefan", "ada", "dora"])
def test_nothing_waits_for_those_who_do_not_see_the_case(world: World, name: str) -> None:
    story.arrived_at(world, story.WORKER, story.WORK)
    assert waiting(world, name) == {}


def test_a_referral_moves_through_the_queues_of_both_sides(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.CONTROLLED)
        story.consent(world, case, story.TRAFFICKED, "yes_but_not_all", fields=["language"])
        mine = story.drafted(world, case, story.TRAFFICKED)
    assert waiting(world, "asha") == {"drafts": 1}
    with acting_for(world.border.id):
        services.referral_send(actor=world.actor("asha"), referral=mine)
    with acting_for(world.welfare.id):
        theirs = story.received(world, mine)
    chen = world.actor("chen")
    for act, more, asha_sees, chen_sees in (
        (None, {}, {"waiting": 1}, {"new": 1}),
        (services.referral_acknowledge, {}, {"waiting": 1}, {"answer": 1}),
        (services.referral_ask, {"field": "health"}, {"answer": 1}, {"waiting": 1}),
    ):
        with acting_for(world.welfare.id):
            if act:
                act(actor=chen, referral=theirs, **more)
            run_jobs()
        assert (waiting(world, "asha"), waiting(world, "chen")) == (asha_sees, chen_sees)


def test_the_second_focal_point_is_told_after_half_the_answering_time(world: World) -> None:
    world.welfare_desk.focal_point_2 = world.member("chen")
    world.welfare_desk.save()
    _, theirs = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    with acting_for(world.welfare.id):
        assert queues.overdue(world.actor("chen")) == []
        services.referral_clock_run(
            actor=actor_of_system(world.welfare.id),
            referral=theirs.id,
            now=timezone.now() + timedelta(minutes=16),
        )
        (row,) = queues.overdue(world.actor("chen"))
    assert (row.code, row.priority) == (theirs.case.code, "emergency")


def test_a_row_of_a_queue_holds_no_name(world: World) -> None:
    _, theirs = story.arrived_at(world, story.CHILD, story.ALONE, child_told=True)
    with acting_for(world.welfare.id):
        (row,) = queues.new(world.actor("chen"))
    assert "Invented" not in repr(row)
    assert row.url == f"/referrals/{theirs.id}/"
