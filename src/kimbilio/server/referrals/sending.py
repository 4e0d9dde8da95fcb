"""The sender's acts: draft, send, answer a question, withdraw, confirm an override, and the proposal after a
screening.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction as db
from django.utils import timezone

from kimbilio.rules.parts import Pathway
from kimbilio.rules.referral import Refusal
from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk
from kimbilio.server.identity.selectors import desks_for_referrals, organisation_get
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.people import selectors as people
from kimbilio.server.people.country import pack_for
from kimbilio.server.sharing.models import Envelope

from .contents import content_of, service_types_asked, value_of
from .course import is_live
from .directory import directory
from .models import Override, Referral
from .moving import already, check, move, post, record, referral_lock, write
from .permission import Permission, answers_for, permission_for, recipient_code
from .proposals import suggestions_for
from .refusals import ReferralRefused, refused
from .roles import may_act
from .situation import Situation, situation_of


@db.atomic
def referral_draft(
    *,
    actor: Actor,
    case: people.Case,
    category: str,
    desk: Desk,
    fields: Collection[str] | None = None,
    consent: people.Consent | None = None,
    transaction: uuid.UUID | None = None,
) -> Referral:
    """Prepare a referral of one need to a desk; a draft that the need already has is changed.

    `fields` are the shared fields ticked, None for all that the person agrees to. `consent` is kept as what
    the draft was made under; sending looks at the newest again. Raises NotVisible, NotAllowed, Refused.
    """
    transaction = transaction or new_id()
    seen = _case_lock(actor, case)
    may_act(actor)
    done = already(actor, transaction, "referral.drafted")
    if done is not None:
        drafted: Referral = Referral.objects.get_for(actor, for_=Purpose.REFERRAL, id=done)
        return drafted
    return _draft(actor, situation_of(seen), category, desk, fields, consent, transaction)


@db.atomic
def referral_send(*, actor: Actor, referral: Referral, transaction: uuid.UUID | None = None) -> Referral:
    """Send a draft: its values are sealed to the desk's organisation, and its clock starts.

    Raises NotVisible, NotAllowed, and Refused when the newest consent does not carry it.
    """
    transaction = transaction or new_id()
    row = referral_lock(actor, referral)
    if already(actor, transaction, "referral.sent"):
        return row
    return _send(actor, row, transaction)


@db.atomic
def referral_answer(
    *,
    actor: Actor,
    referral: Referral,
    fields: Collection[str],
    consent: people.Consent | None = None,
    transaction: uuid.UUID | None = None,
) -> Referral:
    """Answer what the desk asked, with the field that a further yes of the person holds.

    Without fields the answer is that it is not given, which needs no consent. `consent` is what the person
    said to this question. Raises NotVisible, NotAllowed, Refused.
    """
    transaction = transaction or new_id()
    row = referral_lock(actor, referral)
    if already(actor, transaction, "referral.answered"):
        return row
    now = timezone.now()
    situation = situation_of(row.case)
    if (
        row.state != Referral.State.INFORMATION_NEEDED
    ):  # the desk's own acknowledgement leads to the same state
        raise ReferralRefused((Refusal("state_cannot_follow"),))
    check(row, Referral.State.ACKNOWLEDGED, situation.pack)
    document = sealed.read(row)
    values = _values_answered(situation, row, document, fields) if fields else {}
    row.consent = consent or row.consent
    post(row, Envelope.Kind.ANSWER, {"at": now.isoformat(), "values": values}, actor=actor)
    move(
        row,
        Referral.State.ACKNOWLEDGED,
        actor=actor,
        at=now,
        transaction=transaction,
        act="referral.answered",
        codes={"given": bool(values)},
        document={"question": None, "answers": {**document.get("answers", {}), **values}},
        detail={"fields": sorted(values)},
    )
    return row


@db.atomic
def referral_withdraw(
    *, actor: Actor, referral: Referral, reason: str, transaction: uuid.UUID | None = None
) -> Referral:
    """Take a referral back; `reason` is a code: `person` when the person no longer wants it, else the
    sender's own.

    Raises NotVisible, NotAllowed, Refused.
    """
    transaction = transaction or new_id()
    row = referral_lock(actor, referral)
    if already(actor, transaction, "referral.withdrawn"):
        return row
    now = timezone.now()
    pack = pack_for(row.organisation_id)
    check(row, Referral.State.WITHDRAWN, pack)
    if reason not in {code.code for code in pack.codes["withdrawal_reason"]}:
        raise ReferralRefused((Refusal("missing", "reason"),))
    if row.state != Referral.State.DRAFT:
        said = {"at": now.isoformat(), "state": "withdrawn", "reason": reason}
        post(row, Envelope.Kind.STATE, said, actor=actor)
    move(
        row, Referral.State.WITHDRAWN, actor=actor, at=now, transaction=transaction, codes={"reason": reason}
    )
    return row


@db.atomic
def referral_confirm_override(
    *, actor: Actor, referral: Referral, transaction: uuid.UUID | None = None
) -> Override:
    """A second person confirms that sharing without consent was right.

    Raises NotVisible, NotAllowed, and Refused when there is nothing to confirm or it is the same person.
    """
    row = referral_lock(actor, referral)
    override = Override.objects.select_for_update().filter(referral=row).first()
    if override is None:
        raise refused("no_override")
    if override.confirmed_at is not None:
        return override
    if actor.member is None or actor.member == override.member_id:
        raise refused("same_person")
    override.confirmed_by_id, override.confirmed_at = actor.member, timezone.now()
    override.save()
    record(row, "consent.override_confirmed", actor=actor, transaction=transaction or new_id())
    return override


@db.atomic
def referral_propose(
    *,
    actor: Actor,
    case: people.Case,
    consents: Iterable[people.Consent] = (),
    transaction: uuid.UUID | None = None,
) -> list[Referral]:
    """After a screening: a draft for each need that has a pathway and whose person did not say no.

    `consents` are those that the form recorded; the case's own are read, newest first. A yes to an agency is sent at
    once to its most fitting live desk: the officer decided and the person agreed, and an emergency may not wait
    in a draft because the agency has two desks. Running it again makes nothing twice.
    """
    transaction = transaction or new_id()
    situation = situation_of(_case_lock(actor, case))
    may_act(actor)
    recorded = {consent.id for consent in consents}
    proposed = []
    for need in situation.needs:
        pathway = situation.pathway(need["category"])
        if pathway is None or _has_referral(situation, pathway.category):
            continue
        answers = answers_for(situation, pathway.category)
        refused_by_person = bool(answers) and answers[0].document.get("answer") in ("no", "not_now")
        if refused_by_person and not situation.is_child:
            continue
        # After a child's no only the agency that protects children may be told, which leads
        asked = str(answers[0].document.get("recipient") or "") if answers and not refused_by_person else ""
        matching = desks_matching(actor, situation, pathway, asked or pathway.lead)
        if not matching:
            continue
        if len(matching) > 1:
            fitting = [row.desk.desk.id for row in suggestions_for(situation, pathway, directory(actor))]
            matching.sort(key=lambda desk: fitting.index(desk.id) if desk.id in fitting else len(fitting))
        draft = _draft(actor, situation, pathway.category, matching[0], None, None, transaction)
        permission = permission_for(situation, pathway, draft.other, now=timezone.now())
        decided = permission.reading is not None and permission.reading.consent.id in recorded
        if decided and permission.allowed and not permission.is_override:
            draft = _send(actor, referral_lock(actor, draft), transaction)
        proposed.append(draft)
    return proposed


def desks_matching(actor: Actor, situation: Situation, pathway: Pathway, agency: str) -> list[Desk]:
    """The live desks of an agency that offer what the pathway asks of it, all of them when it names no
    service.
    """
    country = organisation_get(actor.organisation).country
    desks = [
        desk
        for desk in desks_for_referrals(country)
        if recipient_code(desk.organisation) == agency and desk.organisation_id != actor.organisation
    ]
    named = any(step.get("service_types") for step in situation.steps(pathway.category))
    return [desk for desk in desks if not named or service_types_asked(situation, pathway, desk)]


def _draft(
    actor: Actor,
    situation: Situation,
    category: str,
    desk: Desk,
    fields: Collection[str] | None,
    consent: people.Consent | None,
    transaction: uuid.UUID,
) -> Referral:
    pathway = _pathway(situation, category)
    _desk_check(actor, desk)
    draft = _draft_of(situation, category) or Referral(
        id=new_id(),
        thread=new_id(),
        organisation_id=actor.organisation,
        side=Referral.Side.SENT,
        case=situation.case,
    )
    draft.desk, draft.other, draft.consent = desk, desk.organisation, consent
    draft.priority = situation.priority(category)
    document = {
        "category": category,
        "pathway": pathway.id,
        "profile": pathway.share,
        "fields": None if fields is None else sorted(fields),
    }
    write(draft, sealed.key_of(situation.case), document)
    draft.save()
    record(draft, "referral.drafted", actor=actor, transaction=transaction)
    return draft


def _send(actor: Actor, row: Referral, transaction: uuid.UUID) -> Referral:
    now = timezone.now()
    situation = situation_of(row.case)
    check(row, Referral.State.SENT, situation.pack)
    document = sealed.read(row)
    pathway = _pathway(situation, document["category"])
    _desk_check(actor, row.desk)
    permission = permission_for(situation, pathway, row.other, now=now)
    if not permission.allowed:
        raise refused(permission.reason)
    if permission.is_override and actor.member is None:
        raise refused("override_needs_person")
    content = content_of(situation, pathway, row.desk, permission, document["fields"])
    row.consent = permission.reading.consent if permission.reading else None
    row.priority, row.within_minutes = content["priority"], content["within_minutes"]
    row.sent_at, row.rung = now, 1
    envelope = post(row, Envelope.Kind.REFERRAL, {"at": now.isoformat(), **content}, actor=actor)
    move(
        row,
        Referral.State.SENT,
        actor=actor,
        at=now,
        transaction=transaction,
        codes={"priority": row.priority, "envelope": str(envelope)},
        document={"envelope": content},
        detail={"category": pathway.category, "fields": sorted(content["values"])},
    )
    if permission.is_override:
        _override(row, permission, actor=actor, transaction=transaction)
    return row


def _case_lock(actor: Actor, case: people.Case) -> people.Case:
    """The case for the actor, locked: two presses at once must not both find that the need has no draft."""
    rows = people.cases_visible(actor, for_=Purpose.REFERRAL).filter(id=case.id)
    locked = rows.select_for_update(of=("self",)).first()
    if locked is None:
        raise NotVisible
    return locked


def _pathway(situation: Situation, category: str) -> Pathway:
    if situation.need(category) is None:
        raise refused("need_not_found")
    pathway = situation.pathway(category)
    if pathway is None:
        raise refused("no_pathway")
    return pathway


def _desk_check(actor: Actor, desk: Desk) -> None:
    if desk.organisation_id == actor.organisation:
        raise refused("own_desk")
    if not (desk.open and desk.receives_referrals):
        raise refused("desk_closed")


def _own(situation: Situation, category: str) -> list[Referral]:
    rows = list(Referral.objects.filter(case=situation.case, side=Referral.Side.SENT))
    documents = sealed.read_many(rows)
    return [row for row in rows if documents.get(row.id, {}).get("category") == category]


def _has_referral(situation: Situation, category: str) -> bool:
    return any(row.state != Referral.State.WITHDRAWN for row in _own(situation, category))


def _draft_of(situation: Situation, category: str) -> Referral | None:
    own = _own(situation, category)
    if any(is_live(row.state, situation.pack.ruleset) for row in own):
        raise refused("under_way")
    return next((row for row in own if row.state == Referral.State.DRAFT), None)


def _values_answered(
    situation: Situation, row: Referral, document: dict[str, object], fields: Collection[str]
) -> dict[str, object]:
    """What an answer carries: the field that was asked for, held by a consent given after the question."""
    question = document.get("question")
    if not isinstance(question, dict) or question["field"] not in fields:
        raise refused("nothing_asked")
    pathway = _pathway(situation, str(document["category"]))
    now = timezone.now()
    permission = permission_for(situation, pathway, row.other, now=now)
    if not permission.allowed:
        raise refused(permission.reason)
    reading = permission.reading
    field = str(question["field"])
    asked_since = reading is not None and reading.consent.asked_at >= datetime.fromisoformat(question["at"])
    if not asked_since or field not in permission.fields:
        raise refused("further_yes")
    value = value_of(situation, pathway, field)
    if value is None:
        raise refused("not_known")
    return {field: value}


def _override(row: Referral, permission: Permission, *, actor: Actor, transaction: uuid.UUID) -> None:
    if actor.member is None or row.sent_at is None:
        raise refused("override_needs_person")
    Override.objects.create(
        organisation_id=row.organisation_id, referral=row, member_id=actor.member, at=row.sent_at
    )
    reason = permission.reading.document.get("override_reason") if permission.reading else ""
    record(
        row,
        "consent.overridden",
        actor=actor,
        transaction=transaction,
        key=sealed.key_of(row),
        detail={"reason": reason},
    )
