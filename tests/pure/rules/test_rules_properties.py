"""What holds for every set of answers, tried on the Zambian rules with answers drawn at random."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kimbilio.rules import Ruleset, Screening, screen
from kimbilio.rules.answers import read_answers
from kimbilio.rules.expressions import NOT_ANSWERS
from kimbilio.rules.openness import judge

Answers = dict[str, Any]

few = settings(max_examples=150, deadline=None)
STANDING = {"asylum_seeker", "refugee", "rejected_asylum_seeker", "torture_survivor"}


def answer_sets(ruleset: Ruleset) -> st.SearchStrategy[Answers]:
    """Answers to some of the questions, most of them where the person agreed to talk in private.

    A seed is drawn, and the answers from it: sixty choices drawn one by one take
    Hypothesis far longer than the screening itself.
    """
    return st.integers(0, 2**32 - 1).map(lambda seed: _answers(ruleset, random.Random(seed)))


def _answers(ruleset: Ruleset, chance: random.Random) -> Answers:
    share = chance.choice([0.1, 0.3, 0.6])
    answers: Answers = {}
    for question in ruleset.questions.values():
        if question.choices and chance.random() < share:
            several = chance.sample(question.choices, min(chance.randint(1, 3), len(question.choices)))
            answers[question.name] = several if question.kind == "several" else several[0]
    if chance.random() < 0.75:
        answers |= {"private_place": "yes", "consent_talk": "yes", "interpreter": "none_needed"}
    if chance.random() < 0.5:
        answers["social_worker"] = "present"
    return answers


def raised(answers: Answers, ruleset: Ruleset) -> set[str]:
    judgement, _ = judge(read_answers(answers, ruleset), ruleset)
    return {indicator for indicator in ruleset.indicators if judgement.raised(indicator)}


def standing(screening: Screening) -> dict[str, int]:
    """The strength of each need found; presumed is more than potential."""
    return {need.category: 2 if need.result == "presumed" else 1 for need in screening.needs}


@few
@given(data=st.data())
def test_adding_an_answer_that_raises_an_indicator_never_lowers_a_need(
    data: st.DataObject, zambia: Ruleset
) -> None:
    answers = data.draw(answer_sets(zambia))
    row = data.draw(st.sampled_from([row for row in zambia.raises if row.indicator]))
    question = zambia.questions[row.question]
    before = answers.get(row.question)
    if question.kind == "several":
        more = {**answers, row.question: [*(before or []), row.choice]}
    else:
        assume(before is None)
        more = {**answers, row.question: row.choice}
    old, new = screen(answers, zambia), screen(more, zambia)
    assume(old.facts["is_child"] == new.facts["is_child"])
    assume(row.indicator in raised(more, zambia))

    assert all(standing(new).get(category, 0) >= was for category, was in standing(old).items())
    ranks = list(zambia.priorities)
    if old.priority:
        assert new.priority is not None
        assert ranks.index(new.priority) <= ranks.index(old.priority)


@few
@given(data=st.data())
def test_the_order_of_the_answers_does_not_matter(data: st.DataObject, zambia: Ruleset) -> None:
    answers = data.draw(answer_sets(zambia))
    names = data.draw(st.permutations(list(answers)))
    turned = {
        name: answers[name][::-1] if isinstance(answers[name], list) else answers[name] for name in names
    }
    assert screen(turned, zambia) == screen(answers, zambia)


@few
@given(data=st.data())
def test_leaving_a_question_out_is_never_the_same_as_a_no(data: st.DataObject, zambia: Ruleset) -> None:
    answers = data.draw(answer_sets(zambia))
    for name in ("fear_return", "forced_or_controlled", "worked"):
        answers.pop(name, None)
    screening = screen(answers, zambia)
    assert not screening.facts["fear_excluded"]
    found = {need.category for need in screening.needs}
    assert found | set(screening.not_assessed) >= {"victim_of_trafficking", "exploited_worker"}
    assert "action:nothing_found" not in {action.do for action in screening.actions}


@few
@given(data=st.data())
def test_a_skip_judges_as_an_unanswered_question_does(data: st.DataObject, zambia: Ruleset) -> None:
    answers = data.draw(answer_sets(zambia))
    blank = {
        name: answer
        for name, answer in answers.items()
        if (set(answer) if isinstance(answer, list) else {answer}) - NOT_ANSWERS
    }
    assume(answers.get("consent_talk") != "not_asked")
    said, left_out = screen(answers, zambia), screen(blank, zambia)
    assert said.needs == left_out.needs
    assert said.not_assessed == left_out.not_assessed


@few
@given(data=st.data())
def test_no_step_leads_to_a_return_or_a_consulate_while_protection_is_at_stake(
    data: st.DataObject, zambia: Ruleset
) -> None:
    answers = data.draw(answer_sets(zambia))
    answers |= {"fear_return": "no", "stuck": ["wants_to_go_home", "cannot_go_on_stay_or_return"]}
    screening = screen(answers, zambia)
    homeward = [
        action
        for action in screening.actions
        if "return" in action.service_types or action.by == "ZMB-CONSULATE"
    ]
    if {need.category for need in screening.needs} & STANDING or not screening.facts["fear_excluded"]:
        assert not homeward


@few
@given(data=st.data())
def test_what_protects_never_removes_a_need(data: st.DataObject, zambia: Ruleset) -> None:
    answers = data.draw(answer_sets(zambia))
    answers.pop("parent_contact", None)
    alone, reachable = screen(answers, zambia), screen({**answers, "parent_contact": "yes"}, zambia)
    assert reachable.needs == alone.needs
    assert all(reason.indicator != "DOV-06" for need in reachable.needs for reason in need.reasons)


@few
@given(data=st.data())
def test_a_child_is_never_judged_by_the_rows_of_adults_nor_the_other_way_round(
    data: st.DataObject, zambia: Ruleset
) -> None:
    answers = data.draw(answer_sets(zambia))
    screening = screen(answers, zambia)
    wrong = "adult" if screening.facts["is_child"] else "child"
    assert not {id_ for id_ in raised(answers, zambia) if zambia.indicators[id_].applies_to == wrong}
    assert not (screening.facts["is_child"] and "exploited_worker" in standing(screening))


@few
@given(data=st.data())
def test_a_child_needs_no_means(data: st.DataObject, zambia: Ruleset) -> None:
    answers = data.draw(answer_sets(zambia))
    answers |= {"private_place": "yes", "consent_talk": "yes", "interpreter": "none_needed"}
    answers |= {"age_band": "12_14", "social_worker": "present", "worked": "yes", "how_arranged": "family"}
    answers["work_conditions"] = ["very_long_hours_or_no_day_off", "dangerous"]
    assert standing(screen(answers, zambia))["victim_of_trafficking"] == 2


@few
@given(data=st.data())
def test_an_answer_that_is_closed_changes_nothing_but_the_list_of_what_needs_a_look(
    data: st.DataObject, zambia: Ruleset
) -> None:
    answers = data.draw(answer_sets(zambia))
    screening = screen(answers, zambia)
    open_answers = {name: answer for name, answer in answers.items() if name not in screening.closed}
    again = screen(open_answers, zambia)
    assert not again.closed
    assert (again.needs, again.facts, again.not_assessed) == (
        screening.needs,
        screening.facts,
        screening.not_assessed,
    )


@few
@given(data=st.data())
def test_every_need_has_a_reason_that_is_an_answer_the_person_gave(
    data: st.DataObject, zambia: Ruleset
) -> None:
    answers = data.draw(answer_sets(zambia))
    screening = screen(answers, zambia)
    for need in screening.needs:
        assert need.reasons
        for reason in need.reasons:
            given_answer = answers[reason.question]
            assert reason.answer in (given_answer if isinstance(given_answer, list) else [given_answer])
            assert reason.question not in screening.closed
            assert reason.indicator not in zambia.not_from_border_form


@few
@given(data=st.data())
def test_nothing_is_both_found_and_not_assessed(data: st.DataObject, zambia: Ruleset) -> None:
    screening = screen(data.draw(answer_sets(zambia)), zambia)
    found = {need.category for need in screening.needs}
    assert found.isdisjoint(screening.not_assessed)
    assert ("torture_survivor" in found) is not ("torture_survivor" in screening.not_assessed)
    assert bool(found) is screening.facts["a_need_found"] is (screening.priority is not None)


def test_the_properties_are_tried_where_needs_are_found(zambia: Ruleset) -> None:
    """Properties that hold of nobody would prove nothing: the draw must reach most categories."""
    reached: set[str] = set()

    @settings(max_examples=200, deadline=None, derandomize=True, database=None)
    @given(answers=answer_sets(zambia))
    def draw(answers: Answers) -> None:
        reached.update(standing(screen(answers, zambia)))

    draw()
    assert set(zambia.categories) - reached <= {"torture_survivor"}


@pytest.mark.parametrize("choice", ["yes", "no", "skip"])
def test_no_answer_to_the_question_of_fear_is_weighed(choice: str, zambia: Ruleset) -> None:
    needs = standing(screen({"fear_return": choice}, zambia))
    assert needs == ({"asylum_seeker": 1} if choice == "yes" else {})
