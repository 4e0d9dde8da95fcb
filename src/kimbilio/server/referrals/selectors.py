"""Questions about referrals. Rows are obtained for an actor; opening one is an act and is written down."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from kimbilio.packs import Pack
from kimbilio.rules.consent import SECOND_PERSON_WITHIN
from kimbilio.rules.referral import moves as rule_moves
from kimbilio.server.access.records import RecordQuerySet
from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk, Member
from kimbilio.server.identity.selectors import organisation_get
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import NotAllowed
from kimbilio.server.people import selectors as people
from kimbilio.server.people.country import pack_for

from .directory import DeskCard, directory, services_without_desk
from .models import Override, Referral
from .previewing import Preview, SharedField, preview
from .proposals import Proposal, Suggestion, proposals_for
from .roles import ACTS_ON_REFERRALS

__all__ = [
    "DeskCard",
    "OverrideLine",
    "Preview",
    "Proposal",
    "ReferralReading",
    "SharedField",
    "Suggestion",
    "directory",
    "overrides_listed",
    "preview",
    "proposals_for",
    "referral_get",
    "referral_read",
    "referrals_of",
    "referrals_visible",
    "services_without_desk",
]

READS_OVERRIDES = frozenset(
    {Member.Role.SUPERVISOR, Member.Role.COORDINATOR, Member.Role.STEWARD, Member.Role.AUDITOR}
)


@dataclass(frozen=True)
class ReferralReading:
    """A referral in clear. `moves` are the states this actor may bring about now, with `answer` and
    `confirm_override`.

    `document`: category, pathway, asked_key, profile, values (without name and safe contact), their_code,
    from_organisation, service_types, may_ask, ground, transport, transport_at, escort, bed, bed_held_until,
    reason, why, other_desk, outcome, asked_field, answers, is_child, override (at, confirm_by, confirmed_by,
    confirmed_at).
    """

    referral: Referral
    document: dict[str, Any]
    moves: tuple[str, ...]
    has_name: bool


@dataclass(frozen=True)
class OverrideLine:
    """One sharing without consent, for the data protection officer: codes and names of colleagues, nothing
    else.
    """

    case_code: str
    desk: Desk
    by: str
    at: datetime
    confirmed_by: str
    overdue: bool


def referrals_visible(actor: Actor) -> RecordQuerySet[Referral]:
    """The referrals this actor may see, newest first."""
    rows: RecordQuerySet[Referral] = Referral.objects.visible_to(actor, for_=Purpose.REFERRAL)
    return rows.select_related("case__person", "desk__organisation", "other").order_by("-id")


def referral_get(actor: Actor, referral: uuid.UUID) -> Referral:
    """One referral with its case, desk and other side. Raises NotVisible."""
    return referrals_visible(actor).get_for(actor, for_=Purpose.REFERRAL, id=referral)


def referral_read(actor: Actor, referral: Referral) -> ReferralReading:
    """Open a referral for reading; the opening is journalled. Raises NotVisible, KeyDestroyed."""
    row = referral_get(actor, referral.id)
    people.opening_record(actor, row.case, for_=Purpose.REFERRAL)
    return _reading(actor, row, sealed.read(row))


def referrals_of(actor: Actor, case: people.Case) -> list[ReferralReading]:
    """The referrals of a case that was opened for the actor, newest first; erased ones are left out."""
    rows = list(referrals_visible(actor).filter(case=case))
    documents = sealed.read_many(rows)
    return [_reading(actor, row, documents[row.id]) for row in rows if row.id in documents]


def overrides_listed(actor: Actor) -> list[OverrideLine]:
    """Every sharing without consent of the organisation, newest first. Raises NotAllowed."""
    if actor.role not in READS_OVERRIDES:
        raise NotAllowed
    rows = (
        Override.objects.filter(organisation_id=actor.organisation)
        .select_related("referral__case__person", "referral__desk", "member", "confirmed_by")
        .order_by("-at")
    )
    now = timezone.now()
    return [
        OverrideLine(
            case_code=row.referral.case.code,
            desk=row.referral.desk,
            by=row.member.name,
            at=row.at,
            confirmed_by=row.confirmed_by.name if row.confirmed_by else "",
            overdue=(row.confirmed_at or now) - row.at > SECOND_PERSON_WITHIN,
        )
        for row in rows
    ]


def _reading(actor: Actor, row: Referral, document: Mapping[str, Any]) -> ReferralReading:
    pack = pack_for(row.organisation_id)
    envelope = document.get("envelope") or {}
    values = dict(envelope.get("values") or {})
    needs = values.get("needs") or [""]
    category = document.get("category") or needs[0]
    question = document.get("question") or {}
    override = Override.objects.select_related("member", "confirmed_by").filter(referral=row).first()
    received = row.side == Referral.Side.RECEIVED
    agency = organisation_get(row.organisation_id).agency if received else row.other.agency
    shown = {
        "category": category,
        "pathway": document.get("pathway") or "",
        "profile": document.get("profile") or "",
        "asked_key": _asked_key(pack, category, agency, is_child=bool(envelope.get("escort_needed"))),
        "values": {name: value for name, value in values.items() if name not in people.NAME_FIELDS},
        "their_code": values.get("case_code", "") if received else "",
        "from_organisation": row.other.name if received else "",
        "service_types": envelope.get("service_types", []),
        "may_ask": envelope.get("may_ask", []),
        "ground": envelope.get("ground", ""),
        "is_child": bool(envelope.get("escort_needed")),
        "asked_field": question.get("field", ""),
        "answers": {
            name: value
            for name, value in (document.get("answers") or {}).items()
            if name not in people.NAME_FIELDS
        },
        "override": {
            "at": override.at,
            "confirm_by": override.at + SECOND_PERSON_WITHIN,
            "confirmed_by": override.confirmed_by.name if override.confirmed_by else "",
            "confirmed_at": override.confirmed_at,
        }
        if override
        else None,
    }
    for name in (
        "transport",
        "transport_at",
        "escort",
        "bed",
        "bed_held_until",
        "reason",
        "why",
        "other_desk",
        "outcome",
    ):
        shown[name] = document.get(name) or ""
    return ReferralReading(
        referral=row,
        document=shown,
        moves=_moves(actor, row, pack, override),
        has_name=any(
            values.get(name) or (document.get("answers") or {}).get(name) for name in people.NAME_FIELDS
        ),
    )


def _asked_key(pack: Pack, category: str, agency: str, *, is_child: bool) -> str:
    pathway = pack.ruleset.pathway_for(category, "child" if is_child else "adult")
    if pathway is None:
        return ""
    return next((step.do for step in pathway.steps if step.by == agency and not step.blocked_by), "")


def _moves(actor: Actor, row: Referral, pack: Pack, override: Override | None) -> tuple[str, ...]:
    if actor.role not in ACTS_ON_REFERRALS:
        return ()
    party = row.party
    named = [
        "answer" if party == "sender" and state == Referral.State.ACKNOWLEDGED else state
        for state in rule_moves(row.state, party, pack.ruleset)
    ]
    if override is not None and override.confirmed_at is None and override.member_id != actor.member:
        named.append("confirm_override")
    return tuple(named)
