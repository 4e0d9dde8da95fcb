"""A follow-up from the phone: what is refused, what goes to a person, what becomes an act on the case."""

from __future__ import annotations

import uuid

import pytest

from kimbilio.server.forms.models import Submission
from kimbilio.server.journal.models import Act
from kimbilio.server.journal.selectors import details_of
from kimbilio.server.kernel import keystore
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import services as people
from kimbilio.server.people.models import Case
from tests.replay.filled import filled, follow_up
from tests.rooms.intake.test_understanding import arrive, case_of
from tests.world import World


def case_noticed_by_asha(world: World) -> Case:
    return case_of(world, arrive(world, filled(referrals=())))


def follow_ups(world: World, case: Case) -> list[Act]:
    with acting_for(world.border.id):
        return list(Act.objects.filter(case=case.id, act="case.followed_up"))


def assert_refused(world: World, row: Submission, case: Case, reason: str = "not_theirs") -> None:
    assert (row.state, row.reasons, row.case) == ("needs_a_look", [reason], None)
    assert follow_ups(world, case) == []


@pytest.mark.parametrize("named", ["", "not an id", str(uuid.UUID(int=7))])
def test_a_follow_up_of_no_case_goes_to_a_person(world: World, named: str) -> None:
    case = case_noticed_by_asha(world)
    assert_refused(world, arrive(world, follow_up(named)), case)


def test_a_follow_up_of_a_case_given_to_a_colleague_meanwhile_goes_to_a_person(world: World) -> None:
    case = case_noticed_by_asha(world)
    with acting_for(world.border.id):
        people.case_assign(actor=world.actor("sela"), case=case.id, member=world.member("ben"))
    assert_refused(world, arrive(world, follow_up(case.id, base=1)), case)


def test_a_follow_up_of_a_closed_or_erased_case_goes_to_a_person(world: World) -> None:
    closed, erased = case_noticed_by_asha(world), case_noticed_by_asha(world)
    with acting_for(world.border.id):
        people.case_stage_move(actor=world.actor("sela"), case=closed, stage="closed")
    keystore.ring_destroy(erased.person.ring)
    assert_refused(world, arrive(world, follow_up(closed.id)), closed)
    assert_refused(world, arrive(world, follow_up(erased.id)), erased)


def test_a_follow_up_whose_record_is_another_than_its_answer_goes_to_a_person(world: World) -> None:
    case, other = case_noticed_by_asha(world), case_noticed_by_asha(world)
    assert_refused(world, arrive(world, follow_up(case.id, record=other.id)), case, "unknown_answer")


@pytest.mark.parametrize("changed", [{"met_again": "by_telephone"}, {"how_now": "splendid"}])
def test_an_answer_that_the_form_does_not_offer_goes_to_a_person(
    world: World, changed: dict[str, str]
) -> None:
    case = case_noticed_by_asha(world)
    assert_refused(world, arrive(world, follow_up(case.id, changed)), case, "unknown_answer")


def test_a_follow_up_on_an_old_version_is_written_down_and_put_before_a_person(world: World) -> None:
    case = case_noticed_by_asha(world)
    with acting_for(world.border.id):
        people.case_assign(actor=world.actor("sela"), case=case.id, member=world.member("asha"))
    row = arrive(world, follow_up(case.id, base=1))
    assert (row.state, row.reasons, row.case) == ("needs_a_look", ["case_changed"], case.id)
    assert len(follow_ups(world, case)) == 1


def test_a_record_said_to_be_new_that_is_there_already_is_kept_and_put_before_a_person(world: World) -> None:
    case = case_noticed_by_asha(world)
    row = arrive(world, follow_up(case.id, create=True))
    assert (row.state, row.reasons, row.case) == ("needs_a_look", ["already_there"], case.id)
    assert len(follow_ups(world, case)) == 1


def test_two_follow_ups_made_without_signal_need_no_look(world: World) -> None:
    case, branch = case_noticed_by_asha(world), str(uuid.uuid4())
    first = arrive(world, follow_up(case.id, base=1, trunk=1, branch=branch))
    second = arrive(world, follow_up(case.id, base=2, trunk=1, branch=branch))
    assert (first.state, second.state) == ("understood", "understood")
    assert len(follow_ups(world, case)) == 2


def test_a_follow_up_becomes_an_act_of_the_officer_with_its_words_sealed(world: World) -> None:
    case = case_noticed_by_asha(world)
    row = arrive(world, follow_up(case.id))
    assert (row.state, row.case) == ("understood", case.id)
    (act,) = follow_ups(world, case)
    assert (act.member, act.device, act.codes) == (world.member("asha").id, world.device.id, {})
    answers = details_of([act])[act.id]["answers"]
    assert answers == {"met_again": "met", "how_now": "better", "follow_up_note": "Sleeps indoors now. ينام"}
    keystore.ring_destroy(case.person.ring)
    assert details_of([act]) == {}
