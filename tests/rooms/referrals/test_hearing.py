"""Envelopes that come twice, late, or in another order leave both sides where they belong."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Case
from kimbilio.server.referrals import services
from kimbilio.server.referrals.hearing import _apply
from kimbilio.server.referrals.models import Referral
from kimbilio.server.referrals.tasks import envelope_apply
from kimbilio.server.sharing.models import Envelope
from kimbilio.server.sharing.services import envelope_open
from tests.jobs import run_jobs
from tests.rooms.referrals import story
from tests.world import World


def apply(organisation: uuid.UUID, envelope: uuid.UUID) -> None:
    services.envelope_apply(actor=actor_of_system(organisation), envelope=envelope)


def test_an_envelope_for_another_organisation_does_not_open(world: World) -> None:
    with acting_for(world.border.id):
        story.sent(world, story.WORKER, story.WORK)
        envelope = Envelope.objects.get()
        with pytest.raises(NotVisible):
            apply(world.border.id, envelope.id)


def test_the_same_referral_delivered_three_times_opens_one_case(world: World) -> None:
    story.arrived_at(world, story.WORKER, story.WORK)
    with acting_for(world.welfare.id):
        for _ in range(3):
            apply(world.welfare.id, Envelope.objects.get().id)
        assert (Case.objects.count(), Referral.objects.count()) == (1, 1)
        assert Act.objects.filter(act="referral.received").count() == 1


def test_a_withdrawal_that_overtakes_its_referral_is_applied_after_it(world: World) -> None:
    with acting_for(world.border.id):
        mine = story.sent(world, story.WORKER, story.WORK)
        services.referral_withdraw(actor=world.actor("asha"), referral=mine, reason="person")
    with acting_for(world.welfare.id):
        first, second = Envelope.objects.order_by("id")
        apply(world.welfare.id, second.id)
        apply(world.welfare.id, first.id)
        assert Case.objects.get().stage == "closed"
    assert story.as_received(world, mine).state == "withdrawn"


def test_an_acceptance_that_overtakes_the_acknowledgement_stays_accepted(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
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
    with acting_for(world.border.id):
        receiver = actor_of_system(world.border.id)
        first, second = Envelope.objects.filter(receiver=world.border).order_by("id")
        for envelope in (second, first):
            _apply(receiver, *envelope_open(actor=receiver, envelope=envelope.id))
        row = Referral.objects.get(id=mine.id)
        acts = Act.objects.filter(subject=mine.id, codes__late=True).values_list("act", flat=True)
        assert list(acts) == ["referral.acknowledged"]
    assert (row.state, row.heard) == ("accepted", 2)
    assert row.answered_at is not None


def test_an_old_question_that_comes_after_a_newer_word_asks_nothing_anew(world: World) -> None:
    mine, theirs = story.arrived_at(
        world, story.CONTROLLED, story.TRAFFICKED, answer="yes_but_not_all", fields=["language"]
    )
    chen, machinery = world.actor("chen"), actor_of_system(world.welfare.id)
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=chen, referral=theirs)
        services.referral_ask(actor=chen, referral=theirs, field="health")
        later = timezone.now() + timedelta(days=2)
        services.referral_clock_run(actor=machinery, referral=theirs.id, now=later)
        services.referral_acknowledge(actor=chen, referral=theirs)
    with acting_for(world.border.id):
        sender = actor_of_system(world.border.id)
        first, question, newest = Envelope.objects.filter(receiver=world.border).order_by("id")
        for envelope in (first, newest, question):
            _apply(sender, *envelope_open(actor=sender, envelope=envelope.id))
    assert story.as_sent(world, mine).state == "acknowledged"


def crossed(world: World, *, first: str, further: bool = False) -> tuple[Referral, Referral]:
    """The receiver notes an arrival while the sender closes; neither has heard the other, then both hear, `first`
    first.
    """
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
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
        services.referral_not_arrived(actor=chen, referral=theirs)
        run_jobs()
        services.referral_arrive(actor=chen, referral=theirs)
        if further:
            services.referral_begin(actor=chen, referral=theirs)
    with acting_for(world.border.id):
        services.referral_close(actor=world.actor("asha"), referral=mine, reason="never_came")
    waiting = ProcrastinateJob.objects.filter(task_name="referrals.envelope_apply", status="todo")
    ordered = sorted(
        waiting, key=lambda job: (job.args["organisation"] != str(getattr(world, first).id), -job.id)
    )
    for job in ordered:
        envelope_apply(**job.args)
    run_jobs()
    return story.as_sent(world, mine), story.as_received(world, theirs)


@pytest.mark.parametrize("first", ["border", "welfare"])
@pytest.mark.parametrize("further", [False, True])
def test_an_arrival_outweighs_a_closing_that_did_not_know_of_it_in_whatever_order_they_are_heard(
    world: World, first: str, further: bool
) -> None:
    mine, theirs = crossed(world, first=first, further=further)
    state = "in_service" if further else "arrived"
    assert (mine.state, theirs.state) == (state, state)
    assert mine.due_at == theirs.due_at
    with acting_for(world.welfare.id):
        assert Act.objects.filter(subject=theirs.id, act="referral.closed", codes__late=True).exists()


def test_what_is_said_after_the_sender_withdrew_is_written_down_and_changes_nothing(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=world.actor("chen"), referral=theirs)
    with acting_for(world.border.id):
        services.referral_withdraw(actor=world.actor("asha"), referral=mine, reason="person")
        run_jobs()
        assert Act.objects.filter(subject=mine.id, act="referral.acknowledged").exists()
    assert story.as_sent(world, mine).state == "withdrawn"
    assert story.as_received(world, mine).state == "withdrawn"


def test_a_job_carries_ids_and_nothing_of_the_person(world: World) -> None:
    with acting_for(world.border.id):
        story.sent(world, story.WORKER, story.WORK)
    (job,) = ProcrastinateJob.objects.filter(task_name="referrals.envelope_apply")
    assert set(job.args) == {"envelope", "organisation"}
    assert all(uuid.UUID(value) for value in job.args.values())
