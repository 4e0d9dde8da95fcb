"""Putting a form before a person: it waits, and a supervisor is told that it does."""

from __future__ import annotations

import uuid

from django.urls import reverse
from django.utils import timezone

from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member
from kimbilio.server.journal.services import act_record
from kimbilio.server.notices import selectors as notices
from kimbilio.server.notices.services import notice_send

from .models import Submission

State = Submission.State
ABOUT = "form"


def set_aside(actor: Actor, row: Submission, reasons: list[str], *, otherwise: str) -> None:
    """With reasons, a form waits for a person; without, it is in the state `otherwise`."""
    row.state, row.reasons = (State.NEEDS_A_LOOK if reasons else otherwise), reasons
    row.save(update_fields=["state", "reasons", "case"])
    if reasons:
        codes = {"reasons": reasons}
        act_record(actor=actor, act="submission.set_aside", subject=row.id, case=row.case, codes=codes)
        _tell(actor, row)


def form_address(actor: Actor, submission: uuid.UUID) -> str | None:
    """The page of a form, for an actor who may see it: where a notice that it waits leads."""
    seen = Submission.objects.visible_to(actor, for_=Purpose.CASEWORK).filter(id=submission).exists()
    return reverse("forms:form", args=[submission]) if seen else None


def _tell(actor: Actor, row: Submission) -> None:
    """One notice an hour and desk at most: a fault in a form version sets a hundred aside within minutes."""
    hour = timezone.now().strftime("%Y-%m-%dT%H")
    notice_send(
        actor=actor,
        to=notices.in_role(actor.organisation, Member.Role.SUPERVISOR, desk=row.desk),
        about=(ABOUT, row.id),
        urgency="urgent",
        once=f"look {row.desk_id} {hour}",
    )
