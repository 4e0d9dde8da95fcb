"""Recording what the person said when asked about a referral, and the answer that a further yes allows.

Knows what a consent record for a referral holds. Whether it carries anything is decided when something
is to go.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction as db
from django.utils import timezone

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk
from kimbilio.server.people import selectors as people
from kimbilio.server.people.services import consent_record

from .models import Referral
from .permission import REFER, recipient_code
from .sending import referral_answer


@db.atomic
def answer_record(
    *,
    actor: Actor,
    case: people.Case,
    desk: Desk,
    category: str,
    said: Mapping[str, Any],
    language: str,
    expires_at: datetime | None = None,
    transaction: uuid.UUID | None = None,
) -> people.Consent:
    """Record what the person said about telling one desk of one need.

    `said`: answer, fields, can_answer, override_reason, child_told, best_interests_decided, how, interpreter.
    A no is recorded like a yes, so that it is kept.
    """
    return consent_record(
        actor=actor,
        case=case,
        scope=REFER,
        document={
            **said,
            "recipient": recipient_code(desk.organisation),
            "desk": str(desk.id),
            "category": category,
            "language": language,
            "asked_by": str(actor.member) if actor.member else "",
        },
        asked_at=timezone.now(),
        expires_at=expires_at,
        transaction=transaction,
    )


@db.atomic
def question_answer(
    *,
    actor: Actor,
    referral: Referral,
    field: str,
    said: Mapping[str, Any],
    transaction: uuid.UUID | None = None,
) -> Referral:
    """Answer a desk's question after the person was asked again; a no is told as *not given*.

    `said`: answer (yes or no), how, child_told. The further yes adds the field to what was agreed before; a
    no leaves that standing. Raises NotVisible, NotAllowed, Refused.
    """
    if said["answer"] != "yes":
        return referral_answer(actor=actor, referral=referral, fields=[], transaction=transaction)
    before = next(
        (
            row
            for row in people.consents_of(referral.case, scope=REFER)
            if row.consent.id == referral.consent_id
        ),
        None,
    )
    known = before.document if before else {}
    category = str(known.get("category") or "")
    everything = known.get("answer") == "yes"
    consent = answer_record(
        actor=actor,
        case=referral.case,
        desk=referral.desk,
        category=category,
        said={
            "answer": "yes" if everything else "yes_but_not_all",
            "fields": [] if everything else sorted({*(known.get("fields") or ()), field}),
            "child_told": bool(said.get("child_told")),
            "best_interests_decided": bool(known.get("best_interests_decided")),
            "how": said.get("how") or "spoken",
            "interpreter": known.get("interpreter") or "",
        },
        language=str(known.get("language") or ""),
        expires_at=before.consent.expires_at if before else None,
    )
    return referral_answer(
        actor=actor, referral=referral, fields=[field], consent=consent, transaction=transaction
    )
