"""Which desks are suggested, why, and what is prepared or sent right after a screening."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.identity.services import desk_open
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.selectors import Case
from kimbilio.server.referrals import selectors, services
from kimbilio.server.referrals.models import Referral
from kimbilio.server.referrals.proposals import Proposal
from tests.rooms.referrals import story
from tests.world import World


def proposed(world: World, case: Case) -> list[Referral]:
    return services.referral_propose(
        actor=actor_of_system(world.border.id), case=case, consents=[], transaction=new_id()
    )


def only(world: World, case: Case) -> Proposal:
    (proposal,) = selectors.proposals_for(world.actor("asha"), case)
    return proposal


def test_proposals_are_for_those_who_see_the_case(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        with pytest.raises(NotVisible):
            selectors.proposals_for(world.actor("ben"), case)


def test_a_no_on_the_form_makes_no_draft_and_the_reason_stays_visible(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        story.consent(world, case, story.WORK, "no")
        assert proposed(world, case) == []
        found = only(world, case)
        assert (found.blocked, found.suggestions) == ("said_no", [])


def test_a_blocked_step_suggests_no_desk(world: World) -> None:
    desk = story.haven_found()
    travel = desk_open(organisation=desk.organisation, name="Travel desk", service_types=["return"])
    home = story.ADULT | {"fear_return": "no", "stuck": ["cannot_move", "wants_to_go_home"]}
    with acting_for(world.border.id):
        afraid, not_afraid = story.case_of(world, story.STRANDED_AND_AFRAID), story.case_of(world, home)
        for case, offers in ((afraid, False), (not_afraid, True)):
            stranded = next(
                proposal
                for proposal in selectors.proposals_for(world.actor("asha"), case)
                if proposal.category == "stranded_migrant"
            )
            assert (travel.id in {each.desk.desk.id for each in stranded.suggestions}) is offers


def test_a_need_with_a_referral_under_way_is_proposed_no_more_and_again_after_a_decline(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    with acting_for(world.border.id):
        assert selectors.proposals_for(world.actor("asha"), mine.case) == []
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=world.actor("chen"), referral=theirs)
        services.referral_decline(
            actor=world.actor("chen"), referral=theirs, reason="no_capacity", other_desk=world.other_desk
        )
        story.run_jobs()
    with acting_for(world.border.id):
        assert only(world, mine.case).category == story.WORK


def test_the_first_suggestion_is_the_desk_that_the_pathway_names_with_its_reasons(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        found = only(world, case)
    first, second = found.suggestions
    assert (found.lead_agency, found.priority, found.asked_key) == ("ZZZ-CARE", "normal", "step:ZZZ-worker:1")
    assert (first.desk.desk.id, first.suggested) == (world.welfare_desk.id, True)
    assert first.reasons == [("pathway", {"hours": 48}), ("open_always", {}), ("speaks", {"language": "ar"})]
    assert first.warnings == [("never_verified", {})]
    assert (second.desk.desk.id, second.suggested) == (world.other_desk.id, False)
    assert ("other_service", {}) in second.warnings


def test_how_a_desk_answered_before_is_counted(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=world.actor("chen"), referral=theirs)
        story.run_jobs()
    with acting_for(world.border.id):
        card = next(
            card for card in selectors.directory(world.actor("asha")) if card.desk == world.welfare_desk
        )
        assert (card.answered, card.asked) == (1, 1)
        Referral.objects.filter(id=mine.id).update(answer_by=timezone.now() - timedelta(days=1))
        card = next(
            card for card in selectors.directory(world.actor("asha")) if card.desk == world.welfare_desk
        )
        assert (card.answered, card.asked) == (0, 1)


def test_an_entry_that_nobody_checked_for_ninety_days_is_stale(world: World) -> None:
    for days, stale in ((90, False), (91, True)):
        world.welfare_desk.verified_on = timezone.localdate() - timedelta(days=days)
        world.welfare_desk.save()
        card = next(
            card for card in selectors.directory(world.actor("asha")) if card.desk == world.welfare_desk
        )
        assert (card.verified_days, card.stale) == (days, stale)


def test_services_that_the_pack_names_and_no_desk_offers_are_to_be_entered(world: World) -> None:
    missing = {service.id for service in selectors.services_without_desk(world.actor("asha"))}
    assert "ZZZ-HAVEN-asylum" in missing
    assert "ZZZ-CARE-case_management" not in missing


@pytest.mark.parametrize("answer", [None, "not_asked"])
def test_a_need_nobody_was_asked_about_becomes_a_draft_and_nothing_is_sent(
    world: World, answer: str | None
) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        if answer:
            story.consent(world, case, story.WORK, answer)
        (draft,) = proposed(world, case)
        assert (draft.state, draft.desk_id) == ("draft", world.welfare_desk.id)


def send_after_yes(world: World, case: Case, category: str, **document: Any) -> list[Referral]:
    given = story.consent(world, case, category, **document)
    return services.referral_propose(
        actor=actor_of_system(world.border.id), case=case, consents=[given], transaction=new_id()
    )


def test_a_yes_on_the_form_sends_the_referral_at_once_and_running_it_again_sends_nothing_more(
    world: World,
) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        (referral,) = send_after_yes(world, case, story.WORK)
        assert referral.state == "sent"
        assert proposed(world, case) == []
    with acting_for(world.welfare.id):
        assert story.received(world, referral).desk_id == world.welfare_desk.id


def test_a_yes_with_two_desks_goes_at_once_to_the_more_fitting(world: World) -> None:
    never = {"mon": [["00:00", "00:01"]]}
    desk_open(
        organisation=world.welfare, name="A closed desk", service_types=["case_management"], hours=never
    )
    with acting_for(world.border.id):
        (referral,) = send_after_yes(world, story.case_of(world, story.WORKER), story.WORK)
        assert (referral.state, referral.desk_id) == ("sent", world.welfare_desk.id)


def test_a_childs_no_still_prepares_a_referral_to_the_agency_that_protects_children(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.CHILD)
        story.consent(world, case, story.ALONE, "no", child_told=True)
        (proposal,) = [
            row for row in selectors.proposals_for(world.actor("asha"), case) if row.category == story.ALONE
        ]
        assert proposal.blocked == ""
        assert proposal.suggestions[0].desk.desk.organisation_id == world.welfare.id
        assert {row.desk_id for row in proposed(world, case)} == {world.welfare_desk.id}


def test_an_adults_no_prepares_nothing(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        story.consent(world, case, story.WORK, "no")
        assert proposed(world, case) == []


def test_a_childs_yes_without_the_telling_waits_as_a_draft(world: World) -> None:
    with acting_for(world.border.id):
        (referral,) = send_after_yes(world, story.case_of(world, story.CHILD), story.ALONE)
        assert referral.state == "draft"
        (referral,) = send_after_yes(world, story.case_of(world, story.CHILD), story.ALONE, child_told=True)
        assert referral.state == "sent"
