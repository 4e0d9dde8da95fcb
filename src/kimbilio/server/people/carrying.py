"""What a phone may carry of its officer's cases.

What is on a phone is what a thief gets: only open cases that are the officer's own or given to them, by code,
and of what was understood the codes of the needs at most.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Q

from kimbilio.rules.entities import FIRST_VERSION
from kimbilio.server.access.records import RecordQuerySet
from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.selectors import codes_of_cases
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import NotVisible

from .models import Case
from .selectors import cases_visible

CHANGES = ("case.stage_moved", "case.assigned", "case.followed_up", "person.facts_added")
"""Acts that make what an officer last saw of a case an old state of it."""


@dataclass(frozen=True)
class Carried:
    """One case as a phone carries it. `version` grows by one with each of CHANGES."""

    id: uuid.UUID
    code: str
    version: int
    needs: tuple[str, ...]


def cases_carried(actor: Actor) -> RecordQuerySet[Case]:
    """The open cases of the member who carries the phone: noticed by them, unless given to somebody, or given
    to them.
    """
    own = Q(assigned_to=None, noticed_by=actor.member) | Q(assigned_to=actor.member)
    return cases_visible(actor, for_=Purpose.CASEWORK).filter(own).exclude(stage=Case.Stage.CLOSED)


def carried_list(actor: Actor) -> list[Carried]:
    """Those cases as a phone carries them, newest first; an erased person's are gone."""
    cases = list(cases_carried(actor))
    understood = sealed.read_many(cases)
    changes = codes_of_cases(understood, CHANGES)
    return [
        Carried(
            id=case.id,
            code=case.code,
            version=FIRST_VERSION + len(changes.get(case.id, ())),
            needs=tuple(need["category"] for need in understood[case.id].get("needs", ())),
        )
        for case in cases
        if case.id in understood
    ]


def carried_ids(actor: Actor) -> set[uuid.UUID]:
    """The ids of those cases."""
    return set(sealed.read_many(cases_carried(actor)))


def carried_case(actor: Actor, case: uuid.UUID) -> Case:
    """One of those cases, held until the transaction ends. Raises NotVisible."""
    found: Case | None = cases_carried(actor).select_for_update(of=("self",)).filter(id=case).first()
    if found is None or not sealed.readable(found):
        raise NotVisible
    return found


def branches_of(case: Case) -> list[str]:
    """Which phone's series each change of a case belonged to, in order; empty for a change made at a desk."""
    changes = codes_of_cases([case.id], CHANGES).get(case.id, [])
    return [str(codes.get("branch") or "") for codes in changes]
