"""The receiver's acts: acknowledge, ask, accept, decline, and from the person's arrival to the outcome.

Each posts a state with codes. What the receiver writes for itself stays in its own sealed row.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction as db
from django.utils import timezone

from kimbilio.packs import Pack
from kimbilio.rules.referral import (
    Acceptance,
    Decline,
    Refusal,
    check_acceptance,
    check_decline,
    check_ending,
)
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.people.country import pack_for
from kimbilio.server.sharing.models import Envelope

from .models import Referral
from .moving import ACT_OF, already, check, move, post, referral_lock
from .refusals import ReferralRefused, refuse_any, refused

State = Referral.State


@db.atomic
def referral_acknowledge(
    *, actor: Actor, referral: Referral, transaction: uuid.UUID | None = None
) -> Referral:
    """The desk has received it and is looking. Raises NotVisible, NotAllowed, Refused."""
    if referral.side == Referral.Side.SENT:  # the sender's answer to a question leads to the same state
        referral_lock(actor, referral)
        raise ReferralRefused((Refusal("not_your_move"),))
    return _step(actor, referral, State.ACKNOWLEDGED, transaction)


@db.atomic
def referral_ask(
    *, actor: Actor, referral: Referral, field: str, transaction: uuid.UUID | None = None
) -> Referral:
    """Ask for one field of the share profile that did not come. Raises NotVisible, NotAllowed, Refused."""
    row = referral_lock(actor, referral)
    if already(actor, transaction, ACT_OF[State.INFORMATION_NEEDED]):
        return row
    envelope = sealed.read(row).get("envelope", {})
    if not field:
        raise ReferralRefused((Refusal("missing", "field"),))
    if field not in envelope.get("may_ask", []):
        raise ReferralRefused((Refusal("outside_share_profile", "field"),))
    question = {"field": field, "at": timezone.now().isoformat()}
    return _step(
        actor, row, State.INFORMATION_NEEDED, transaction, said={"field": field}, kept={"question": question}
    )


@db.atomic
def referral_accept(
    *,
    actor: Actor,
    referral: Referral,
    transport: str,
    escort: str,
    bed: str,
    when: datetime | None = None,
    bed_until: datetime | None = None,
    transaction: uuid.UUID | None = None,
) -> Referral:
    """Accept: say how the person gets there, who goes along, whether a bed is held; `when` is the transport's
    time.

    A child never travels without an escort. Raises NotVisible, NotAllowed, Refused.
    """
    row = referral_lock(actor, referral)
    if already(actor, transaction, ACT_OF[State.ACCEPTED]):
        return row
    pack = pack_for(row.organisation_id)
    check(row, State.ACCEPTED, pack)
    is_child = bool(sealed.read(row).get("envelope", {}).get("escort_needed"))
    refuse_any(
        check_acceptance(
            Acceptance(transport, escort, bed, transport_at=when, bed_held_until=bed_until),
            pack.ruleset,
            is_child=is_child,
        )
    )
    said = {
        "transport": transport,
        "transport_at": when.isoformat() if when else None,
        "escort": escort,
        "bed": bed,
        "bed_held_until": bed_until.isoformat() if bed_until else None,
    }
    return _step(actor, row, State.ACCEPTED, transaction, said=said, kept=said)


@db.atomic
def referral_decline(
    *,
    actor: Actor,
    referral: Referral,
    reason: str,
    other_desk: Desk | None,
    why: str = "",
    transaction: uuid.UUID | None = None,
) -> Referral:
    """Decline by the closed list and offer another desk. `why` stays here: the sender hears the code.

    Raises NotVisible, NotAllowed, Refused.
    """
    row = referral_lock(actor, referral)
    if already(actor, transaction, ACT_OF[State.DECLINED]):
        return row
    pack = pack_for(row.organisation_id)
    check(row, State.DECLINED, pack)
    refuse_any(
        check_decline(
            Decline(reason, str(other_desk.id) if other_desk else "", why),
            reasons=[code.code for code in pack.codes["decline_reason"]],
            own_desk=str(row.desk_id),
        )
    )
    if other_desk is None or not (other_desk.open and other_desk.receives_referrals):
        raise refused("desk_closed")
    said = {"reason": reason, "other_desk": str(other_desk.id)}
    return _step(actor, row, State.DECLINED, transaction, said=said, kept={**said, "why": why})


@db.atomic
def referral_arrive(*, actor: Actor, referral: Referral, transaction: uuid.UUID | None = None) -> Referral:
    """The person has arrived. Raises NotVisible, NotAllowed, Refused."""
    return _step(actor, referral, State.ARRIVED, transaction)


@db.atomic
def referral_not_arrived(
    *, actor: Actor, referral: Referral, transaction: uuid.UUID | None = None
) -> Referral:
    """The person has not arrived: the safe contact and the escort are called. Raises NotVisible, NotAllowed,
    Refused.
    """
    return _step(actor, referral, State.NOT_ARRIVED, transaction)


@db.atomic
def referral_begin(*, actor: Actor, referral: Referral, transaction: uuid.UUID | None = None) -> Referral:
    """Help begins. Raises NotVisible, NotAllowed, Refused."""
    return _step(actor, referral, State.IN_SERVICE, transaction)


@db.atomic
def referral_complete(
    *, actor: Actor, referral: Referral, outcome: str, transaction: uuid.UUID | None = None
) -> Referral:
    """Help is completed; `outcome` is a code. Raises NotVisible, NotAllowed, Refused."""
    return _end(actor, referral, State.COMPLETED, ("outcome", "outcome"), outcome, transaction)


@db.atomic
def referral_close(
    *, actor: Actor, referral: Referral, reason: str, transaction: uuid.UUID | None = None
) -> Referral:
    """Close without completing; `reason` is a code. After *not arrived* the sender may do it too.

    Raises NotVisible, NotAllowed, Refused.
    """
    return _end(actor, referral, State.CLOSED, ("reason", "closing_reason"), reason, transaction)


def _end(
    actor: Actor,
    referral: Referral,
    to: str,
    part: tuple[str, str],
    code: str,
    transaction: uuid.UUID | None,
) -> Referral:
    name, codes = part
    refuse_any(check_ending(to, reason=code))
    if code not in {row.code for row in pack_for(referral.organisation_id).codes[codes]}:
        # Free text would reach the sender: only a code may
        raise ReferralRefused((Refusal("not_in_the_list", name),))
    return _step(actor, referral, to, transaction, said={name: code}, kept={name: code})


def _step(
    actor: Actor,
    referral: Referral,
    to: str,
    transaction: uuid.UUID | None,
    *,
    said: Mapping[str, Any] | None = None,
    kept: Mapping[str, Any] | None = None,
) -> Referral:
    """Bring a state about on this side and tell the other: `said` is codes and times, `kept` stays in this
    row.
    """
    row = referral_lock(actor, referral)
    if already(actor, transaction, ACT_OF[to]):
        return row
    pack: Pack = pack_for(row.organisation_id)
    check(row, to, pack)
    now = timezone.now()
    post(row, Envelope.Kind.STATE, {"at": now.isoformat(), "state": to, **(said or {})}, actor=actor)
    move(
        row,
        to,
        actor=actor,
        at=now,
        transaction=transaction or new_id(),
        codes={name: value for name, value in (said or {}).items() if value is not None},
        document=kept,
    )
    return row
