"""Any sequence of acts by both sides, with clocks and late envelopes between them, stays within the pack's
table.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kimbilio.packs import load
from kimbilio.rules.referral import check_move
from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.kernel.errors import KimbilioError
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Case
from kimbilio.server.referrals import services
from kimbilio.server.referrals.course import can_become, stage_for
from kimbilio.server.referrals.models import Referral
from tests.jobs import run_jobs
from tests.rooms.referrals import story
from tests.world import World

TABLE = load("zz").ruleset
STATES = sorted(TABLE.referral_states)


Act = Callable[[World, Referral, Referral], Referral]

ACTS: dict[str, tuple[str, Act]] = {
    "acknowledge": (
        "acknowledged",
        lambda w, _, r: services.referral_acknowledge(actor=w.actor("chen"), referral=r),
    ),
    "ask": (
        "information_needed",
        lambda w, _, r: services.referral_ask(actor=w.actor("chen"), referral=r, field="health"),
    ),
    "accept": (
        "accepted",
        lambda w, _, r: services.referral_accept(
            actor=w.actor("chen"),
            referral=r,
            transport="walks",
            when=timezone.now(),
            escort="carer",
            bed="none_free",
        ),
    ),
    "decline": (
        "declined",
        lambda w, _, r: services.referral_decline(
            actor=w.actor("chen"), referral=r, reason="no_capacity", other_desk=w.other_desk
        ),
    ),
    "arrive": ("arrived", lambda w, _, r: services.referral_arrive(actor=w.actor("chen"), referral=r)),
    "not_arrived": (
        "not_arrived",
        lambda w, _, r: services.referral_not_arrived(actor=w.actor("chen"), referral=r),
    ),
    "begin": ("in_service", lambda w, _, r: services.referral_begin(actor=w.actor("chen"), referral=r)),
    "complete": (
        "completed",
        lambda w, _, r: services.referral_complete(actor=w.actor("chen"), referral=r, outcome="helped"),
    ),
    "close": (
        "closed",
        lambda w, _, r: services.referral_close(actor=w.actor("chen"), referral=r, reason="moved_on"),
    ),
    "answer": (
        "acknowledged",
        lambda w, s, _: services.referral_answer(actor=w.actor("asha"), referral=s, fields=[]),
    ),
    "withdraw": (
        "withdrawn",
        lambda w, s, _: services.referral_withdraw(actor=w.actor("asha"), referral=s, reason="person"),
    ),
}
SENDERS = {"answer", "withdraw"}


@given(st.sampled_from(STATES), st.sampled_from(STATES), st.sampled_from(["sender", "receiver", "system"]))
def test_what_can_be_heard_includes_every_single_step_and_nothing_after_an_end(
    state: str, to: str, party: str
) -> None:
    heard = can_become(state, to, party, TABLE)  # type: ignore[arg-type]  # sampled from the parties
    if not check_move(state, to, party, TABLE):  # type: ignore[arg-type]  # likewise
        assert heard
    if not TABLE.referral_states[state]:
        assert not heard
    if heard:
        assert any(not check_move(before, to, party, TABLE) for before in STATES)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.sampled_from(["sent", "received"]), st.sampled_from(STATES)), max_size=4))
def test_the_stage_follows_from_the_states_in_any_order(referrals: list[tuple[str, str]]) -> None:
    stage = stage_for(referrals, TABLE)
    assert stage == stage_for(reversed(referrals), TABLE)
    assert (stage is None) == all(state == "draft" for _, state in referrals)
    if any(state == "in_service" for _, state in referrals):
        assert stage == "in_care"


STEPS = st.lists(st.sampled_from([*ACTS, "deliver", "clock"]), min_size=1, max_size=9)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_sequence_of_acts_leaves_the_table_and_both_sides_agree_when_all_is_delivered(
    world: World, steps: list[str]
) -> None:
    mine, theirs = _begun(world)
    with transaction.atomic():
        _walk(world, mine, theirs, steps)
        # Takes back what one example did, so that the next begins from the same rows
        transaction.set_rollback(True)


_BEGUN: dict[int, tuple[Referral, Referral]] = {}


def _begun(world: World) -> tuple[Referral, Referral]:
    """One referral for all examples of the running test, since each example is taken back."""
    if id(world) not in _BEGUN:
        _BEGUN.clear()
        _BEGUN[id(world)] = story.arrived_at(
            world, story.CONTROLLED, story.TRAFFICKED, answer="yes_but_not_all", fields=["language", "needs"]
        )
    return _BEGUN[id(world)]


def _walk(world: World, mine: Referral, theirs: Referral, steps: list[str]) -> None:
    for step in steps:
        if step == "deliver":
            run_jobs()
        elif step == "clock":
            _clocks(mine, theirs)
        else:
            _try(world, mine, theirs, step)
    run_jobs()
    here, there = story.as_sent(world, mine), story.as_received(world, theirs)
    ended_apart = not TABLE.referral_states[here.state] and not TABLE.referral_states[there.state]
    # Each side runs its own clock: one may have noted that nobody arrived before the other looks
    clock_to_run = {here.state, there.state} == {"accepted", "not_arrived"}
    assert here.state == there.state or ended_apart or clock_to_run or "expired" in (here.state, there.state)
    for row in (here, there):
        with acting_for(row.organisation_id):
            stage = stage_for([(row.side, row.state)], TABLE)
            assert Case.objects.get(id=row.case_id).stage == stage


def _try(world: World, mine: Referral, theirs: Referral, step: str) -> None:
    to, act = ACTS[step]
    row, party = (mine, "sender") if step in SENDERS else (theirs, "receiver")
    with acting_for(row.organisation_id):
        before = Referral.objects.get(id=row.id).state
        allowed = not check_move(before, to, party, TABLE)  # type: ignore[arg-type]  # one of the parties
        try:
            with transaction.atomic():
                after = act(world, mine, theirs).state
        except KimbilioError:
            assert not allowed or step == "ask"
            assert Referral.objects.get(id=row.id).state == before
        else:
            assert allowed
            assert after == to


def _clocks(mine: Referral, theirs: Referral) -> None:
    for row in (mine, theirs):
        with acting_for(row.organisation_id):
            services.referral_clock_run(
                actor=actor_of_system(row.organisation_id),
                referral=row.id,
                now=timezone.now() + timedelta(days=30),
            )
