"""What leaves: the fields of a profile and nothing else, and the paper a person carries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kimbilio.rules import RuleError, Ruleset, screen
from kimbilio.rules.sharing import agreed_fields, profile_fields, shared_values, slip_lines


def test_an_unknown_profile_is_named_with_those_there_are(small: Ruleset) -> None:
    with pytest.raises(RuleError, match=r"no share profile 'chld'\. Did you mean 'child'"):
        profile_fields("chld", small)


def test_what_never_travels_at_first_is_taken_out_of_a_profile_that_names_it(small: Ruleset) -> None:
    assert "photo" in small.share_profiles["child"]
    assert "photo" not in [field.id for field in profile_fields("child", small)]


def test_a_field_tells_its_questions_and_whether_it_may_be_held_back(small: Ruleset) -> None:
    fields = {field.id: field for field in profile_fields("child", small)}
    assert fields["name"].questions == ("name_used",)
    assert fields["health"].questions == ("seen", "health")
    assert fields["needs"].questions == ()
    assert [id_ for id_, field in fields.items() if not field.may_be_held_back] == ["case_code"]


@given(agreed=st.sets(st.sampled_from(["case_code", "needs", "name", "age_band", "health"])))
def test_consent_never_widens_a_profile(agreed: set[str], small: Ruleset) -> None:
    for profile in small.share_profiles:
        whole = {field.id for field in profile_fields(profile, small)}
        shared = {field.id for field in agreed_fields(profile, small, agreed)}
        assert shared == whole & (agreed | {"case_code"})


def test_an_envelope_holds_the_values_of_its_fields_and_nothing_else(small: Ruleset) -> None:
    values = shared_values(
        profile_fields("child", small),
        {"name_used": "Tesfa", "age": "child", "seen": ["none"], "health": ["cough"], "afraid": "yes"},
        {"case_code": "K-1", "needs": ["child_alone"], "priority": "urgent"},
    )
    assert values == {
        "case_code": "K-1",
        "name": "Tesfa",
        "age_band": "child",
        "needs": ["child_alone"],
        "health": {"seen": ["none"], "health": ["cough"]},
    }


def test_what_was_not_answered_leaves_no_value(small: Ruleset) -> None:
    values = shared_values(
        profile_fields("child", small),
        {"name_used": "", "age": "not_known", "seen": [], "health": ["skip"]},
        {},
    )
    assert values == {}


def test_a_closed_answer_is_known_so_that_it_can_be_left_out(small: Ruleset) -> None:
    answers = {"quiet": "no", "consent_talk": "yes", "health": ["cough"]}
    closed = screen(answers, small).closed
    counted = {name: answer for name, answer in answers.items() if name not in closed}
    assert shared_values(profile_fields("child", small), counted, {}) == {}


@pytest.mark.parametrize(
    ("chosen", "near", "shelter", "lines"),
    [
        (None, False, False, ()),
        ("full_slip", True, False, ()),
        ("no_paper", False, False, ()),
        ("neutral_paper", False, False, ("case_code", "number")),
        ("full_slip", False, False, ("case_code", "agency", "place", "number")),
        ("full_slip", False, True, ("case_code", "agency", "number")),
    ],
)
def test_no_paper_without_a_choice_or_near_someone_feared_and_no_place_of_a_shelter(
    chosen: str | None, near: bool, shelter: bool, lines: tuple[str, ...], small: Ruleset
) -> None:
    assert slip_lines(chosen, small, feared_person_near=near, place_is_shelter=shelter) == lines


def test_an_unknown_slip_is_named(small: Ruleset) -> None:
    with pytest.raises(RuleError, match=r"no slip 'ful_slip'\. Did you mean 'full_slip'"):
        slip_lines("ful_slip", small, feared_person_near=False, place_is_shelter=False)


def test_no_profile_of_the_zambian_pack_holds_what_never_travels(zambia: Ruleset) -> None:
    for profile, fields in zambia.share_profiles.items():
        assert zambia.never_at_first_referral.isdisjoint(fields), profile
        assert [field.id for field in profile_fields(profile, zambia)] == list(fields)
