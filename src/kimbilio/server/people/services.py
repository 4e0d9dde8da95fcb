"""Acts on persons, cases and consents. Each is one transaction that writes and journals."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction as db

from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk, Member
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import keystore, sealed
from kimbilio.server.kernel.crypto import DataKey
from kimbilio.server.kernel.ids import new_code, new_id
from kimbilio.server.kernel.inserting import rows_insert

from .models import Case, Consent, Person, Withdrawal
from .search import WAY, codes_write


@dataclass(frozen=True)
class Episode:
    """A case with the key that opens it, for the services that go on writing."""

    case: Case
    key: DataKey


@db.atomic
def case_open(
    *,
    actor: Actor,
    facts: Mapping[str, Any],
    screening: Mapping[str, Any],
    desk: Desk,
    priority: str,
    noticed_at: datetime,
    noticed_by: Member | None = None,
    ring: uuid.UUID | None = None,
    stage: str = Case.Stage.NOTICED,
    transaction: uuid.UUID | None = None,
) -> Episode:
    """Register a person met for the first time and open their first case.

    `facts` describe the person, by share field (`name`, `age_band`, `language`, …); `screening` is what was
    understood (answers, needs, reasons, not assessed). Both are sealed with a key in `ring`, or in a new ring.
    """
    transaction = transaction or new_id()
    key, ring = keystore.key_create(actor.organisation, ring=ring)
    person = Person(id=new_id(), organisation_id=actor.organisation, ring=ring, coded=WAY)
    sealed.write(person, key, facts)
    while not rows_insert([person]):  # forty random bits: among a million people two codes may be alike
        person.code = new_code()
    case = Case(
        id=new_id(),
        organisation_id=actor.organisation,
        person=person,
        desk=desk,
        stage=stage,
        priority=priority,
        noticed_at=noticed_at,
        noticed_by=noticed_by,
    )
    sealed.write(case, key, screening)
    case.save(force_insert=True)
    needs = [need["category"] for need in screening.get("needs", [])]
    codes_write(actor.organisation, [case.id], facts, needs=needs)
    act_record(
        actor=actor,
        act="person.registered",
        subject=person.id,
        transaction=transaction,
        case=case.id,
        wrote=person.sealed,
    )
    act_record(
        actor=actor,
        act="case.noticed",
        subject=case.id,
        transaction=transaction,
        case=case.id,
        codes={"priority": priority, "desk": str(desk.id), "stage": stage},
        wrote=case.sealed,
    )
    return Episode(case, key)


@db.atomic
def case_stage_move(*, actor: Actor, case: Case, stage: str, transaction: uuid.UUID | None = None) -> None:
    """Move a case to a stage; rooms above call this when what they know has moved it."""
    if case.stage == stage:
        return
    act_record(
        actor=actor,
        act="case.stage_moved",
        subject=case.id,
        transaction=transaction,
        case=case.id,
        codes={"from": case.stage, "stage": stage},
    )
    case.stage = stage
    case.save(update_fields=["stage"])


@db.atomic
def case_assign(*, actor: Actor, case: uuid.UUID, member: Member | None) -> Case:
    """Give a case to a member of the same organisation, or to nobody in particular. Raises NotVisible."""
    row: Case = Case.objects.get_for(actor, for_=Purpose.CASEWORK, id=case)
    row.assigned_to = member
    row.save(update_fields=["assigned_to"])
    act_record(
        actor=actor,
        act="case.assigned",
        subject=row.id,
        case=row.id,
        codes={"member": str(member.id) if member else None},
    )
    return row


@db.atomic
def facts_add(
    *, actor: Actor, case: Case, facts: Mapping[str, Any], transaction: uuid.UUID | None = None
) -> None:
    """Add to what is known of the person; what was known before stays in the act's sealed detail."""
    person = case.person
    key = sealed.key_of(person)
    before = sealed.read(person, key)
    changed = {name: value for name, value in facts.items() if value and before.get(name) != value}
    if not changed:
        return
    sealed.write(person, key, {**before, **changed})
    person.save(update_fields=["sealed"])
    codes_write(actor.organisation, person.cases.values_list("id", flat=True), changed)
    act_record(
        actor=actor,
        act="person.facts_added",
        subject=person.id,
        transaction=transaction,
        case=case.id,
        key=key,
        detail={"before": {name: before.get(name) for name in changed}, "after": changed},
        wrote=person.sealed,
    )


@db.atomic
def case_follow_up(
    *,
    actor: Actor,
    case: Case,
    document: Mapping[str, Any],
    branch: str = "",
    transaction: uuid.UUID | None = None,
) -> None:
    """Write down that the person was met again, or looked for.

    `document` holds what was seen, by question, and stays sealed; `branch` names the phone's own series of
    changes, if it says one.
    """
    act_record(
        actor=actor,
        act="case.followed_up",
        subject=case.id,
        transaction=transaction,
        case=case.id,
        codes={"branch": branch} if branch else {},
        key=sealed.key_of(case),
        detail=document,
    )


@db.atomic
def consent_record(
    *,
    actor: Actor,
    case: Case,
    scope: str,
    document: Mapping[str, Any],
    asked_at: datetime,
    expires_at: datetime | None = None,
    transaction: uuid.UUID | None = None,
) -> Consent:
    """Record what a person answered when asked.

    `document`: answer (yes, yes_but_not_all, no, not_now, not_asked), recipient (agency), category, fields agreed,
    language, interpreter, how given, and for a lawful override its reason.
    """
    key = sealed.key_of(case)
    consent = Consent(
        id=new_id(),
        organisation_id=actor.organisation,
        case=case,
        scope=scope,
        asked_at=asked_at,
        expires_at=expires_at,
    )
    sealed.write(consent, key, document)
    consent.save(force_insert=True)
    act_record(
        actor=actor,
        act="consent.recorded",
        subject=consent.id,
        transaction=transaction,
        case=case.id,
        codes={"scope": scope},
        key=key,
        detail={"answer": document.get("answer"), "recipient": document.get("recipient")},
        wrote=consent.sealed,
    )
    return consent


@db.atomic
def consent_withdraw(*, actor: Actor, consent: uuid.UUID) -> Withdrawal:
    """The person takes a consent back: nothing more leaves under it. Raises NotVisible."""
    row = Consent.objects.get_for(actor, for_=Purpose.CASEWORK, id=consent)
    withdrawal, made = Withdrawal.objects.get_or_create(
        consent=row, defaults={"organisation_id": actor.organisation}
    )
    if made:
        act_record(
            actor=actor,
            act="consent.withdrawn",
            subject=row.id,
            case=row.case_id,
            codes={"scope": row.scope},
        )
    return withdrawal
