"""Consent decides: what a no, a withdrawal, an end, a child and danger to life allow, and what they
refuse.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from kimbilio.server.journal.models import Act
from kimbilio.server.journal.selectors import details_of
from kimbilio.server.kernel.errors import NotAllowed
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.services import consent_withdraw
from kimbilio.server.referrals import selectors, services
from kimbilio.server.referrals.models import Override, Referral
from kimbilio.server.referrals.refusals import ReferralRefused
from kimbilio.server.sharing.models import Envelope
from tests.rooms.referrals import story
from tests.world import World

REASON = "Invented reason: unconscious."


def refusal_of(world: World, referral: Referral) -> str:
    with pytest.raises(ReferralRefused) as refusal:
        services.referral_send(actor=world.actor("asha"), referral=referral)
    assert Envelope.objects.count() == 0
    assert str(refusal.value)
    return refusal.value.code.removeprefix("REFERRAL_").lower()


@pytest.mark.parametrize(
    ("answer", "reason"), [("no", "said_no"), ("not_now", "said_not_now"), ("not_asked", "not_asked")]
)
def test_nothing_is_sent_without_a_yes(world: World, answer: str, reason: str) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        draft = story.drafted(world, case, story.WORK)
        assert refusal_of(world, draft) == "not_asked"
        story.consent(world, case, story.WORK, answer)
        assert refusal_of(world, draft) == reason


def test_a_yes_to_another_agency_or_for_another_need_sends_nothing(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        draft = story.drafted(world, case, story.WORK)
        story.consent(world, case, story.WORK, recipient="ZZZ-HAVEN")
        story.consent(world, case, story.DANGER)
        assert refusal_of(world, draft) == "not_asked"


def test_a_consent_that_was_taken_back_sends_nothing(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        given = story.consent(world, case, story.WORK)
        draft = story.drafted(world, case, story.WORK)
        consent_withdraw(actor=world.actor("asha"), consent=given.id)
        assert refusal_of(world, draft) == "withdrawn"


def test_a_consent_that_has_run_out_sends_nothing(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        story.consent(world, case, story.WORK, expires_at=timezone.now() - timedelta(minutes=1))
        assert refusal_of(world, story.drafted(world, case, story.WORK)) == "expired"


def test_a_later_no_counts_more_than_an_earlier_yes(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        story.consent(world, case, story.WORK)
        story.consent(world, case, story.WORK, "no")
        assert refusal_of(world, story.drafted(world, case, story.WORK)) == "said_no"


def test_a_childs_yes_counts_only_when_the_child_was_told(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.CHILD)
        story.consent(world, case, story.ALONE)
        draft = story.drafted(world, case, story.ALONE)
        assert refusal_of(world, draft) == "child_not_told"
        story.consent(world, case, story.ALONE, "no", child_told=True)
        services.referral_send(actor=world.actor("asha"), referral=draft)
        assert Envelope.objects.count() == 1


def test_a_preview_before_the_question_shows_what_a_yes_would_send_and_says_that_it_waits(
    world: World,
) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        seen = selectors.preview(world.actor("asha"), case, desk=world.welfare_desk, category=story.WORK)
        assert (seen.refusal_code, seen.envelope["values"]["language"]) == ("not_asked", "ar")
        assert not any(field.agreed for field in seen.fields)
        story.consent(world, case, story.WORK, "no")
        seen = selectors.preview(world.actor("asha"), case, desk=world.welfare_desk, category=story.WORK)
        assert (seen.refusal_code, seen.envelope) == ("said_no", {})


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"answer": "no", "can_answer": False, "override_reason": REASON}, "said_no"),
        ({"answer": "not_asked", "can_answer": True, "override_reason": REASON}, "not_asked"),
        ({"answer": "not_asked", "can_answer": False, "override_reason": " "}, "override_without_reason"),
    ],
)
def test_life_at_risk_overrides_no_answer_that_was_given_and_nothing_without_a_reason(
    world: World, document: dict[str, object], reason: str
) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.IN_DANGER)
        story.consent(world, case, story.DANGER, **document)  # type: ignore[arg-type]  # a document's values
        found = refusal_of(world, story.drafted(world, case, story.DANGER))
    assert found == reason or (reason == "not_asked" and found == "person_can_answer")


def test_only_danger_to_life_can_be_shared_without_consent(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        story.consent(world, case, story.WORK, "not_asked", can_answer=False, override_reason=REASON)
        assert refusal_of(world, story.drafted(world, case, story.WORK)) == "not_asked"


def overridden(world: World) -> Referral:
    case = story.case_of(world, story.IN_DANGER)
    story.consent(world, case, story.DANGER, "not_asked", can_answer=False, override_reason=REASON)
    return services.referral_send(
        actor=world.actor("asha"), referral=story.drafted(world, case, story.DANGER)
    )


def test_who_shared_without_consent_cannot_confirm_it_themselves(world: World) -> None:
    with acting_for(world.border.id):
        sent = overridden(world)
        with pytest.raises(ReferralRefused) as refusal:
            services.referral_confirm_override(actor=world.actor("asha"), referral=sent)
        assert refusal.value.code == "REFERRAL_SAME_PERSON"
        with pytest.raises(IntegrityError), transaction.atomic():
            Override.objects.update(confirmed_by=world.member("asha"))


def test_sharing_without_consent_is_listed_until_and_after_a_second_person_confirms(world: World) -> None:
    with acting_for(world.border.id):
        sent = overridden(world)
        with pytest.raises(NotAllowed):
            selectors.overrides_listed(world.actor("asha"))
        (line,) = selectors.overrides_listed(world.actor("stefan"))
        assert (line.case_code, line.by, line.confirmed_by, line.overdue) == (
            sent.case.code,
            "Asha",
            "",
            False,
        )
        Override.objects.update(at=timezone.now() - timedelta(hours=25))
        assert selectors.overrides_listed(world.actor("stefan"))[0].overdue
        services.referral_confirm_override(actor=world.actor("sela"), referral=sent)
        assert selectors.overrides_listed(world.actor("stefan"))[0].confirmed_by == "Sela"
        act = Act.objects.get(act="consent.overridden")
        assert details_of([act])[act.id] == {"reason": REASON}
        assert REASON not in repr(act.codes)
