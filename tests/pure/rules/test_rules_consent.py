"""Consent decides: who refuses, who may be overruled and how, and which fields may go. Refusals first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kimbilio.rules import RuleError, Ruleset
from kimbilio.rules.consent import (
    Consent,
    ConsentAnswer,
    Person,
    Recipient,
    may_notify,
    may_refer,
    override_overdue,
)
from kimbilio.rules.parts import Pathway

ADULT = Person(is_child=False, asylum_stands=False)
CHILD = Person(is_child=True, asylum_stands=False)
CARE = Recipient("ZZZ-CARE", speaks_for="ZZZ", protects_children=True)
HAVEN = Recipient("ZZZ-HAVEN", speaks_for="ZZZ")
BOAT = Recipient("ZZZ-BOAT")
OVERRIDE = Consent("not_asked", can_answer=False, override_reason="Unconscious on arrival.")


def pathway(id_: str, ruleset: Ruleset) -> Pathway:
    return next(p for p in ruleset.pathways if p.id == id_)


def refer(small: Ruleset, id_: str, consent: Consent, *, person: Person = ADULT, to: Recipient = CARE) -> Any:
    return may_refer(pathway=pathway(id_, small), person=person, recipient=to, consent=consent, ruleset=small)


@pytest.mark.parametrize(
    ("answer", "reason"), [("no", "said_no"), ("not_now", "said_not_now"), ("not_asked", "not_asked")]
)
def test_without_a_yes_nothing_of_an_adult_goes(answer: ConsentAnswer, reason: str, small: Ruleset) -> None:
    decision = refer(small, "ZZZ-trafficking-adult", Consent(answer))
    assert not decision.allowed
    assert (decision.rule, decision.reasons, decision.fields) == ("adult_informed", (reason,), ())


def test_an_override_is_not_for_other_pathways(small: Ruleset) -> None:
    decision = refer(small, "ZZZ-stranded", OVERRIDE, to=BOAT)
    assert (decision.allowed, decision.reasons) == (False, ("not_asked",))


def test_the_no_of_a_person_in_danger_is_kept(small: Ruleset) -> None:
    said = Consent("no", can_answer=False, override_reason="Life at risk.")
    decision = refer(small, "ZZZ-danger", said)
    assert (decision.allowed, decision.reasons) == (False, ("said_no",))


@pytest.mark.parametrize(
    ("consent", "to", "reason"),
    [
        (Consent("not_now", override_reason="Life at risk."), CARE, "person_can_answer"),
        (Consent("not_asked", can_answer=False, override_reason=" "), CARE, "override_without_reason"),
        (OVERRIDE, HAVEN, "override_other_agency"),
    ],
)
def test_an_override_needs_silence_a_reason_and_the_responsible_agency(
    consent: Consent, to: Recipient, reason: str, small: Ruleset
) -> None:
    decision = refer(small, "ZZZ-danger", consent, to=to)
    assert (decision.allowed, decision.rule, decision.reasons) == (False, "life_at_risk", (reason,))
    assert (decision.fields, decision.duties) == ((), ())


def test_an_override_shares_the_profile_of_danger_and_brings_its_duties(small: Ruleset) -> None:
    decision = refer(small, "ZZZ-danger", OVERRIDE)
    assert decision.allowed
    assert decision.fields == ("case_code", "age_band", "needs")
    assert decision.duties == (
        "second_person_within_24_hours",
        "tell_the_person",
        "list_to_data_protection_officer",
    )


def test_a_yes_in_danger_needs_no_override(small: Ruleset) -> None:
    decision = refer(small, "ZZZ-danger", Consent("yes"), to=HAVEN)
    assert (decision.allowed, decision.rule, decision.duties) == (True, "adult_informed", ())


def test_a_yes_sends_the_whole_profile_and_never_what_must_not_travel(small: Ruleset) -> None:
    decision = refer(small, "ZZZ-trafficking-adult", Consent("yes"))
    assert decision.reasons == ("agreed",)
    assert decision.fields == ("case_code", "name", "age_band", "needs", "health")


def test_yes_but_not_all_sends_what_was_agreed_within_the_profile(small: Ruleset) -> None:
    said = Consent("yes_but_not_all", agreed=("needs", "health"))
    assert refer(small, "ZZZ-trafficking-adult", said).fields == ("case_code", "needs", "health")
    assert refer(small, "ZZZ-stranded", said, to=BOAT).fields == ("case_code", "needs")


def test_yes_but_nothing_named_sends_no_more_than_the_case_code(small: Ruleset) -> None:
    assert refer(small, "ZZZ-trafficking-adult", Consent("yes_but_not_all")).fields == ("case_code",)


def test_an_agreed_field_that_the_pack_does_not_know_is_refused(small: Ruleset) -> None:
    with pytest.raises(RuleError, match=r"There is no shared field 'naem'\. Did you mean 'name'"):
        refer(small, "ZZZ-stranded", Consent("yes_but_not_all", agreed=("naem",)))


def test_a_child_who_was_not_told_is_not_referred_even_with_a_yes(small: Ruleset) -> None:
    decision = refer(small, "ZZZ-child", Consent("yes"), person=CHILD)
    assert (decision.allowed, decision.reasons) == (False, ("child_not_told",))


def test_for_a_child_the_child_rule_holds_on_every_pathway(small: Ruleset) -> None:
    for id_ in ("ZZZ-asylum", "ZZZ-stranded", "ZZZ-trafficking-adult"):
        decision = refer(small, id_, Consent("no", child_told=True), person=CHILD, to=HAVEN)
        assert (decision.allowed, decision.rule) == (False, "child_assent")
        assert decision.reasons == ("child_protection_decides_first",)


def test_a_childs_no_does_not_stop_the_agency_that_protects_children(small: Ruleset) -> None:
    decision = refer(small, "ZZZ-child", Consent("no", child_told=True), person=CHILD)
    assert (decision.allowed, decision.reasons) == (True, ("child_best_interests",))
    assert decision.fields == ("case_code", "name", "age_band", "needs", "health")


def test_another_agency_receives_a_child_that_agrees_or_once_best_interests_are_decided(
    small: Ruleset,
) -> None:
    agrees = Consent("yes_but_not_all", agreed=("needs",), child_told=True)
    assert refer(small, "ZZZ-asylum", agrees, person=CHILD, to=HAVEN).fields == ("case_code", "needs")
    decided = Consent("no", child_told=True, best_interests_decided=True)
    assert refer(small, "ZZZ-asylum", decided, person=CHILD, to=HAVEN).allowed


def test_an_unconscious_child_is_not_overridden_on_the_pathway_of_a_child_alone(small: Ruleset) -> None:
    assert not refer(small, "ZZZ-child", OVERRIDE, person=CHILD).allowed
    assert refer(small, "ZZZ-danger", OVERRIDE, person=CHILD).rule == "life_at_risk"


@pytest.mark.parametrize(
    ("recipient", "origin", "reason"),
    [
        (Recipient("YYY-POLICE", speaks_for="YYY"), {"YYY"}, "country_of_origin"),
        (Recipient("ZZZ-CONSULATE", consulate=True), {"YYY"}, "country_of_origin"),
        (Recipient("ZZZ-CONSULATE", consulate=True), set(), "country_of_origin"),
        (Recipient("YYY-POLICE", speaks_for="YYY"), set(), "country_of_origin_unknown"),
    ],
)
def test_nothing_reaches_the_country_of_origin_while_asylum_stands_even_with_a_yes(
    recipient: Recipient, origin: set[str], reason: str, small: Ruleset
) -> None:
    person = Person(is_child=False, asylum_stands=True, origin=frozenset(origin))
    decision = refer(small, "ZZZ-stranded", Consent("yes"), person=person, to=recipient)
    assert (decision.allowed, decision.rule, decision.reasons) == (False, "asylum_confidential", (reason,))
    report = may_notify(
        pathway=pathway("ZZZ-trafficking-adult", small),
        person=person,
        recipient=recipient,
        law_asks=["needs"],
        person_told=True,
        ruleset=small,
    )
    assert (report.allowed, report.reasons) == (False, (reason,))


@pytest.mark.parametrize(
    ("recipient", "origin", "stands"),
    [
        (Recipient("YYY-DESK", speaks_for="YYY"), {"YYY"}, False),
        (Recipient("XXX-DESK", speaks_for="XXX"), {"YYY"}, True),
        (HAVEN, {"YYY"}, True),
        (HAVEN, set(), True),
        (HAVEN, {"ZZZ"}, True),
        (BOAT, {"YYY"}, True),
    ],
)
def test_other_recipients_stay_open_to_a_yes(
    recipient: Recipient, origin: set[str], stands: bool, small: Ruleset
) -> None:
    person = Person(is_child=False, asylum_stands=stands, origin=frozenset(origin))
    assert refer(small, "ZZZ-stranded", Consent("yes"), person=person, to=recipient).allowed


def test_no_law_orders_a_report_on_a_pathway_without_the_duty(small: Ruleset) -> None:
    decision = may_notify(
        pathway=pathway("ZZZ-stranded", small),
        person=ADULT,
        recipient=CARE,
        law_asks=["needs"],
        person_told=True,
        ruleset=small,
    )
    assert (decision.allowed, decision.reasons) == (False, ("no_law_orders_report",))


@pytest.mark.parametrize(("told", "duties"), [(True, ()), (False, ("tell_the_person",))])
def test_a_report_the_law_orders_carries_only_what_the_law_asks(
    told: bool, duties: tuple[str, ...], small: Ruleset
) -> None:
    decision = may_notify(
        pathway=pathway("ZZZ-trafficking-adult", small),
        person=ADULT,
        recipient=CARE,
        law_asks=["age_band", "photo", "nationality"],
        person_told=told,
        ruleset=small,
    )
    assert decision.allowed
    assert decision.fields == ("age_band",)
    assert decision.duties == duties


def test_a_second_person_has_twenty_four_hours() -> None:
    shared = datetime(2026, 3, 1, 12, tzinfo=UTC)
    day = timedelta(hours=24)
    assert not override_overdue(shared_at=shared, confirmed_at=None, now=shared + day)
    assert override_overdue(shared_at=shared, confirmed_at=None, now=shared + day + timedelta(seconds=1))
    assert not override_overdue(shared_at=shared, confirmed_at=shared + day, now=shared + 9 * day)
    assert override_overdue(shared_at=shared, confirmed_at=shared + 2 * day, now=shared + 9 * day)
