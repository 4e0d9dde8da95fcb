"""A day without the job worker: what came in meanwhile is understood when it returns, and nobody is told twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.utils import timezone

from kimbilio.server.forms.models import Submission
from kimbilio.server.forms.services import submission_receive
from kimbilio.server.journal.models import Act
from kimbilio.server.journal.verifying import book_verify
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices.models import Delivery, Notice, Receiver
from kimbilio.server.people.models import Case
from kimbilio.server.referrals.models import Referral
from kimbilio.server.referrals.tasks import clock_run
from tests.fire.lengths import length
from tests.jobs import run_jobs
from tests.replay.filled import YES, filled
from tests.rooms.journal.book import in_order, seal_all
from tests.rooms.notices import steps
from tests.rooms.referrals import story
from tests.world import World, world_get

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("day")]

DAY = "KIMBILIO_FIRE_DAY"
MORNING = 6
"""Referrals that were with the desk when the worker stopped, half of them emergencies."""


def test_after_a_day_without_worker_all_is_understood_in_order_and_each_person_is_told_once(
    committed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = world_get()
    for name in ("asha", "sela", "chen", "kito"):
        steps.way(world, name)
    waiting = morning(world)
    sent = [filled(referrals=(YES,) if n % 4 == 0 else (), start=timezone.now()) for n in range(length(DAY))]
    for xml in sent:
        assert arrives(world, xml) == "created"
    for xml in sent[::3]:
        assert arrives(world, xml) == "again"  # the phone missed the answer
    told_before = notices(world)

    later = timezone.now() + timedelta(hours=24, minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    for found in (2 * MORNING, 0):
        ran = worker_returns(committed, later)
        assert ran.count("referrals.clock_run") == found

    understood(world, len(sent))
    each_is_told_once(world, waiting, told_before)
    monkeypatch.undo()
    for organisation in (world.border, world.welfare):
        seal_all(organisation)
        in_order(organisation)
        assert not book_verify(organisation.id).findings


def morning(world: World) -> list[tuple[str, Referral, Referral]]:
    """Referrals that reached the desk while jobs still ran, as (need, sent, received)."""
    kinds = [(story.IN_DANGER, story.DANGER), (story.CONTROLLED, story.TRAFFICKED)]
    made = []
    for n in range(MORNING):
        answers, category = kinds[n % 2]
        made.append((category, *story.arrived_at(world, answers, category)))
    run_jobs()
    return made


def arrives(world: World, xml: bytes) -> str:
    with acting_for(world.border.id):
        return submission_receive(device=world.device, xml=xml).outcome


def worker_returns(database: str, now: datetime) -> list[str]:
    """All that waited, and the minute's look at clocks, by the role of the jobs. Returns what ran."""
    ran = run_jobs(5_000)
    with psycopg.connect(settings.SERVER.url(database, "kimbilio_jobs")) as jobs:
        overdue = jobs.execute("select organisation, referral from referrals_overdue(%s)", [now]).fetchall()
    for organisation, referral in overdue:
        clock_run.defer(organisation=str(organisation), referral=str(referral))
    return ran + run_jobs(5_000)


def understood(world: World, forms: int) -> None:
    """Each form is one case, those of one phone in the order in which they came."""
    with acting_for(world.border.id):
        rows = list(Submission.objects.order_by("id"))
        assert (len(rows), {row.state for row in rows}) == (forms, {"understood"})
        acts = Act.objects.filter(act="submission.understood").order_by("id")
        assert [act.subject for act in acts] == [row.id for row in rows]
        assert len({row.case for row in rows}) == forms
        assert Case.objects.count() == forms + MORNING
        out = Referral.objects.exclude(state="draft").count()
    with acting_for(world.welfare.id):
        threads = set(Referral.objects.values_list("thread", flat=True))
        assert Referral.objects.count() == Case.objects.count() == len(threads) == out
    assert out == MORNING + len(range(0, forms, 4))


def notices(world: World) -> dict[Any, list[list[str]]]:
    """Who was told by each notice, by what it is about, in order."""
    found: dict[Any, list[list[str]]] = {}
    for organisation in (world.border, world.welfare):
        with acting_for(organisation.id):
            for notice in Notice.objects.order_by("id"):
                rows = Receiver.objects.filter(notice=notice).select_related("member")
                found.setdefault(notice.about, []).append(sorted(row.member.name for row in rows))
    return found


def each_is_told_once(
    world: World, waiting: list[tuple[str, Referral, Referral]], before: dict[Any, list[list[str]]]
) -> None:
    """The desk's and the sender's people by the rung that is reached; the rungs below are written down untold."""
    now = notices(world)
    wrong = []
    for category, *sides in waiting:
        for side in sides:
            new = now[side.id][len(before.get(side.id, [])) :]
            with acting_for(side.organisation_id):
                acts = Act.objects.filter(subject=side.id, act="referral.escalated").order_by("id")
                rungs = [(act.codes["rung"], act.codes["told"]) for act in acts]
                state = Referral.objects.get(id=side.id).state
                sent = [row.receiver_id for row in Delivery.objects.filter(receiver__notice__about=side.id)]
            assert len(sent) == len(set(sent)) == sum(map(len, now[side.id])), "A delivery was doubled."
            found = (state, new, rungs)
            if found != expected(category, side.side):
                wrong.append((category, side.side, found))
    assert not wrong, wrong


def expected(category: str, side: str) -> tuple[str, list[list[str]], list[tuple[str, bool]]]:
    """State, who hears, and the rungs with whether they were told: an emergency has climbed them all in a day."""
    climbed = ["focal_point_2", "supervisor", "national_coordinator", "committee"]
    rungs = [(rung, rung == climbed[-1]) for rung in climbed]
    return "expired", [["Chen", "Kito"] if side == "received" else ["Asha", "Sela"]], rungs
