"""The life of a referral: who may take which step, and what must be said with it. Refusals first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kimbilio.rules import RuleError, Ruleset
from kimbilio.rules.referral import (
    Acceptance,
    Decline,
    Party,
    Refusal,
    check_acceptance,
    check_decline,
    check_ending,
    check_move,
    check_question,
    is_end,
    moves,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PARTIES: tuple[Party, ...] = ("sender", "receiver", "system")
REASONS = {"outside_mandate", "no_capacity", "not_eligible"}


def test_an_unknown_state_is_named_with_those_there_are(small: Ruleset) -> None:
    with pytest.raises(RuleError, match=r"no referral state 'snet'\. Did you mean 'sent'"):
        moves("snet", "sender", small)


@pytest.mark.parametrize(
    ("state", "to"),
    [("sent", "accepted"), ("draft", "acknowledged"), ("accepted", "declined"), ("declined", "sent")],
)
def test_a_state_that_cannot_follow_is_refused_to_everyone(state: str, to: str, small: Ruleset) -> None:
    for party in PARTIES:
        assert check_move(state, to, party, small) == (Refusal("state_cannot_follow"),)


@pytest.mark.parametrize(
    ("state", "to", "who"),
    [
        ("draft", "sent", {"sender"}),
        ("sent", "acknowledged", {"receiver"}),
        ("sent", "expired", {"system"}),
        ("acknowledged", "accepted", {"receiver"}),
        ("acknowledged", "declined", {"receiver"}),
        ("acknowledged", "information_needed", {"receiver"}),
        ("information_needed", "acknowledged", {"sender"}),
        ("expired", "acknowledged", {"receiver"}),
        ("accepted", "arrived", {"receiver"}),
        ("accepted", "not_arrived", {"receiver", "system"}),
        ("not_arrived", "arrived", {"receiver"}),
        ("not_arrived", "closed", {"sender", "receiver"}),
        ("arrived", "in_service", {"receiver"}),
        ("in_service", "completed", {"receiver"}),
        ("arrived", "closed", {"receiver"}),
    ],
)
def test_each_step_belongs_to_its_party(state: str, to: str, who: set[str], small: Ruleset) -> None:
    assert {party for party in PARTIES if not check_move(state, to, party, small)} == who
    for party in set(PARTIES) - who:
        assert check_move(state, to, party, small) == (Refusal("not_your_move"),)


def test_the_person_or_the_sender_may_withdraw_from_every_state_that_is_no_end(zambia: Ruleset) -> None:
    for state in zambia.referral_states:
        assert ("withdrawn" in moves(state, "sender", zambia)) is not is_end(state, zambia)
        assert "withdrawn" not in moves(state, "receiver", zambia)


def test_the_ends_are_declined_completed_closed_and_withdrawn(zambia: Ruleset) -> None:
    ends = {state for state in zambia.referral_states if is_end(state, zambia)}
    assert ends == {"declined", "completed", "closed", "withdrawn"}


def test_every_step_of_the_zambian_pack_can_be_taken_by_someone(zambia: Ruleset) -> None:
    for state, follows in zambia.referral_states.items():
        for to in follows:
            assert any(to in moves(state, party, zambia) for party in PARTIES), (state, to)


def test_an_expired_referral_stays_open(zambia: Ruleset) -> None:
    assert moves("expired", "receiver", zambia) == ("acknowledged", "declined")


@pytest.mark.parametrize(
    ("acceptance", "is_child", "refusals"),
    [
        (Acceptance("", "", ""), False, [("missing", f) for f in ("transport", "escort", "bed")]),
        (
            Acceptance("taxi", "uncle", "floor", transport_at=NOON),
            False,
            [("not_in_the_list", f) for f in ("transport", "escort", "bed")],
        ),
        (Acceptance("walks", "none_wanted", "none_free"), False, [("missing", "transport_at")]),
        (
            Acceptance("walks", "carer", "held", transport_at=NOON),
            False,
            [("missing", "bed_held_until")],
        ),
        (
            Acceptance("walks", "none_wanted", "none_free", transport_at=NOON),
            True,
            [("child_needs_escort", "escort")],
        ),
        (Acceptance("not_needed", "not_needed", "none_free"), True, [("child_needs_escort", "escort")]),
        (Acceptance("not_needed", "not_needed", "none_free"), False, []),
        (Acceptance("walks", "carer", "held", transport_at=NOON, bed_held_until=NOON), True, []),
    ],
)
def test_an_acceptance_says_how_the_person_gets_there_and_a_child_has_an_escort(
    acceptance: Acceptance, is_child: bool, refusals: list[tuple[str, str]], small: Ruleset
) -> None:
    found = check_acceptance(acceptance, small, is_child=is_child)
    assert [(refusal.code, refusal.field) for refusal in found] == refusals


@pytest.mark.parametrize(
    ("decline", "refusals"),
    [
        (Decline("", ""), [("missing", "reason"), ("missing", "other_desk")]),
        (Decline("too_busy", "north"), [("not_in_the_list", "reason")]),
        (Decline("not_eligible", "north", why=" "), [("missing", "why")]),
        (Decline("no_capacity", "south"), [("same_desk", "other_desk")]),
        (Decline("not_eligible", "north", why="Over eighteen."), []),
        (Decline("no_capacity", "north"), []),
    ],
)
def test_a_decline_has_a_reason_of_the_list_and_offers_another_desk(
    decline: Decline, refusals: list[tuple[str, str]]
) -> None:
    found = check_decline(decline, reasons=REASONS, own_desk="south")
    assert [(refusal.code, refusal.field) for refusal in found] == refusals


@pytest.mark.parametrize(
    ("field", "code"),
    [("", "missing"), ("name", "outside_share_profile"), ("photo", "outside_share_profile"), ("needs", None)],
)
def test_a_question_can_ask_only_for_a_field_of_the_share_profile(
    field: str, code: str | None, small: Ruleset
) -> None:
    found = check_question(field, profile="plain", ruleset=small)
    assert [refusal.code for refusal in found] == ([code] if code else [])


def test_what_never_travels_cannot_be_asked_for_though_the_profile_names_it(small: Ruleset) -> None:
    assert check_question("photo", profile="child", ruleset=small) == (
        Refusal("outside_share_profile", "field"),
    )


@pytest.mark.parametrize("to", ["completed", "closed"])
def test_an_end_says_why(to: str) -> None:
    assert check_ending(to, reason=" ") == (Refusal("missing", "reason"),)
    assert check_ending(to, reason="helped") == ()
    assert check_ending("withdrawn", reason="") == ()
