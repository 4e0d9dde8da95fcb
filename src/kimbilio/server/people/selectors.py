"""Questions about persons and cases. Opening a record is itself an act and is written before anything is returned."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kimbilio.server.access.records import RecordQuerySet
from kimbilio.server.access.rules import CaseTies, Purpose, ties_held
from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.ids import read_code

from .models import Case as Case  # rooms above name the types from here
from .models import Consent as Consent
from .search import cases_with

CLEAR = ("stage", "priority", "desk")
"""Columns of a case by which a list can be narrowed; the other filters are codes."""

NAME_FIELDS = ("name", "safe_contact")
"""What a page shows only after a tap that is written down."""


@dataclass(frozen=True)
class Reading:
    """A case as opened by an actor: clear columns, facts without the name, and what was understood."""

    case: Case
    facts: dict[str, Any]
    screening: dict[str, Any]
    has_name: bool


@dataclass(frozen=True)
class ConsentReading:
    """One consent in clear, with whether it still holds."""

    consent: Consent
    document: dict[str, Any]
    withdrawn: bool


def cases_visible(actor: Actor, *, for_: Purpose) -> RecordQuerySet[Case]:
    """Cases this actor may see, newest first."""
    rows: RecordQuerySet[Case] = (
        Case.objects.visible_to(actor, for_=for_).select_related("person", "desk").order_by("-id")
    )
    return rows


def cases_narrowed(
    actor: Actor,
    chosen: Mapping[str, str],
    *,
    before: uuid.UUID | None = None,
    for_: Purpose,
    most: int,
) -> list[Case]:
    """A page of a list, newest first: cases that answer to what was chosen (CLEAR and coded filters), older than
    `before`. Without what is sealed, which no list shows.
    """
    rows: RecordQuerySet[Case] = Case.objects.filter(
        **{name: value for name, value in chosen.items() if name in CLEAR}
    )
    rows = cases_with(actor, rows, {name: value for name, value in chosen.items() if name not in CLEAR})
    rows = rows.filter(id__lt=before) if before else rows
    shown = rows.newest_visible_to(actor, for_=for_, most=most)
    return list(shown.select_related("person", "desk").defer("sealed", "person__sealed"))


def case_get(actor: Actor, code: str, *, for_: Purpose) -> Case:
    """The case a code names (`K-…` or `K-…/2`). Raises NotVisible."""
    written, _, episode = code.partition("/")
    read = read_code(written)
    if read is None or (episode and not episode.isdigit()):
        raise NotVisible
    return cases_visible(actor, for_=for_).get_for(
        actor, for_=for_, person__code=read, episode=int(episode or 1)
    )


def case_by_id(actor: Actor, case: uuid.UUID, *, for_: Purpose) -> Case:
    """The case with this id. Raises NotVisible."""
    return cases_visible(actor, for_=for_).get_for(actor, for_=for_, id=case)


def case_read(actor: Actor, case: Case, *, for_: Purpose) -> Reading:
    """Open a case for reading; the opening is journalled. Raises KeyDestroyed."""
    facts = sealed.read(case.person)
    opening_record(actor, case, for_=for_)
    return Reading(
        case=case,
        facts={name: value for name, value in facts.items() if name not in NAME_FIELDS},
        screening=sealed.read(case),
        has_name=bool(facts.get("name")),
    )


def opening_record(actor: Actor, case: Case, *, for_: Purpose) -> None:
    """Write down that the record was opened, for what, and what tied the actor to it at that moment."""
    codes = {"purpose": for_, "ties": ties_held(actor, ties_of(case))}
    act_record(actor=actor, act="case.opened", subject=case.id, case=case.id, codes=codes)


def name_show(actor: Actor, case: Case, *, for_: Purpose) -> dict[str, Any]:
    """The name and the safe way to reach the person; the look is journalled."""
    facts = sealed.read(case.person)
    act_record(actor=actor, act="name.shown", subject=case.person_id, case=case.id, codes={"purpose": for_})
    return {name: facts[name] for name in NAME_FIELDS if facts.get(name)}


def facts_of(case: Case) -> dict[str, Any]:
    """All that is known of the person, for services that share or compute; never for a page."""
    return sealed.read(case.person)


def screening_of(case: Case) -> dict[str, Any]:
    """What was understood from the forms, for services."""
    return sealed.read(case)


def consents_of(case: Case, *, scope: str = "") -> list[ConsentReading]:
    """The consents of a case, newest first; an erased one is left out."""
    rows = list(Consent.objects.filter(case=case).select_related("withdrawal").order_by("-id"))
    if scope:
        rows = [row for row in rows if row.scope == scope]
    documents = sealed.read_many(rows)
    return [
        ConsentReading(row, documents[row.id], withdrawn=hasattr(row, "withdrawal"))
        for row in rows
        if row.id in documents
    ]


def ties_of(case: Case) -> CaseTies:
    """The columns of a case that decide who sees it."""
    return CaseTies(case.organisation_id, case.desk_id, case.assigned_to_id, case.noticed_by_id)


def case_for_explaining(actor: Actor, code: str) -> Case:
    """The case a code names, for those who explain access without opening records. Raises NotVisible."""
    written, _, episode = code.partition("/")
    read = read_code(written)
    row = (
        Case.objects.select_related("person")
        .filter(organisation_id=actor.organisation, person__code=read, episode=int(episode or 1))
        .first()
    )
    if read is None or row is None:
        raise NotVisible
    return row
