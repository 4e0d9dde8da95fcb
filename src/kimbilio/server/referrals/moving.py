"""What every act on a referral shares: getting the row, the double press, the move, the clocks, the case's
stage.

Does not know why a referral moves: `sending`, `answering`, `hearing` and `escalating` do.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from procrastinate.contrib.django import app

from kimbilio.packs import Pack
from kimbilio.rules.referral import check_move
from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.selectors import acts_of_organisation
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.crypto import DataKey
from kimbilio.server.notices.services import notices_settle
from kimbilio.server.people import services as people
from kimbilio.server.people.country import pack_for
from kimbilio.server.sharing.services import envelope_send

from .course import stage_for
from .models import Referral
from .refusals import refuse_any
from .roles import may_act
from .telling import ABOUT
from .timing import clocks_set

ACT_OF = {
    state: f"referral.{state}" for state in Referral.State.values if state not in (Referral.State.DRAFT,)
}
"""The act that brings a state about."""


def already(actor: Actor, transaction: uuid.UUID | None, *acts: str) -> uuid.UUID | None:
    """The subject of the act that this transaction has already written, so that a second press does
    nothing.
    """
    if transaction is None:
        return None
    written = acts_of_organisation(actor.organisation).filter(transaction=transaction, act__in=acts)
    return written.values_list("subject", flat=True).first()


def referral_lock(actor: Actor, referral: Referral | uuid.UUID) -> Referral:
    """The row for the actor, locked until the transaction ends. Raises NotVisible, NotAllowed."""
    identifier = referral if isinstance(referral, uuid.UUID) else referral.id
    found = Referral.objects.get_for(actor, for_=Purpose.REFERRAL, id=identifier)
    may_act(actor)
    return (
        Referral.objects.select_for_update(of=("self",))
        .select_related("case__person", "desk", "other")
        .get(id=found.id)
    )


def check(referral: Referral, to: str, pack: Pack) -> None:
    """Raise Refused unless this side may bring the state about now."""
    refuse_any(check_move(referral.state, to, referral.party, pack.ruleset))


def move(
    referral: Referral,
    to: str,
    *,
    actor: Actor,
    at: datetime,
    transaction: uuid.UUID,
    act: str = "",
    codes: Mapping[str, Any] | None = None,
    document: Mapping[str, Any] | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Put the referral into a state, with its clocks, its act and its case's stage. Checks nothing.

    `document` is added to the sealed document. `codes` travel no further than the act and hold no personal
    data.
    """
    pack = pack_for(referral.organisation_id)
    referral.state = to
    if to == Referral.State.ACKNOWLEDGED and referral.answered_at is None:
        referral.answered_at = at
    if to == Referral.State.ACCEPTED:
        referral.accepted_at = at
    key = sealed.key_of(referral)
    if document:
        write(referral, key, document)
    clocks_set(referral, pack.ruleset, at=at)
    referral.save()
    if to != Referral.State.EXPIRED:
        notices_settle(actor=actor, about=(ABOUT, referral.id))  # what waited before waits no longer
    record(
        referral, act or ACT_OF[to], actor=actor, transaction=transaction, codes=codes, key=key, detail=detail
    )
    stage_set(referral, actor=actor, transaction=transaction)


def record(
    referral: Referral,
    act: str,
    *,
    actor: Actor,
    transaction: uuid.UUID,
    codes: Mapping[str, Any] | None = None,
    key: DataKey | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write an act about the referral onto its case's timeline."""
    act_record(
        actor=actor,
        act=act,
        subject=referral.id,
        transaction=transaction,
        case=referral.case_id,
        codes={
            "state": referral.state,
            "desk": str(referral.desk_id),
            "other": str(referral.other_id),
            **(codes or {}),
        },
        key=key if detail is not None else None,
        detail=detail,
        wrote=referral.sealed,
    )


def write(referral: Referral, key: DataKey, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Add to the sealed document; the row is not saved. Returns the whole document."""
    before = sealed.read(referral, key) if referral.sealed else {}
    document = {**before, **changes}
    sealed.write(referral, key, document)
    return document


def stage_set(referral: Referral, *, actor: Actor, transaction: uuid.UUID) -> None:
    """Move the case to the stage that its referrals give it."""
    pack = pack_for(referral.organisation_id)
    rows = Referral.objects.filter(case=referral.case_id).values_list("side", "state")
    stage = stage_for(rows, pack.ruleset)
    if stage is not None:
        people.case_stage_move(actor=actor, case=referral.case, stage=stage, transaction=transaction)


def post(referral: Referral, kind: str, values: Mapping[str, Any], *, actor: Actor) -> uuid.UUID:
    """Seal values to the other side and defer the job that applies them there, in the caller's transaction.

    The row counts what this side has said (not saved here), so that the other side can tell an older word
    from a newer. Returns the envelope's id.
    """
    referral.said += 1
    envelope = envelope_send(
        actor=actor,
        receiver=referral.other,
        kind=kind,
        thread=referral.thread,
        values={"n": referral.said, **values},
    )
    job = app.configure_task(
        "referrals.envelope_apply", queue="referrals", lock=f"{referral.thread} {referral.other_id}"
    )
    job.defer(envelope=str(envelope.id), organisation=str(referral.other_id))
    return envelope.id
