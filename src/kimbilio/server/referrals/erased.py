"""What an erasure means for referrals: nothing waits or runs for them any more on this side.

The other side is not told: what it was given is its own record, with its own clock.
"""

from __future__ import annotations

import uuid

from django.db import transaction as db

from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Organisation
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.people import selectors as people
from kimbilio.server.people import services
from kimbilio.server.people.country import pack_for

from .course import is_live
from .models import Referral
from .moving import record

State = Referral.State


@db.atomic
def referrals_of_erased_end(*, actor: Actor, case: uuid.UUID) -> None:
    """End the referrals of an erased case without a word to the other side. Twice is once."""
    ruleset = pack_for(actor.organisation).ruleset
    found = people.case_by_id(actor, case, for_=Purpose.MACHINERY)
    for row in Referral.objects.select_for_update(of=("self",)).filter(case=found):
        if row.state == State.DRAFT:
            _end(row, State.WITHDRAWN, actor)
        elif is_live(row.state, ruleset):
            _end(row, State.CLOSED, actor)
    services.case_stage_move(actor=actor, case=found, stage=people.Case.Stage.CLOSED)


def given_to(organisation: uuid.UUID, person: uuid.UUID) -> list[Organisation]:
    """The organisations that hold a record of their own of this person, because something was sent to them or
    came from them.
    """
    rows = Referral.objects.filter(
        organisation_id=organisation, case__person_id=person, sent_at__isnull=False
    )
    return list(Organisation.objects.filter(id__in=rows.values("other_id")).order_by("name"))


def _end(row: Referral, state: str, actor: Actor) -> None:
    row.state, row.due_at, row.escalate_at = state, None, None
    row.save(update_fields=["state", "due_at", "escalate_at"])
    record(row, f"referral.{state}", actor=actor, transaction=new_id(), codes={"reason": "erased"})
