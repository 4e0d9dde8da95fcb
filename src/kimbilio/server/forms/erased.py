"""What an erasure means for forms: which keys go with the person, and that nobody is asked to look at them."""

from __future__ import annotations

import uuid

from django.db import transaction as db
from django.db.models import QuerySet
from django.utils import timezone

from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.services import act_record

from .models import Refusal, Submission
from .reasons import ERASED

State = Submission.State


def rings_of_cases(organisation: uuid.UUID, cases: list[uuid.UUID]) -> set[uuid.UUID]:
    """Key rings of the forms that speak of these cases: those that became one, that correct one of these, and
    those that came under the same number and were kept apart.
    """
    forms = _forms(organisation, cases)
    refused = Refusal.objects.filter(organisation_id=organisation, submission__in=forms)
    return set(forms.values_list("ring", flat=True)) | set(refused.values_list("ring", flat=True))


@db.atomic
def forms_of_erased_settle(*, actor: Actor, case: uuid.UUID) -> None:
    """Take the forms of an erased case off the list of those that need a look. Twice is once."""
    forms = _forms(actor.organisation, [case])
    refused = Refusal.objects.filter(organisation_id=actor.organisation, submission__in=forms)
    refused.filter(settled_at=None).update(settled_at=timezone.now())
    for row in forms.filter(state__in=[State.RECEIVED, State.NEEDS_A_LOOK]).select_for_update(of=("self",)):
        row.state, row.reasons = State.SETTLED, [ERASED]
        row.save(update_fields=["state", "reasons"])
        codes = {"reasons": row.reasons}
        act_record(actor=actor, act="submission.settled", subject=row.id, case=case, codes=codes)


def _forms(organisation: uuid.UUID, cases: list[uuid.UUID]) -> QuerySet[Submission]:
    """The forms of these cases, and what corrects them, however many corrections wait one behind the other."""
    ours = Submission.objects.filter(organisation_id=organisation)
    found: set[uuid.UUID] = set()
    new = set(ours.filter(case__in=cases).values_list("id", flat=True))
    while new:
        found |= new
        new = set(ours.filter(corrects__in=new).values_list("id", flat=True)) - found
    return ours.filter(id__in=found)
