"""Clocks that run out: expiry, the ladder of who is told, and the one function that looks across
organisations.
"""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.referrals import queues, services, tasks
from kimbilio.server.referrals.models import Referral
from tests.rooms.referrals import story
from tests.world import World, world_get


def test_the_web_role_cannot_call_the_function_that_sees_every_organisation(world: World) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("select * from referrals_overdue(now())")


def test_the_function_returns_ids_and_nothing_else(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_get_function_result(oid), prosecdef, proconfig from pg_proc "
            "where proname = 'referrals_overdue'"
        )
        ((result, definer, config),) = cursor.fetchall()
    assert result == "TABLE(organisation uuid, referral uuid)"
    assert definer
    assert config == ["search_path=pg_catalog, pg_temp"]


def test_the_jobs_role_finds_overdue_referrals_of_both_organisations(committed: str) -> None:
    world = world_get()
    mine, theirs = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    later = timezone.now() + timedelta(minutes=16)
    address = {"host": str(settings.SERVER.sockets), "dbname": committed, "user": "kimbilio_jobs"}
    with psycopg.connect(**address) as jobs:
        found = jobs.execute("select organisation, referral from referrals_overdue(%s)", [later]).fetchall()
        early = jobs.execute(
            "select organisation, referral from referrals_overdue(%s)", [timezone.now()]
        ).fetchall()
        (unseen,) = jobs.execute("select count(*) from referrals_referral").fetchone() or (None,)
    assert set(found) == {(world.border.id, mine.id), (world.welfare.id, theirs.id)}
    assert (early, unseen) == ([], 0)


def look(world: World, referral: Referral, minutes: float) -> Referral:
    """Run one side's clock so many minutes after sending."""
    assert referral.sent_at is not None
    with acting_for(referral.organisation_id):
        return services.referral_clock_run(
            actor=actor_of_system(referral.organisation_id),
            referral=referral.id,
            now=referral.sent_at + timedelta(minutes=minutes),
        )


def rungs(referral: Referral) -> list[str]:
    with acting_for(referral.organisation_id):
        acts = Act.objects.filter(subject=referral.id, act="referral.escalated").order_by("id")
        return [act.codes["rung"] for act in acts]


def test_a_clock_that_has_not_run_out_changes_nothing(world: World) -> None:
    mine, _ = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    assert look(world, mine, 14).state == "sent"
    assert rungs(mine) == []


def test_without_an_answer_every_rung_is_told_in_turn_on_both_sides(world: World) -> None:
    for side in story.arrived_at(world, story.IN_DANGER, story.DANGER):
        # zz, emergency; the step of the lead agency names 3 hours, and a shorter time always counts
        for minutes, state, told in (
            (16, "sent", ["focal_point_2"]),
            (31, "expired", ["focal_point_2"]),
            (61, "expired", ["focal_point_2", "supervisor"]),
            (121, "expired", ["focal_point_2", "supervisor", "national_coordinator"]),
            (181, "expired", ["focal_point_2", "supervisor", "national_coordinator", "committee"]),
            (9999, "expired", ["focal_point_2", "supervisor", "national_coordinator", "committee"]),
        ):
            for _ in range(2):
                row = look(world, side, minutes)
            assert (row.state, rungs(side)) == (state, told)
        assert row.escalate_at is None


def test_a_job_that_slept_tells_every_rung_at_once(world: World) -> None:
    mine, _ = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    assert look(world, mine, 200).state == "expired"
    assert rungs(mine) == ["focal_point_2", "supervisor", "national_coordinator", "committee"]


def test_an_answer_stops_the_ladder_and_a_late_one_gets_its_own_time(world: World) -> None:
    _, theirs = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    back = timedelta(hours=5)
    with acting_for(world.welfare.id):
        Referral.objects.filter(id=theirs.id).update(
            sent_at=theirs.sent_at - back, due_at=theirs.due_at - back, escalate_at=theirs.escalate_at - back
        )
        services.referral_clock_run(
            actor=actor_of_system(world.welfare.id), referral=theirs.id, now=timezone.now()
        )
        assert Referral.objects.get(id=theirs.id).state == "expired"
        row = services.referral_acknowledge(actor=world.actor("chen"), referral=theirs)
    assert row.due_at is not None
    assert row.due_at - timezone.now() > timedelta(minutes=80)
    assert row.escalate_at == row.due_at


def test_a_person_who_has_not_arrived_in_time_is_noted_on_both_sides(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    chen = world.actor("chen")
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=chen, referral=theirs)
        services.referral_accept(
            actor=chen,
            referral=theirs,
            transport="walks",
            when=timezone.now(),
            escort="none_wanted",
            bed="none_free",
        )
        story.run_jobs()
    for side in (mine, theirs):
        row = look(world, side, 179)
        assert row.state == "accepted"
        row = look(world, side, 182)
        assert (row.state, row.escalate_at) == ("not_arrived", None)
    with acting_for(world.border.id):
        services.referral_close(actor=world.actor("asha"), referral=mine, reason="never_came")
        story.run_jobs()
    assert story.as_received(world, theirs).state == "closed"


def test_the_job_reaches_one_referral_in_its_own_organisation(world: World) -> None:
    mine, _ = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    with acting_for(world.border.id):
        past = timezone.now() - timedelta(minutes=40)
        Referral.objects.filter(id=mine.id).update(sent_at=past, due_at=past, escalate_at=past)
    tasks.clock_run(organisation=str(world.border.id), referral=str(mine.id))
    assert story.as_sent(world, mine).state == "expired"
    assert ProcrastinateJob.objects.filter(task_name="referrals.clock_run").count() == 0


def test_the_supervisor_sees_an_overdue_referral_once_the_rung_is_reached(world: World) -> None:
    mine, _ = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    sela = world.member("sela")
    sela.desks.clear()
    for minutes, seen in ((31, 0), (61, 1)):
        look(world, mine, minutes)
        with acting_for(world.border.id):
            assert len(queues.overdue(world.actor("sela"))) == seen
            assert len(queues.overdue(world.actor("asha"))) == 1
