"""Putting a form before a person."""

from __future__ import annotations

from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.services import act_record

from .models import Submission

State = Submission.State


def set_aside(actor: Actor, row: Submission, reasons: list[str], *, otherwise: str) -> None:
    """With reasons, a form waits for a person; without, it is in the state `otherwise`."""
    row.state, row.reasons = (State.NEEDS_A_LOOK if reasons else otherwise), reasons
    row.save(update_fields=["state", "reasons", "case"])
    if reasons:
        codes = {"reasons": reasons}
        act_record(actor=actor, act="submission.set_aside", subject=row.id, case=row.case, codes=codes)
