"""From a case to an accepted referral and to its outcome, on both sides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kimbilio.server.access.rules import Purpose
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import NotAllowed, NotVisible
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import selectors as people
from kimbilio.server.people.models import Case
from kimbilio.server.referrals import selectors, services
from kimbilio.server.referrals.models import Referral
from kimbilio.server.referrals.refusals import ReferralRefused
from kimbilio.server.sharing.models import Envelope
from kimbilio.server.sharing.services import envelope_open
from tests.jobs import run_jobs
from tests.rooms.referrals import story
from tests.world import World

WAY = {"transport": "walks", "escort": "none_wanted", "bed": "none_free"}


def accepted(world: World, theirs: Referral) -> None:
    chen = world.actor("chen")
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=chen, referral=theirs)
        services.referral_accept(actor=chen, referral=theirs, when=timezone.now(), **WAY)
        run_jobs()


def test_a_third_organisation_finds_neither_row_nor_envelope_nor_case(world: World) -> None:
    desk = story.haven_found()
    story.arrived_at(world, story.WORKER, story.WORK)
    with acting_for(desk.organisation_id):
        assert (Referral.objects.count(), Envelope.objects.count(), Case.objects.count()) == (0, 0, 0)


def test_a_caseworker_at_another_desk_and_an_officer_of_another_shift_find_nothing(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    with acting_for(world.welfare.id), pytest.raises(NotVisible):
        selectors.referral_get(world.actor("dora"), theirs.id)
    with acting_for(world.welfare.id), pytest.raises(NotVisible):
        services.referral_acknowledge(actor=world.actor("dora"), referral=theirs)
    with acting_for(world.border.id), pytest.raises(NotVisible):
        selectors.referral_get(world.actor("ben"), mine.id)


@pytest.mark.parametrize("name", ["dalia", "stefan", "ada"])
def test_an_analyst_a_steward_and_an_auditor_neither_see_nor_send(world: World, name: str) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        story.consent(world, case, story.WORK)
        draft = story.drafted(world, case, story.WORK)
        with pytest.raises(NotVisible):
            services.referral_send(actor=world.actor(name), referral=draft)


def test_a_registrar_sees_a_referral_and_may_not_send_it(world: World) -> None:
    sela = world.member("sela")
    sela.role = "registrar"
    sela.save()
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        story.consent(world, case, story.WORK)
        draft = story.drafted(world, case, story.WORK)
        assert selectors.referral_get(world.actor("sela"), draft.id) == draft
        with pytest.raises(NotAllowed):
            services.referral_send(actor=world.actor("sela"), referral=draft)


def test_neither_side_takes_the_others_step(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    with acting_for(world.border.id), pytest.raises(ReferralRefused) as sender:
        services.referral_acknowledge(actor=world.actor("asha"), referral=mine)
    with acting_for(world.welfare.id), pytest.raises(ReferralRefused) as receiver:
        services.referral_withdraw(actor=world.actor("chen"), referral=theirs, reason="person")
    assert sender.value.code == receiver.value.code == "REFERRAL_NOT_YOUR_MOVE"


def test_a_desk_of_ones_own_organisation_and_a_closed_desk_get_no_referral(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        world.welfare_desk.open = False
        for desk, code in (
            (world.border_desk, "REFERRAL_OWN_DESK"),
            (world.welfare_desk, "REFERRAL_DESK_CLOSED"),
        ):
            with pytest.raises(ReferralRefused) as refusal:
                services.referral_draft(actor=world.actor("asha"), case=case, category=story.WORK, desk=desk)
            assert refusal.value.code == code


def test_a_need_that_has_a_referral_under_way_gets_no_second_one(world: World) -> None:
    mine, _ = story.arrived_at(world, story.WORKER, story.WORK)
    with acting_for(world.border.id), pytest.raises(ReferralRefused) as refusal:
        story.drafted(world, mine.case, story.WORK)
    assert refusal.value.code == "REFERRAL_UNDER_WAY"


def test_a_decline_without_another_desk_or_a_reason_of_the_list_is_refused(world: World) -> None:
    _, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    chen = world.actor("chen")
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=chen, referral=theirs)
        for reason, desk, field in (
            ("no_capacity", None, "other_desk"),
            ("no_capacity", world.welfare_desk, "other_desk"),
            ("too far away", world.other_desk, "reason"),
        ):
            with pytest.raises(ReferralRefused) as refusal:
                services.referral_decline(actor=chen, referral=theirs, reason=reason, other_desk=desk)
            assert [each.field for each in refusal.value.refusals] == [field]
    assert story.as_received(world, theirs).state == "acknowledged"


def test_free_text_cannot_end_a_referral_because_the_sender_would_hear_it(world: World) -> None:
    _, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    accepted(world, theirs)
    with acting_for(world.welfare.id):
        services.referral_arrive(actor=world.actor("chen"), referral=theirs)
        with pytest.raises(ReferralRefused):
            services.referral_close(actor=world.actor("chen"), referral=theirs, reason="She told us that …")


def test_a_child_without_an_escort_is_not_accepted(world: World) -> None:
    _, theirs = story.arrived_at(world, story.CHILD, story.ALONE, child_told=True)
    chen = world.actor("chen")
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=chen, referral=theirs)
        with pytest.raises(ReferralRefused) as refusal:
            services.referral_accept(actor=chen, referral=theirs, when=timezone.now(), **WAY)
        assert refusal.value.code == "REFERRAL_CHILD_NEEDS_ESCORT"
        services.referral_accept(
            actor=chen, referral=theirs, when=timezone.now(), **{**WAY, "escort": "carer"}
        )
    assert story.as_received(world, theirs).state == "accepted"


def test_the_whole_walk_from_the_post_to_help_completed_stands_on_both_timelines(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    assert theirs.case.code != mine.case.code
    accepted(world, theirs)
    with acting_for(world.welfare.id):
        chen = world.actor("chen")
        services.referral_arrive(actor=chen, referral=theirs)
        services.referral_begin(actor=chen, referral=theirs)
        assert Case.objects.get(id=theirs.case_id).stage == "in_care"
        services.referral_complete(actor=chen, referral=theirs, outcome="helped")
        run_jobs()
        assert Case.objects.get(id=theirs.case_id).stage == "settled"
        heard_there = list(
            Act.objects.filter(case=theirs.case_id).order_by("id").values_list("act", flat=True)
        )
    with acting_for(world.border.id):
        assert Case.objects.get(id=mine.case_id).stage == "settled"
        assert Referral.objects.get(id=mine.id).state == "completed"
        heard_here = list(Act.objects.filter(case=mine.case_id).order_by("id").values_list("act", flat=True))
    states = ["acknowledged", "accepted", "arrived", "in_service", "completed"]
    for acts, first in ((heard_here, "referral.sent"), (heard_there, "referral.received")):
        walked = [act for act in acts if act.startswith("referral.") and act != "referral.drafted"]
        assert walked == [first, *(f"referral.{state}" for state in states)]


def test_the_receiver_works_on_a_case_of_its_own_made_of_the_shared_values_alone(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    with acting_for(world.welfare.id):
        facts = people.facts_of(theirs.case)
        case = people.case_get(world.actor("chen"), theirs.case.code, for_=Purpose.CASEWORK)
        assert [need["category"] for need in people.screening_of(theirs.case)["needs"]] == [story.WORK]
    assert set(facts) == {"case_code", "age_band", "sex", "language", "needs", "safe_contact"}
    assert facts["case_code"] == mine.case.code
    assert (case.desk_id, case.stage, case.priority) == (world.welfare_desk.id, "referred", "normal")


def test_the_envelope_holds_exactly_what_the_preview_showed(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.CONTROLLED)
        story.consent(
            world, case, story.TRAFFICKED, "yes_but_not_all", fields=["language", "needs", "health"]
        )
        seen = selectors.preview(
            world.actor("asha"),
            case,
            desk=world.welfare_desk,
            category=story.TRAFFICKED,
            fields=["language", "health"],
        )
        draft = story.drafted(world, case, story.TRAFFICKED, fields=["language", "health"])
        services.referral_send(actor=world.actor("asha"), referral=draft)
    with acting_for(world.welfare.id):
        envelope = Envelope.objects.get(thread=draft.thread)
        _, opened = envelope_open(actor=world.actor("chen"), envelope=envelope.id)
    assert {name: value for name, value in opened.items() if name not in ("n", "at")} == seen.envelope
    assert opened["values"] == {
        "case_code": case.code,
        "priority": "urgent",
        "language": "ar",
        "health": ["medicine"],
    }
    assert {field.field: field.reason for field in seen.fields} == {
        "case_code": "agreed",
        "priority": "agreed",
        "language": "agreed",
        "health": "agreed",
        "needs": "unticked",
        "safe_contact": "held_back",
    }


def test_a_need_that_was_held_back_stands_nowhere_in_the_envelope(world: World) -> None:
    with acting_for(world.border.id):
        sent = story.sent(
            world, story.CONTROLLED, story.TRAFFICKED, answer="yes_but_not_all", fields=["language"]
        )
        envelope = sealed.read(sent)["envelope"]
    assert "trafficking" not in repr({**envelope, "may_ask": []})


def test_the_sender_hears_codes_and_no_notes(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    chen = world.actor("chen")
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=chen, referral=theirs)
        services.referral_decline(
            actor=chen,
            referral=theirs,
            reason="no_capacity",
            other_desk=world.other_desk,
            why="Kept here only.",
        )
        run_jobs()
        assert Case.objects.get(id=theirs.case_id).stage == "closed"
    with acting_for(world.border.id):
        row = Referral.objects.get(id=mine.id)
        heard = selectors.referral_read(world.actor("asha"), row).document
        assert Case.objects.get(id=mine.case_id).stage == "noticed"
        assert "Kept here only" not in repr(sealed.read(row))
    assert (row.state, heard["reason"], heard["other_desk"]) == (
        "declined",
        "no_capacity",
        str(world.other_desk.id),
    )


def test_what_was_asked_is_answered_only_after_a_further_yes(world: World) -> None:
    mine, theirs = story.arrived_at(
        world, story.CONTROLLED, story.TRAFFICKED, answer="yes_but_not_all", fields=["language"]
    )
    chen, asha = world.actor("chen"), world.actor("asha")
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=chen, referral=theirs)
        for field in ("name", "language"):
            with pytest.raises(ReferralRefused) as refusal:
                services.referral_ask(actor=chen, referral=theirs, field=field)
            assert refusal.value.code == "REFERRAL_OUTSIDE_SHARE_PROFILE"
        services.referral_ask(actor=chen, referral=theirs, field="health")
        run_jobs()
    with acting_for(world.border.id):
        row = Referral.objects.get(id=mine.id)
        assert row.state == "information_needed"
        with pytest.raises(ReferralRefused) as refusal:
            services.referral_answer(actor=asha, referral=row, fields=["health"])
        assert refusal.value.code == "REFERRAL_FURTHER_YES"
        story.consent(world, row.case, story.TRAFFICKED, "yes_but_not_all", fields=["language", "health"])
        services.referral_answer(actor=asha, referral=row, fields=["health"])
        run_jobs()
    with acting_for(world.welfare.id):
        assert Referral.objects.get(id=theirs.id).state == "acknowledged"
        assert people.facts_of(Case.objects.get(id=theirs.case_id))["health"] == ["medicine"]
    assert story.as_sent(world, mine).state == "acknowledged"


def test_a_question_may_be_answered_with_nothing(world: World) -> None:
    mine, theirs = story.arrived_at(
        world, story.CONTROLLED, story.TRAFFICKED, answer="yes_but_not_all", fields=["language"]
    )
    with acting_for(world.welfare.id):
        services.referral_acknowledge(actor=world.actor("chen"), referral=theirs)
        services.referral_ask(actor=world.actor("chen"), referral=theirs, field="health")
        run_jobs()
    with acting_for(world.border.id):
        services.referral_answer(actor=world.actor("asha"), referral=mine, fields=[])
        run_jobs()
    with acting_for(world.welfare.id):
        assert "health" not in people.facts_of(Case.objects.get(id=theirs.case_id))
    assert story.as_received(world, theirs).state == "acknowledged"


def test_pressing_a_button_twice_does_nothing_twice(world: World) -> None:
    asha, press = world.actor("asha"), new_id()
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        story.consent(world, case, story.WORK)
        drafts = [story.drafted(world, case, story.WORK, transaction=press) for _ in range(2)]
        assert drafts[0] == drafts[1]
        for _ in range(2):
            services.referral_send(actor=asha, referral=drafts[0], transaction=press)
        assert Envelope.objects.count() == 1
    with acting_for(world.welfare.id):
        theirs = story.received(world, drafts[0])
        for _ in range(2):
            services.referral_acknowledge(actor=world.actor("chen"), referral=theirs, transaction=press)
        assert Envelope.objects.filter(sender=world.welfare).count() == 1


def test_the_sender_withdraws_and_the_receiver_hears_it(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    with acting_for(world.border.id):
        services.referral_withdraw(actor=world.actor("asha"), referral=mine, reason="person")
        run_jobs()
    row = story.as_received(world, theirs)
    assert (row.state, row.due_at, row.escalate_at) == ("withdrawn", None, None)


def test_a_reason_that_is_not_on_the_lists_of_the_pack_is_refused(world: World) -> None:
    mine, _ = story.arrived_at(world, story.WORKER, story.WORK)
    with acting_for(world.border.id), pytest.raises(ReferralRefused):
        services.referral_withdraw(actor=world.actor("asha"), referral=mine, reason="went_away")
    with acting_for(world.border.id), pytest.raises(ReferralRefused):
        services.referral_close(actor=world.actor("asha"), referral=mine, reason="went_away")


def test_the_clocks_of_both_sides_agree_at_every_step(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.IN_DANGER, story.DANGER)
    assert theirs.due_at is not None
    assert mine.sent_at is not None
    assert theirs.due_at - mine.sent_at == timedelta(minutes=30)
    for step in (services.referral_acknowledge, None):
        with acting_for(world.welfare.id):
            if step:
                step(actor=world.actor("chen"), referral=theirs)
            else:
                services.referral_accept(
                    actor=world.actor("chen"), referral=theirs, when=timezone.now(), **WAY
                )
            run_jobs()
        here, there = story.as_sent(world, mine), story.as_received(world, theirs)
        assert (here.state, here.due_at, here.escalate_at) == (there.state, there.due_at, there.escalate_at)
    assert here.due_at is not None
    assert here.accepted_at is not None
    assert here.due_at - here.accepted_at == timedelta(hours=3)


def test_opening_a_referral_is_an_act_and_the_name_stays_closed(world: World) -> None:
    _, theirs = story.arrived_at(world, story.CHILD, story.ALONE, child_told=True)
    with acting_for(world.welfare.id):
        reading = selectors.referral_read(world.actor("chen"), theirs)
        assert Act.objects.filter(act="case.opened", case=theirs.case_id).count() == 1
    assert reading.has_name
    assert "Invented" not in repr(reading.document)
    assert reading.moves == ("acknowledged",)
