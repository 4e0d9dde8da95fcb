"""The rules of a screening, one by one, on the small invented ruleset."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from kimbilio.rules import Answer, Look, RuleError, Ruleset, Screening, screen

TALK: dict[str, Answer] = {"consent_talk": "yes", "interpreter": "none_needed", "age": "adult"}


def results(screening: Screening) -> dict[str, str]:
    return {need.category: need.result for need in screening.needs}


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (
            {"frced": "yes"},
            r"^The form has no question 'frced'\. Did you mean 'forced'\? Allowed: afraid, age,",
        ),
        (
            {"afraid": "yess"},
            r"^Question 'afraid' has no such choice .* Did you mean 'yes'\? Allowed: no, skip",
        ),
        ({"seen": ["hurt", "huge"]}, r"^Question 'seen' has no such choice"),
        (
            {"afraid": ["yes", "no"]},
            r"^Question 'afraid' takes one choice, and 2 were given\. Allowed: no, skip",
        ),
        ({"afraid": 1}, r"^Question 'afraid' takes the code of a choice\. Allowed: no, skip, yes\.$"),
        ({"afraid": True}, r"^Question 'afraid' takes the code of a choice"),
        ({"seen": {"hurt": 1}}, r"^Question 'seen' takes the code of a choice"),
        ({"companions": "many"}, r"^Question 'companions' takes a whole number, 0 or above, of 9 digits"),
        ({"companions": -1}, r"^Question 'companions' takes a whole number"),
        ({"companions": 1.5}, r"^Question 'companions' takes a whole number"),
        ({"companions": "9" * 5000}, r"^Question 'companions' takes a whole number"),
        ({"companions": True}, r"^Question 'companions' takes a whole number"),
        ({"name_used": 7}, r"^Question 'name_used' takes a text"),
        ({"opening": "read"}, r"^Question 'opening' takes no answer\. Leave it out\.$"),
    ],
)
def test_an_answer_the_form_does_not_have_is_named_with_what_is_allowed(
    answers: dict[str, Any], sentence: str, small: Ruleset
) -> None:
    with pytest.raises(RuleError, match=sentence):
        screen(answers, small)


def test_the_sentence_never_repeats_what_was_answered(small: Ruleset) -> None:
    for answers in ({"afraid": "Mwila"}, {"companions": "0977 000 000"}, {"seen": ["Mwila"]}):
        with pytest.raises(RuleError) as fault:
            screen(answers, small)
        assert "Mwila" not in str(fault.value)
        assert "0977" not in str(fault.value)


@pytest.mark.parametrize("nothing", [None, "", [], ()])
def test_an_empty_answer_is_a_question_that_was_not_asked(nothing: Answer, small: Ruleset) -> None:
    assert screen({"seen": nothing, "afraid": None}, small) == screen({}, small)


def test_several_choices_may_come_as_one_text_with_spaces(small: Ruleset) -> None:
    assert results(screen({"work": "unpaid dark"}, small)) == results(
        screen({"work": ["unpaid", "dark"]}, small)
    )


def test_nobody_asked_is_not_nothing_found(small: Ruleset) -> None:
    screening = screen({}, small)
    assert (screening.needs, screening.priority, screening.lead_agency) == ((), None, None)
    assert screening.not_assessed == (
        "asylum_seeker",
        "victim_of_trafficking",
        "exploited_worker",
        "stranded_migrant",
    )
    assert [action.do for action in screening.actions] == ["action:not_assessed"]


def test_nothing_found_is_said_when_all_that_can_be_asked_was(small: Ruleset) -> None:
    screening = screen({**TALK, "afraid": "no", "forced": "no", "work": ["nothing"]}, small)
    assert screening.not_assessed == ("stranded_migrant",)
    assert [action.do for action in screening.actions] == ["action:nothing_found"]


def test_a_found_need_and_an_unasked_one_show_the_steps_and_what_was_not_asked(small: Ruleset) -> None:
    screening = screen({"afraid": "yes"}, small)
    assert [action.do for action in screening.actions] == ["step:ZZZ-asylum:1", "action:not_assessed"]


def test_a_skip_leaves_the_category_not_assessed(small: Ruleset) -> None:
    assert "asylum_seeker" in screen({**TALK, "afraid": "skip"}, small).not_assessed


@pytest.mark.parametrize(
    ("lured", "positive"),
    [
        (["pay"], False),
        (["pay", "food"], False),
        (["study"], False),
        (["pay", "study"], False),
        (["pay", "food", "study"], True),
    ],
)
def test_a_dimension_is_positive_by_the_numbers_of_the_pack(
    lured: list[str], positive: bool, small: Ruleset
) -> None:
    found = results(screen({**TALK, "lured": lured}, small))
    assert ("victim_of_trafficking" in found) is positive


@pytest.mark.parametrize(
    ("lured", "work", "result"),
    [
        (["place", "pay"], ["long", "unpaid", "locked", "watched"], "presumed"),
        (["place", "study"], ["long", "dark", "locked", "watched"], "presumed"),
        (["place"], ["long", "unpaid", "locked", "watched"], "potential"),
        (["place", "pay"], ["long", "locked", "watched"], "potential"),
        (["place", "pay"], ["long", "unpaid", "locked"], "potential"),
        (["place", "pay"], [], "potential"),
        (["pay"], ["watched"], None),
    ],
)
def test_presumed_needs_recruitment_exploitation_and_coercion_each_positive(
    lured: list[str], work: list[str], result: str | None, small: Ruleset
) -> None:
    found = results(screen({**TALK, "lured": lured, "work": work}, small))
    assert found.get("victim_of_trafficking") == result


def test_immediate_counts_as_strong_in_its_dimension(small: Ruleset) -> None:
    assert results(screen({**TALK, "work": ["locked"]}, small)) == {"victim_of_trafficking": "potential"}


def test_exploitation_alone_is_a_labour_case_for_an_adult_and_trafficking_for_a_child(small: Ruleset) -> None:
    answers: dict[str, Answer] = {**TALK, "work": ["long"]}
    assert results(screen(answers, small)) == {"exploited_worker": "found"}
    assert results(screen({**answers, "age": "child"}, small)) == {"victim_of_trafficking": "potential"}


def test_both_stand_when_force_is_found_beside_exploitation(small: Ruleset) -> None:
    found = results(screen({**TALK, "work": ["long"], "forced": "yes"}, small))
    assert found == {"victim_of_trafficking": "potential", "exploited_worker": "found"}


def test_protective_rows_neither_add_nor_remove(small: Ruleset) -> None:
    assert results(screen({**TALK, "work": ["friends"]}, small)) == {}
    assert (
        screen({**TALK, "work": ["long", "friends"]}, small).needs
        == screen({**TALK, "work": ["long"]}, small).needs
    )


def test_a_protective_row_is_no_reason_for_a_need(small: Ruleset) -> None:
    (need,) = screen({**TALK, "wishes": ["home"], "work": ["friends"]}, small).needs
    assert [reason.indicator for reason in need.reasons] == ["LOS-1"]


def test_a_row_for_a_child_counts_only_for_a_child(small: Ruleset) -> None:
    child: dict[str, Answer] = {**TALK, "age": "child", "helper": "yes", "lured": ["study"]}
    assert results(screen(child, small)) == {"victim_of_trafficking": "potential"}
    assert results(screen({**child, "age": "adult"}, small)) == {}


def test_a_row_for_adults_does_not_count_for_a_child_though_the_table_sets_no_condition(
    tables: dict[str, Any],
) -> None:
    for row in tables["raises"]:
        if row["indicator"] == "LOS-1":
            row["condition"] = ""
    ruleset = Ruleset.from_tables(**tables)
    assert results(screen({**TALK, "wishes": ["home"]}, ruleset)) == {"stranded_migrant": "found"}
    assert results(screen({**TALK, "age": "child", "wishes": ["home"]}, ruleset)) == {}


def test_a_person_of_whom_no_age_is_known_is_judged_as_an_adult(small: Ruleset) -> None:
    screening = screen({"wishes": ["home"]}, small)
    assert results(screening) == {"stranded_migrant": "found"}
    assert not screening.facts["is_child"]


def test_an_answer_that_may_not_be_asked_raises_nothing_and_needs_a_look(small: Ruleset) -> None:
    screening = screen({**TALK, "age": "child", "forced": "yes"}, small)
    assert results(screening) == {}
    assert "victim_of_trafficking" in screening.not_assessed
    assert screening.needs_a_look == (Look("forced", "never_if"),)
    assert screening.closed == {"forced"}


def test_a_closed_answer_feeds_no_fact_and_no_later_question(small: Ruleset) -> None:
    closed = screen({"consent_talk": "no", "age": "child", "helper": "no", "forced": "yes"}, small)
    assert not closed.facts["is_child"]
    assert closed.needs_a_look == (Look("age", "may_not_talk"), Look("forced", "may_not_talk"))


def test_an_answer_through_someone_who_may_not_interpret_counts_for_nothing(small: Ruleset) -> None:
    screening = screen({**TALK, "interpreter": "fellow_traveller", "afraid": "no"}, small)
    assert "asylum_seeker" in screening.not_assessed
    assert Look("afraid", "may_not_talk") in screening.needs_a_look


def test_what_is_seen_counts_though_the_person_does_not_talk(small: Ruleset) -> None:
    screening = screen({"consent_talk": "no", "seen": ["lonely_child"]}, small)
    assert results(screening) == {"child_alone": "found"}


def test_an_answer_the_form_would_not_have_shown_counts_and_needs_a_look(small: Ruleset) -> None:
    screening = screen({**TALK, "forced": "no", "lured": ["place"]}, small)
    assert results(screening) == {"victim_of_trafficking": "potential"}
    assert screening.needs_a_look == (Look("lured", "not_shown"),)
    assert not screening.closed


def test_an_answer_whose_place_is_not_known_needs_no_look(small: Ruleset) -> None:
    assert screen({"lured": ["place"], "afraid": "yes"}, small).needs_a_look == ()


def test_none_beside_an_alarm_is_put_to_a_person_and_the_alarm_stands(small: Ruleset) -> None:
    screening = screen({"seen": ["none", "hurt"]}, small)
    assert results(screening) == {"danger_now": "found"}
    assert screening.needs_a_look == (Look("seen", "excludes_others"),)


@pytest.mark.parametrize("alone", ["nothing", "skip"])
def test_nothing_and_skip_exclude_the_others_as_none_does(alone: str, small: Ruleset) -> None:
    screening = screen({**TALK, "work": [alone, "long"]}, small)
    assert results(screening) == {"exploited_worker": "found"}
    assert screening.needs_a_look == (Look("work", "excludes_others"),)


def test_none_beside_a_skip_was_not_answered(small: Ruleset) -> None:
    screening = screen({**TALK, "work": ["nothing", "skip"]}, small)
    assert "exploited_worker" in screening.not_assessed
    assert screening.needs_a_look == (Look("work", "excludes_others"),)


def test_reasons_are_the_answers_in_the_order_of_the_form_that_the_rule_looks_at(small: Ruleset) -> None:
    (need, _) = screen({**TALK, "work": ["watched", "long", "friends"], "forced": "yes"}, small).needs
    assert [(r.question, r.answer, r.indicator) for r in need.reasons] == [
        ("forced", "yes", "TRA-0"),
        ("work", "watched", "TRA-H2"),
    ]


def test_the_first_in_the_packs_order_leads_and_the_highest_priority_is_the_persons(small: Ruleset) -> None:
    screening = screen({**TALK, "afraid": "yes", "forced": "yes"}, small)
    assert [(need.category, need.priority, need.lead) for need in screening.needs] == [
        ("asylum_seeker", "normal", "ZZZ-HAVEN"),
        ("victim_of_trafficking", "urgent", "ZZZ-CARE"),
    ]
    assert (screening.lead_agency, screening.priority) == ("ZZZ-HAVEN", "urgent")


def test_a_fact_raises_the_priority_and_the_highest_of_several_holds(small: Ruleset) -> None:
    def priority(**answers: Answer) -> str:
        needs = screen({**TALK, "afraid": "yes", **answers}, small).needs
        return next(need.priority for need in needs if need.category == "asylum_seeker")

    assert priority() == "normal"
    assert priority(age="child") == "urgent"
    assert priority(age="child", seen=["hurt"]) == "emergency"


def test_the_pathway_is_that_of_the_persons_age(small: Ruleset) -> None:
    adult = screen({**TALK, "forced": "yes"}, small)
    child = screen({**TALK, "age": "child", "helper": "yes", "forced": "yes"}, small)
    assert [need.pathway for need in adult.needs] == ["ZZZ-trafficking-adult"]
    assert [need.pathway for need in child.needs] == ["ZZZ-trafficking-child"]


def test_a_category_without_a_pathway_is_led_by_the_fallback(small: Ruleset) -> None:
    (need,) = screen({**TALK, "work": ["long"]}, small).needs
    assert (need.pathway, need.lead, need.priority) == (None, "ZZZ-CARE", "normal")


def test_a_category_without_a_pathway_is_most_urgent_when_an_indicator_is_immediate(
    tables: dict[str, Any],
) -> None:
    tables["pathways"]["pathways"] = [
        pathway for pathway in tables["pathways"]["pathways"] if pathway["id"] != "ZZZ-danger"
    ]
    screening = screen({"seen": ["hurt"]}, Ruleset.from_tables(**tables))
    assert (screening.priority, screening.lead_agency) == ("emergency", "ZZZ-CARE")


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ({"afraid": "no", "wishes": ["home"]}, True),
        ({"afraid": "no"}, False),
        ({"wishes": ["home"]}, False),
        ({"afraid": "skip", "wishes": ["home"]}, False),
        ({"afraid": "yes", "wishes": ["home"]}, False),
    ],
)
def test_a_blocked_step_is_shown_only_when_nothing_blocks_it_and_its_condition_holds(
    answers: dict[str, Answer], shown: bool, small: Ruleset
) -> None:
    screening = screen({**TALK, "forced": "yes", **answers}, small)
    steps = [(action.pathway, action.n) for action in screening.actions if action.kind == "step"]
    assert (("ZZZ-trafficking-adult", 2) in steps) is shown


def test_a_blocking_category_hides_the_step_though_its_condition_holds(tables: dict[str, Any]) -> None:
    for pathway in tables["pathways"]["pathways"]:
        for step in pathway["steps"]:
            step.pop("only_if", None)
    ruleset = Ruleset.from_tables(**tables)
    open_ = {action.do for action in screen({**TALK, "forced": "yes"}, ruleset).actions}
    blocked = {action.do for action in screen({**TALK, "forced": "yes", "afraid": "yes"}, ruleset).actions}
    assert "step:ZZZ-trafficking-adult:2" in open_
    assert "step:ZZZ-trafficking-adult:2" not in blocked


def test_what_saves_life_acts_first_and_a_fact_is_told_before_it(small: Ruleset) -> None:
    screening = screen({**TALK, "afraid": "yes", "seen": ["hurt"], "health": ["cough"]}, small)
    assert screening.lead_agency == "ZZZ-HAVEN"
    assert [action.do for action in screening.actions][:3] == [
        "action:give_tea",
        "step:ZZZ-danger:1",
        "step:ZZZ-asylum:1",
    ]


def test_a_step_tells_who_does_it_and_within_which_time(small: Ruleset) -> None:
    screening = screen({"forced": "yes"}, small)
    first = screening.actions[0]
    assert (first.kind, first.pathway, first.n, first.by) == ("step", "ZZZ-trafficking-adult", 1, "ZZZ-CARE")
    assert (first.within_minutes, first.service_types) == (1440, ("shelter",))


def test_a_fact_without_an_expression_is_stated_by_the_answer(small: Ruleset) -> None:
    assert screen({"health": ["cough"]}, small).facts["give_tea"]
    assert not screen({"health": ["none"]}, small).facts["give_tea"]


def test_laws_are_told_once_those_of_the_leading_need_first(small: Ruleset) -> None:
    assert screen({"seen": ["lonely_child"], "afraid": "yes"}, small).laws == ("LAW-2", "LAW-1")


def test_the_json_of_a_screening_has_the_names_of_its_fields(small: Ruleset) -> None:
    shown = screen({"afraid": "yes"}, small).as_json()
    assert shown["needs"][0]["category"] == "asylum_seeker"
    assert shown["needs"][0]["reasons"][0] == {"question": "afraid", "answer": "yes", "indicator": "FLE-1"}
    assert list(shown) == [
        "needs",
        "priority",
        "lead_agency",
        "not_assessed",
        "actions",
        "laws",
        "facts",
        "needs_a_look",
    ]


def test_the_rules_start_without_a_framework_and_without_another_floor() -> None:
    program = (
        "import sys, kimbilio.rules, kimbilio.rules.consent, kimbilio.rules.clocks, kimbilio.rules.referral\n"
        "foreign = [m for m in sys.modules if m.split('.')[0] in ('django', 'yaml', 'pyxform')"
        " or m.startswith('kimbilio.') and not m.startswith('kimbilio.rules')]\n"
        "sys.exit(', '.join(foreign) or None)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
