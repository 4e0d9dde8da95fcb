"""Witnesses: another organisation of the instance keeps the roots of this one's book, in rows of its own.

Stops whoever can write as one organisation. Does not stop who owns the database: against them a root must leave the
building, on paper, in a file, on a phone.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction as db
from django.utils.translation import gettext as _

from kimbilio.server.identity.actor import Actor, actor_of_system
from kimbilio.server.identity.selectors import organisation_get
from kimbilio.server.kernel.errors import Refused
from kimbilio.server.kernel.rows import acting_for

from .models import Root, Witness, WitnessedRoot
from .selectors import root_latest
from .services import act_record


@dataclass(frozen=True)
class Kept:
    """One witness of a book: its name, the newest root it keeps, and whether the book still says the same.

    `agrees` is None before the first root was taken.
    """

    witness: uuid.UUID
    name: str
    named_at: datetime
    size: int = 0
    taken_at: datetime | None = None
    agrees: bool | None = None


@db.atomic
def witness_name(*, actor: Actor, witness: uuid.UUID) -> Witness:
    """Name an organisation that from now on keeps the roots of the actor's book. Raises Refused, DoesNotExist."""
    if witness == actor.organisation:
        raise Refused(_("An organisation cannot be its own witness. Choose another."))
    named = organisation_get(witness)
    row, made = Witness.objects.get_or_create(
        organisation_id=actor.organisation, witness=named, defaults={"named_by": actor.member}
    )
    if made:
        act_record(
            actor=actor,
            act="journal.witness_named",
            subject=actor.organisation,
            codes={"other": str(named.id)},
        )
    return row


def witnesses_of(organisation: uuid.UUID) -> list[Kept]:
    """The witnesses of a book with what each keeps; must run in `acting_for` the organisation."""
    rows = Witness.objects.filter(organisation_id=organisation).select_related("witness").order_by("id")
    kept = []
    for row in rows:
        newest = (
            WitnessedRoot.objects.filter(organisation_id=row.witness_id, about=organisation)
            .order_by("-size")
            .first()
        )
        told = (newest.size, newest.at, _agrees(organisation, newest)) if newest else (0, None, None)
        kept.append(Kept(row.witness_id, row.witness.called, row.at, *told))
    return kept


def roots_carry(organisation: uuid.UUID) -> int:
    """Let every witness of an organisation take its newest root. Returns how many took one.

    A witness whose last root no longer stands in the book says so in its own book, once for that root.
    """
    with acting_for(organisation):
        newest = root_latest(organisation)
        witnesses = list(
            Witness.objects.filter(organisation_id=organisation).values_list("witness_id", flat=True)
        )
    if newest is None:
        return 0
    return sum(_taken(witness, organisation, newest) for witness in witnesses)


def _taken(witness: uuid.UUID, organisation: uuid.UUID, newest: Root) -> bool:
    with acting_for(witness):
        mine = WitnessedRoot.objects.filter(organisation_id=witness, about=organisation)
        before = mine.order_by("-size").first()
    if before is not None:
        with acting_for(organisation):
            agrees = _agrees(organisation, before)
        if not agrees:
            with acting_for(witness):
                act_record(
                    actor=actor_of_system(witness),
                    act="journal.root_disputed",
                    subject=before.id,
                    transaction=before.id,
                    codes={"other": str(organisation), "size": before.size},
                )
    with acting_for(witness):
        _row, made = mine.get_or_create(
            organisation_id=witness, about_id=organisation, size=newest.size, defaults={"root": newest.root}
        )
    return made


def _agrees(organisation: uuid.UUID, taken: WitnessedRoot) -> bool:
    now = Root.objects.filter(organisation_id=organisation, size=taken.size).first()
    return now is not None and bytes(now.root) == bytes(taken.root)
