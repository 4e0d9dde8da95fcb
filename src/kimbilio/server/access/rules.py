"""Inside one organisation, who sees a case: by role, desk and assignment; everything else is refused.

The table of roles is the whole rule. Row-level security beneath it already hides every other organisation.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member

Role = Member.Role


class Purpose(StrEnum):
    """What a record is opened for; written into the journal with every opening."""

    SCREENING = "screening"
    CASEWORK = "casework"
    REFERRAL = "referral"
    SEARCH = "search"
    SUPERVISION = "supervision"
    MACHINERY = "machinery"


class Tie(StrEnum):
    """What ties an actor to a case."""

    ORGANISATION = "organisation"
    DESK = "desk"
    ASSIGNED = "assigned"
    NOTICED = "noticed"


TIES: dict[str, frozenset[Tie]] = {
    Role.OFFICER: frozenset({Tie.NOTICED, Tie.ASSIGNED}),
    Role.CASEWORKER: frozenset({Tie.DESK, Tie.ASSIGNED}),
    Role.SUPERVISOR: frozenset({Tie.ORGANISATION}),
    Role.COORDINATOR: frozenset({Tie.ORGANISATION}),
    Role.REGISTRAR: frozenset({Tie.ORGANISATION}),
    Role.ANALYST: frozenset(),
    Role.STEWARD: frozenset(),
    Role.AUDITOR: frozenset(),
}

WORDS: dict[Tie, Promise] = {
    Tie.ORGANISATION: _("This role sees every case of the organisation."),
    Tie.DESK: _("The case is held by a desk that this member serves."),
    Tie.ASSIGNED: _("The case is assigned to this member."),
    Tie.NOTICED: _("This member noticed the person."),
}


@dataclass(frozen=True)
class CaseTies:
    """The clear columns of a case that decide access."""

    organisation: uuid.UUID
    desk: uuid.UUID | None
    assigned_to: uuid.UUID | None
    noticed_by: uuid.UUID | None


def ties_between(actor: Actor, case: CaseTies) -> list[Tie]:
    """The ties that let `actor` see the case; empty means the case does not exist for them."""
    if actor.organisation != case.organisation:
        return []
    if actor.is_system:
        return [Tie.ORGANISATION]
    held = ties_held(actor, case)
    return [tie for tie in held if tie in TIES.get(actor.role, frozenset())]


def ties_held(actor: Actor, case: CaseTies) -> list[Tie]:
    """Every tie between an actor of the case's organisation and the case, whether their role needs it or not."""
    held = {
        Tie.ORGANISATION: True,
        Tie.DESK: case.desk is not None and case.desk in actor.desks,
        Tie.ASSIGNED: case.assigned_to is not None and case.assigned_to == actor.member,
        Tie.NOTICED: case.noticed_by is not None and case.noticed_by == actor.member,
    }
    return [tie for tie in Tie if held[tie]]


COLUMNS: dict[Tie, str] = {
    Tie.ORGANISATION: "organisation_id",
    Tie.DESK: "desk_id",
    Tie.ASSIGNED: "assigned_to_id",
    Tie.NOTICED: "noticed_by_id",
}
"""Columns of a case that hold each tie; a model that is not reached through a case names its own."""


def condition_for(actor: Actor, path: str = "", columns: Mapping[Tie, str] = COLUMNS) -> Q:
    """The same rule as one SQL condition, for rows that reach their case through `path` (such as `case__`)."""
    own = Q(**{path + columns[Tie.ORGANISATION]: actor.organisation})
    if actor.is_system:
        return own
    values = {
        Tie.ORGANISATION: [actor.organisation],
        Tie.DESK: list(actor.desks),
        Tie.ASSIGNED: [actor.member],
        Tie.NOTICED: [actor.member],
    }
    condition = Q(pk__in=[])
    for tie in TIES.get(actor.role, frozenset()) & columns.keys():
        condition |= Q(**{f"{path}{columns[tie]}__in": values[tie]})
    return condition & own


def conditions_apart(actor: Actor, columns: Mapping[Tie, str] = COLUMNS) -> list[Q]:
    """The same rule as one condition for each tie, and for each desk: together they are `condition_for`.

    No index is in the order of a list whose rows are tied in one way or another; for each way there is one.
    """
    own = Q(**{columns[Tie.ORGANISATION]: actor.organisation})
    held = TIES.get(actor.role, frozenset())
    if actor.is_system or Tie.ORGANISATION in held:
        return [own]
    values: dict[Tie, list[uuid.UUID | None]] = {
        Tie.DESK: [*sorted(actor.desks)],
        Tie.ASSIGNED: [actor.member],
        Tie.NOTICED: [actor.member],
    }
    return [
        own & Q(**{columns[tie]: value}) for tie, among in values.items() if tie in held for value in among
    ]
