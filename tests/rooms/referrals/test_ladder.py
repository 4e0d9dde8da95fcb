"""The ladder reaches somebody at each rung, once, and stops when it is answered."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from kimbilio.rules.clocks import Clock, ladder, rings
from kimbilio.server.identity.models import Desk
from kimbilio.server.identity.services import member_admit
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices.models import Delivery, Notice, Receiver
from kimbilio.server.referrals import queues, services
from kimbilio.server.referrals.models import Referral
from tests.rooms.notices import steps
from tests.rooms.referrals import story
from tests.rooms.referrals.test_escalating import look
from tests.world import World

USUAL, HELD = story.CONTROLLED, story.TRAFFICKED


@pytest.fixture(autouse=True)
def staffed(world: World) -> None:
    """The duty desk has two focal points and a supervisor: chen, lina, and omar."""
    from kimbilio.server.identity.models import User

    with acting_for(world.welfare.id):
        for name, role in (("lina", "caseworker"), ("omar", "supervisor")):
            user = User.objects.create_user(username=name, password=f"{name} walks a long road")
            world.members[name] = member_admit(
                organisation=world.welfare,
                user=user,
                role=role,
                name=name.title(),
                desks=[world.welfare_desk],
            )
        Desk.objects.filter(id=world.welfare_desk.id).update(
            focal_point_1=world.member("chen"), focal_point_2=world.member("lina")
        )
    world.welfare_desk.refresh_from_db()


def told(side: Referral) -> list[set[str]]:
    """Who was told by each notice of a side, in order."""
    with acting_for(side.organisation_id):
        return [
            {row.member.name for row in Receiver.objects.filter(notice=notice).select_related("member")}
            for notice in Notice.objects.filter(about=side.id).order_by("id")
        ]


def deliveries() -> list[ProcrastinateJob]:
    """Every delivery that was put into the queue."""
    return list(ProcrastinateJob.objects.filter(task_name="notices.deliver").order_by("id"))


def test_each_rung_of_the_desk_reaches_its_own_people(world: World) -> None:
    _, theirs = story.arrived_at(world, USUAL, HELD)
    priority = theirs.priority
    assert priority != "emergency"
    assert theirs.sent_at is not None
    assert theirs.answer_by is not None
    half = (theirs.answer_by - theirs.sent_at).total_seconds() / 120
    told_by_then = [{"Chen"}]
    assert told(theirs) == told_by_then
    for minutes, whom in ((half + 1, {"Lina"}), (2 * half + 1, {"Omar"}), (24 * 60 * 6, {"Omar", "Kito"})):
        look(world, theirs, minutes)
        found = told(theirs)
        assert len(found) == len(told_by_then) + 1
        assert whom <= found[-1], (minutes, found)
        told_by_then = found


def test_nobody_of_the_sending_side_is_told_until_the_time_is_over(world: World) -> None:
    mine, _ = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    look(world, mine, 16)
    assert told(mine) == []
    look(world, mine, 31)
    assert told(mine) == [{"Asha"}]
    look(world, mine, 61)
    assert told(mine)[-1] == {"Sela"}


def test_an_emergency_rings_at_once_and_again_until_it_is_acknowledged(world: World) -> None:
    steps.way(world, "chen")
    _, theirs = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    assert [job.scheduled_at for job in deliveries()] == [None]
    for minutes in (16, 31, 46):
        look(world, theirs, minutes)
        look(world, theirs, minutes + 1)
    assert len(told(theirs)) == 4
    assert all("Chen" in whom for whom in told(theirs))
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=world.actor("chen"), referral=theirs)
        assert not Notice.objects.filter(about=theirs.id, settlement=None).exists()
    look(world, theirs, 62)
    assert len(told(theirs)) == 4


def test_an_emergency_stops_ringing_after_its_bound(world: World) -> None:
    _, theirs = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    for minutes in range(1, 1500, 5):
        row = look(world, theirs, minutes)
    assert row.escalate_at is None
    assert len(told(theirs)) <= 1 + 12 + 5


def test_after_a_day_without_jobs_each_person_is_told_once(world: World) -> None:
    for name in ("chen", "kito", "omar", "asha", "sela"):
        steps.way(world, name)
    mine, theirs = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    before = len(deliveries())
    assert told(theirs) == [{"Chen"}]  # when it arrived, before the jobs stood still
    for side in (mine, theirs):
        for _ in range(3):
            look(world, side, 24 * 60)
    assert told(theirs)[1:] == [{"Chen", "Kito", "Omar"}]
    assert told(mine) == [{"Asha", "Sela"}]
    assert len(deliveries()) - before == 5
    with acting_for(world.welfare.id):
        assert Delivery.objects.filter(receiver__notice__about=theirs.id).count() == 1 + 3


def test_the_sender_hears_of_a_decline_and_the_desk_of_an_answer(world: World) -> None:
    mine, theirs = story.arrived_at(world, USUAL, HELD)
    with acting_for(world.welfare.id):
        chen = world.actor("chen")
        services.referral_acknowledge(actor=chen, referral=theirs)
        services.referral_decline(
            actor=chen, referral=theirs, reason="no_capacity", other_desk=world.other_desk
        )
        story.run_jobs()
    assert told(mine) == [{"Asha"}]


def test_a_notice_says_nothing_of_what_it_is_about(world: World) -> None:
    _, theirs = story.arrived_at(world, USUAL, HELD)
    with acting_for(world.welfare.id):
        notice = Notice.objects.get(about=theirs.id)
    for secret in (theirs.case.code, str(theirs.id), str(theirs.thread)):
        assert secret not in notice.reference
        assert notice.reference.replace("-", "")[1:] not in secret.replace("-", "").upper()


def test_rings_are_bounded_and_end_when_help_is_late() -> None:
    start = datetime.fromisoformat("2026-03-01T12:00:00+02:00")

    def clock(minutes: int, help_minutes: int) -> Clock:
        ack = start + timedelta(minutes=minutes)
        return Clock(start, ack, ack, ack, start + timedelta(minutes=help_minutes))

    assert rings(clock(0, 0)) == ()
    assert rings(clock(30, 40)) == (start + timedelta(minutes=15), start + timedelta(minutes=30))
    assert len(rings(clock(30, 9999))) == 12


def test_when_every_rung_was_told_work_says_whom_to_call_and_where_else_to_turn(world: World) -> None:
    haven = story.haven_found()
    Desk.objects.filter(id=haven.id).update(phone="000 111")
    mine, _ = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    look(world, mine, 24 * 60)
    with acting_for(world.border.id):
        (row,) = queues.overdue(world.actor("asha"))
    assert "nobody answered" in str(row.text)
    assert row.note == "Welfare duty desk 000 000 · next: Haven desk 000 111"
    assert row.due is not None


def test_a_desk_whose_place_is_kept_is_named_without_its_number(world: World) -> None:
    Desk.objects.filter(id=world.welfare_desk.id).update(location_confidential=True)
    mine, _ = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    look(world, mine, 31)
    with acting_for(world.border.id):
        (row,) = queues.overdue(world.actor("asha"))
    assert row.note == "Welfare duty desk"


def test_the_queue_counts_the_rungs_that_the_ladder_has() -> None:
    now = datetime.fromisoformat("2026-03-01T12:00:00+02:00")
    assert len(ladder(Clock(now, now, now, now, now))) == queues.RUNGS
