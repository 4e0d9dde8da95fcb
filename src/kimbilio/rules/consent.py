"""May identifying data of a person go to this recipient, which fields, and what must be done because of it.

Knows the consent rules by name (adult_informed, child_assent, life_at_risk, mandatory_report,
asylum_confidential); does not know who asked, when, or in which words (the record of consent does). Source:
consent_rules of the pack and section 5 of its referral rules.

A referral offers help and needs a yes. A notification is what the law orders: a no cannot stop it, so the
person is told before anything is asked, and only what the law asks travels.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from kimbilio.rules.parts import Pathway
from kimbilio.rules.ruleset import Ruleset
from kimbilio.rules.sharing import agreed_fields

ADULT_INFORMED = "adult_informed"
CHILD_ASSENT = "child_assent"
LIFE_AT_RISK = "life_at_risk"
MANDATORY_REPORT = "mandatory_report"
ASYLUM_CONFIDENTIAL = "asylum_confidential"

SECOND_PERSON_WITHIN = timedelta(hours=24)

ConsentAnswer = Literal["yes", "yes_but_not_all", "no", "not_now", "not_asked"]

Reason = Literal[
    "agreed",
    "agreed_in_part",
    "said_no",
    "said_not_now",
    "not_asked",
    "child_agrees",
    "child_best_interests",
    "child_not_told",
    "child_protection_decides_first",
    "life_at_risk",
    "person_can_answer",
    "override_without_reason",
    "override_other_agency",
    "law_orders_report",
    "no_law_orders_report",
    "country_of_origin",
    "country_of_origin_unknown",
]

Duty = Literal["second_person_within_24_hours", "tell_the_person", "list_to_data_protection_officer"]


@dataclass(frozen=True)
class Recipient:
    """Who would receive. `speaks_for` is the State whose office it is (ISO 3166 alpha-3), empty for others.

    `consulate` is an office of another State here, whichever State that is. `protects_children` is the agency
    that decides what is best for a child.
    """

    agency: str
    speaks_for: str = ""
    consulate: bool = False
    protects_children: bool = False


@dataclass(frozen=True)
class Consent:
    """What the person said about this recipient. `agreed` are the fields of a `yes_but_not_all`.

    `can_answer` is false when consent cannot be had (unconscious, no interpreter, danger in the room).
    `child_told`: a child was told, in words they understand, and heard. `best_interests_decided`: the agency
    that protects children has decided for this referral. `override_reason` is what the officer wrote.
    """

    answer: ConsentAnswer
    agreed: tuple[str, ...] = ()
    can_answer: bool = True
    child_told: bool = False
    best_interests_decided: bool = False
    override_reason: str = ""


@dataclass(frozen=True)
class Person:
    """What decides, of the person. `origin` are the countries feared or claimed, empty when not known.

    `asylum_stands`: one at least of the person's needs has the confidentiality `asylum_confidential`.
    """

    is_child: bool
    asylum_stands: bool
    origin: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SharingDecision:
    """Whether data may go, the ids of the fields that may, why, and the duties that come with it.

    `rule` is the consent rule that decided. Without `allowed` there are no fields and no duties.
    """

    allowed: bool
    rule: str
    reasons: tuple[Reason, ...]
    fields: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()


def may_refer(
    *, pathway: Pathway, person: Person, recipient: Recipient, consent: Consent, ruleset: Ruleset
) -> SharingDecision:
    """Decide whether a referral on this pathway may carry data to the recipient.

    For a child `child_assent` stands in for `adult_informed` on every pathway.
    """
    closed = _closed_by_origin(person, recipient, ruleset)
    if closed:
        return SharingDecision(False, ASYLUM_CONFIDENTIAL, (closed,))
    if person.is_child or pathway.consent == CHILD_ASSENT:
        decision = _child(pathway, recipient, consent, ruleset)
    else:
        decision = _asked(pathway, consent, ruleset)
    if decision.allowed or pathway.consent != LIFE_AT_RISK or consent.answer == "no":
        return decision
    return _life_at_risk(pathway, recipient, consent, ruleset)


def may_notify(
    *,
    pathway: Pathway,
    person: Person,
    recipient: Recipient,
    law_asks: Collection[str],
    person_told: bool,
    ruleset: Ruleset,
) -> SharingDecision:
    """Decide whether a report that the law orders may go, whatever the person said about a referral.

    `law_asks` are the fields that the law asks for; of these only what the pathway's profile holds travels.
    """
    closed = _closed_by_origin(person, recipient, ruleset)
    if closed:
        return SharingDecision(False, ASYLUM_CONFIDENTIAL, (closed,))
    if pathway.legal_duty != MANDATORY_REPORT:
        return SharingDecision(False, MANDATORY_REPORT, ("no_law_orders_report",))
    fields = tuple(field.id for field in agreed_fields(pathway.share, ruleset) if field.id in law_asks)
    duties: tuple[Duty, ...] = () if person_told else ("tell_the_person",)
    return SharingDecision(True, MANDATORY_REPORT, ("law_orders_report",), fields, duties)


def override_overdue(*, shared_at: datetime, confirmed_at: datetime | None, now: datetime) -> bool:
    """Whether an override still lacks its second person after 24 hours, or got one too late."""
    return (confirmed_at or now) - shared_at > SECOND_PERSON_WITHIN


def _closed_by_origin(person: Person, recipient: Recipient, ruleset: Ruleset) -> Reason | None:
    """The country of origin hears nothing while asylum stands; the host State is not meant by it."""
    abroad = recipient.speaks_for not in ("", ruleset.country)
    if not person.asylum_stands or not (abroad or recipient.consulate):
        return None
    if recipient.consulate or recipient.speaks_for in person.origin:
        return "country_of_origin"
    return None if person.origin else "country_of_origin_unknown"


def _asked(pathway: Pathway, consent: Consent, ruleset: Ruleset) -> SharingDecision:
    match consent.answer:
        case "yes":
            return _allowed(ADULT_INFORMED, "agreed", pathway, ruleset)
        case "yes_but_not_all":
            return _allowed(ADULT_INFORMED, "agreed_in_part", pathway, ruleset, consent.agreed)
        case "no":
            return SharingDecision(False, ADULT_INFORMED, ("said_no",))
        case "not_now":
            return SharingDecision(False, ADULT_INFORMED, ("said_not_now",))
        case "not_asked":
            return SharingDecision(False, ADULT_INFORMED, ("not_asked",))


def _child(pathway: Pathway, recipient: Recipient, consent: Consent, ruleset: Ruleset) -> SharingDecision:
    if not consent.child_told:
        return SharingDecision(False, CHILD_ASSENT, ("child_not_told",))
    if consent.answer == "yes":
        return _allowed(CHILD_ASSENT, "child_agrees", pathway, ruleset)
    if recipient.protects_children or consent.best_interests_decided:
        return _allowed(CHILD_ASSENT, "child_best_interests", pathway, ruleset)
    if consent.answer == "yes_but_not_all":
        return _allowed(CHILD_ASSENT, "child_agrees", pathway, ruleset, consent.agreed)
    return SharingDecision(False, CHILD_ASSENT, ("child_protection_decides_first",))


def _life_at_risk(
    pathway: Pathway, recipient: Recipient, consent: Consent, ruleset: Ruleset
) -> SharingDecision:
    refused: list[Reason] = []
    if consent.can_answer:
        refused.append("person_can_answer")
    if recipient.agency != pathway.lead:
        refused.append("override_other_agency")
    if not consent.override_reason.strip():
        refused.append("override_without_reason")
    if refused:
        return SharingDecision(False, LIFE_AT_RISK, tuple(refused))
    fields = tuple(field.id for field in agreed_fields(pathway.share, ruleset))
    return SharingDecision(
        True,
        LIFE_AT_RISK,
        ("life_at_risk",),
        fields,
        ("second_person_within_24_hours", "tell_the_person", "list_to_data_protection_officer"),
    )


def _allowed(
    rule: str, why: Reason, pathway: Pathway, ruleset: Ruleset, agreed: tuple[str, ...] | None = None
) -> SharingDecision:
    fields = tuple(field.id for field in agreed_fields(pathway.share, ruleset, agreed))
    return SharingDecision(True, rule, (why,), fields)
