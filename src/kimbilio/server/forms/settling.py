"""A person has looked at a form: it is settled, or read again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction as db
from django.utils import timezone
from django.utils.translation import gettext as _

from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import Refused
from kimbilio.server.notices.services import notices_settle

from .models import Refusal, Submission
from .reasons import REFUSED
from .turns import understanding_defer

State = Submission.State


@db.atomic
def submission_settle(*, actor: Actor, submission: uuid.UUID, note: str) -> Submission:
    """A person has looked at the submission; `note` says what they decided. Raises NotVisible, Refused."""
    row = _waiting(actor, submission, State.NEEDS_A_LOOK)
    _settled(actor, row, note, case=row.case, codes={"reasons": row.reasons})
    row.state = State.SETTLED
    row.save(update_fields=["state"])
    return row


@db.atomic
def submission_retry(*, actor: Actor, submission: uuid.UUID) -> Submission:
    """Have the submission read again, after what stood in the way was mended. Raises NotVisible, Refused."""
    row = _waiting(actor, submission, State.NEEDS_A_LOOK, State.RECEIVED)
    if row.case is not None:
        raise Refused(
            _("The form already became a case. Change the case itself, and write what you decided here.")
        )
    row.state, row.reasons = State.RECEIVED, []
    row.save(update_fields=["state", "reasons"])
    act_record(actor=actor, act="submission.retried", subject=row.id)
    understanding_defer(row)
    return row


@db.atomic
def refusal_settle(*, actor: Actor, refusal: uuid.UUID, note: str) -> Refusal:
    """A person has looked at a refused form; `note` says what they decided. Raises NotVisible, Refused."""
    row: Refusal = Refusal.objects.select_for_update().get_for(actor, for_=Purpose.CASEWORK, id=refusal)
    if row.settled_at is None:
        _settled(actor, row, note, case=None, codes={"submission": str(row.submission_id)})
        row.settled_at = timezone.now()
        row.save(update_fields=["settled_at"])
        notices_settle(actor=actor, about=(REFUSED, row.id))
    return row


def _waiting(actor: Actor, submission: uuid.UUID, *states: str) -> Submission:
    row: Submission = Submission.objects.select_for_update().get_for(
        actor, for_=Purpose.CASEWORK, id=submission
    )
    if row.state not in states:
        raise Refused(_("This form no longer needs a look: it was read or settled meanwhile. Open it again."))
    return row


def _settled(
    actor: Actor, row: Submission | Refusal, note: str, *, case: uuid.UUID | None, codes: Mapping[str, object]
) -> None:
    if not note.strip():
        raise Refused(_("Nothing says yet what you decided. Write it in a few words."))
    act_record(
        actor=actor,
        act="submission.settled",
        subject=row.id,
        case=case,
        codes=codes,
        key=sealed.key_of(row),
        detail={"note": note.strip()},
    )
