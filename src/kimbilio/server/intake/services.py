"""What a submission means: read it again, ask its handler, write the outcome, all in one transaction.

The job may be killed at any point and started again: until the transaction commits nothing was written, and
once it has, the submission no longer waits.
"""

from __future__ import annotations

import uuid

from django.db import transaction as db

from kimbilio.server.forms.errors import StillClosed
from kimbilio.server.forms.reasons import CONSTRAINT_BROKEN, CORRECTION, EXCLUDES_OTHERS
from kimbilio.server.forms.services import Taken, submission_corrected, submission_take, submission_understood
from kimbilio.server.identity.actor import Actor

from .handlers import handler_for
from .outcomes import NotUnderstood, Understood


@db.atomic
def submission_understand(*, actor: Actor, submission: uuid.UUID) -> None:
    """Make of a submission what its form says; does nothing when it no longer waits.

    A correction of a form that already became a case goes to a person; one that is understood first takes the place
    of all that it corrects, so that a form and its corrections are one case in whatever order the jobs run.
    Raises outcomes.NotUnderstood, NotVisible, KeyDestroyed.
    """
    try:
        taken = submission_take(actor=actor, submission=submission)
    except StillClosed as fault:
        raise NotUnderstood(fault.reason) from fault
    if taken is None:
        return
    row = taken.submission
    known = next((before.case for before in taken.corrects if before.case is not None), None)
    if known is not None:
        submission_understood(actor=actor, submission=row, case=known, reasons=[CORRECTION])
        return
    understood = handler_for(taken.form.kind)(actor, taken)
    submission_understood(
        actor=actor, submission=row, case=understood.case, reasons=_reasons(understood, taken)
    )
    for before in taken.corrects:
        submission_corrected(actor=actor, submission=before, by=row)


def _reasons(understood: Understood, taken: Taken) -> list[str]:
    """Why a person should look, the handler's reasons first; "none of these" with others is told but once."""
    told = EXCLUDES_OTHERS in understood.reasons
    return [
        *understood.reasons,
        *(code for code in taken.problems if not (told and code == CONSTRAINT_BROKEN)),
    ]
