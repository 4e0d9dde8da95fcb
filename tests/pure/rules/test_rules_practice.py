"""Practising on invented people: what the form shows, what is right, what was noticed. With the republic `zz`."""

from __future__ import annotations

import pytest

from kimbilio.packs import load
from kimbilio.rules import Answer, RuleError, Ruleset
from kimbilio.rules.practice import (
    Comparison,
    Missed,
    Reply,
    Sign,
    closed_questions,
    compare,
    heard,
    questions_shown,
    right_answers,
    wants_privacy,
)

TALK: dict[str, Answer] = {"private_place": "yes", "interpreter": "none_needed", "consent_talk": "yes"}
CONTROLLED = {
    "private_place": Reply(("yes",)),
    "interpreter": Reply(("none_needed",)),
    "consent_talk": Reply(("yes",)),
    "age_band": Reply(("18_plus",)),
    "fear_return": Reply(("no",)),
    "forced_or_controlled": Reply(("yes",), "alone"),
    "threatened": Reply(("yes",), "alone"),
    "stuck": Reply((), "unsaid"),
}
CHILD = CONTROLLED | {
    "age_band": Reply(("under_12",)),
    "social_worker": Reply(("no",)),
    "with_whom": Reply(("someone_met_on_the_way",)),
}
NOTICES = (("threatened", "yes"), ("forced_or_controlled", "yes"), ("fear_return", "no"))


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return load("zz").ruleset


def compared(ruleset: Ruleset, given: dict[str, Answer], **asked: bool) -> Comparison:
    return compare(given, asked, replies=CONTROLLED, notices=NOTICES, ruleset=ruleset)


def test_an_answer_that_the_form_does_not_offer_is_refused(ruleset: Ruleset) -> None:
    with pytest.raises(RuleError, match="no such choice"):
        compared(ruleset, {"fear_return": "perhaps"})


def test_a_question_that_may_not_be_asked_is_not_shown(ruleset: Ruleset) -> None:
    shown = questions_shown(TALK | {"private_place": "no", "age_band": "18_plus"}, ruleset)
    assert "threatened" not in shown
    assert "fear_return" in shown


def test_an_answer_to_a_question_that_is_not_shown_opens_no_other(ruleset: Ruleset) -> None:
    """`fled` comes up with a yes to `fear_return`; without consent to talk neither is shown."""
    assert "fled" in questions_shown(TALK | {"fear_return": "yes"}, ruleset)
    assert "fled" not in questions_shown({"consent_talk": "no", "fear_return": "yes"}, ruleset)


def test_without_consent_everything_asked_of_the_person_is_closed(ruleset: Ruleset) -> None:
    closed = closed_questions(TALK | {"consent_talk": "no"}, ruleset)
    assert {"age_band", "fear_return", "health"} <= closed
    assert "volunteered" not in closed


def test_what_is_said_only_alone_is_not_said_before_others(ruleset: Ruleset) -> None:
    reply = CONTROLLED["forced_or_controlled"]
    assert not heard(reply, {})
    assert not heard(reply, {"private_place": "no"})
    assert heard(reply, {"private_place": "yes"})
    assert not heard(CONTROLLED["stuck"], {"private_place": "yes"})


def test_the_right_answers_hold_what_comes_up_and_a_skip_for_what_is_not_said(ruleset: Ruleset) -> None:
    right = right_answers(CONTROLLED, ruleset)
    assert right["forced_or_controlled"] == "yes"
    assert right["stuck"] == ("skip",)
    assert "social_worker" not in right  # an adult: it never comes up


def test_with_a_child_and_no_social_worker_the_right_answers_leave_the_hard_questions_out(
    ruleset: Ruleset,
) -> None:
    right = right_answers(CHILD, ruleset)
    assert right["social_worker"] == "no"
    assert not {"forced_or_controlled", "threatened"} & right.keys()


def test_nothing_written_misses_everything_and_says_why(ruleset: Ruleset) -> None:
    found = compared(ruleset, {})
    assert found.noticed == ()
    assert [(missed.sign.question, missed.why) for missed in found.missed] == [
        ("fear_return", "not_shown"),
        ("forced_or_controlled", "not_shown"),
        ("threatened", "not_shown"),
    ]
    assert found.yours.needs == ()
    assert [need.category for need in found.right.needs] == ["victim_of_trafficking"]


def test_what_was_noticed_stands_beside_what_was_not_asked_and_what_was_answered_otherwise(
    ruleset: Ruleset,
) -> None:
    found = compared(
        ruleset, TALK | {"age_band": "18_plus", "fear_return": "no", "forced_or_controlled": "no"}
    )
    assert found.noticed == (Sign("fear_return", "no", ""),)
    assert found.missed == (
        Missed(Sign("forced_or_controlled", "yes", "TIP-00"), "answered_otherwise"),
        Missed(Sign("threatened", "yes", "TIP-FO-01-A"), "not_asked"),
    )


def test_the_right_answers_miss_nothing_and_add_nothing(ruleset: Ruleset) -> None:
    found = compared(ruleset, right_answers(CONTROLLED, ruleset))
    assert (found.missed, found.not_there, found.not_to_be_asked, found.overheard) == ((), (), (), ())
    assert found.yours == found.right


def test_an_alarming_answer_that_was_not_given_is_not_there_and_a_harmless_one_is_passed_over(
    ruleset: Ruleset,
) -> None:
    found = compared(ruleset, TALK | {"age_band": "18_plus", "fear_return": "yes", "sex": "woman"})
    assert found.not_there == (Sign("fear_return", "yes", "ASY-01"),)


def test_a_question_closed_with_this_person_was_not_to_be_asked_whatever_the_officer_wrote(
    ruleset: Ruleset,
) -> None:
    given = TALK | {"age_band": "under_12", "social_worker": "yes", "forced_or_controlled": "no"}
    found = compare(given, {"threatened": True}, replies=CHILD, notices=(), ruleset=ruleset)
    assert found.not_to_be_asked == ("forced_or_controlled", "threatened")


def test_a_private_question_asked_where_others_hear_is_told_and_another_is_not(ruleset: Ruleset) -> None:
    found = compared(
        ruleset, {}, forced_or_controlled=False, health=False, fear_return=False, threatened=True
    )
    assert found.overheard == ("forced_or_controlled", "health")


def test_a_question_wants_privacy_when_it_closes_as_soon_as_others_hear(ruleset: Ruleset) -> None:
    assert wants_privacy("health", ruleset)
    assert not wants_privacy("fear_return", ruleset)
