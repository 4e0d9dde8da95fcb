"""The sealer: gives acts their positions, and grows the tree of their organisation.

An act may be sealed once no transaction that could still commit is older than the one that wrote it (the snapshot's
horizon): whoever follows positions has then missed nothing. Among those of one sealing the order is that of their
ids, which is the order of writing.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from kimbilio.seals import Frontier
from kimbilio.server.kernel.rows import acting_for

from .leaves import leaf_of
from .models import Act, Root, Seal

AT_ONCE = 2000
"""Acts in one transaction of the sealer."""

_FIND = """
select a.id, s.floor::text from (select pg_snapshot_xmin(now) as floor, pg_snapshot_xmax(now) as ceiling
                           from pg_current_snapshot() as now) s
left join journal_act a on a.organisation_id = %(organisation)s::uuid
    and (%(whole)s or %(horizon)s::xid8 > s.ceiling or a.written_in >= %(horizon)s::xid8)
    -- What is visible and yet newer than the snapshot was written on another server, from which this one was restored
    and (a.written_in < s.floor or a.written_in >= s.ceiling)
    and a.written_in is distinct from pg_current_xact_id_if_assigned()
    and (%(after)s::uuid is null or a.id > %(after)s::uuid)
    and not exists (select 1 from journal_seal z where z.act_id = a.id)
order by a.id limit %(most)s
"""


@dataclass(frozen=True)
class Sealed:
    """What one sealing did: how many acts it gave positions, which was the last, and whether more wait."""

    acts: int
    more: bool
    last: uuid.UUID | None = None


def book_seal(organisation: uuid.UUID, *, whole: bool = False) -> int:
    """Seal all that an organisation has to seal, in transactions of `AT_ONCE` acts. Returns how many.

    Looks only at what was written since the last sealing, or with `whole` at everything.
    """
    count, after = 0, None
    while True:
        with acting_for(organisation):
            done = organisation_seal(organisation, whole=whole, after=after)
        count += done.acts
        if not done.more and after is None:
            return count
        # A long backlog is gone through by id; a last round looks for what was still running meanwhile
        after = done.last if done.more else None


@transaction.atomic
def organisation_seal(
    organisation: uuid.UUID,
    *,
    whole: bool = False,
    after: uuid.UUID | None = None,
    now: datetime | None = None,
    most: int | None = None,
) -> Sealed:
    """Seal up to `most` acts of an organisation, those behind `after`; must run in `acting_for` it."""
    most = most or AT_ONCE
    with connection.cursor() as cursor:
        # One sealer at a time; the constraints would refuse the second, this lets it wait and go on
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended('journal.seal ' || %s, 0))", [str(organisation)]
        )
        last = Root.objects.filter(organisation_id=organisation).order_by("-size").first()
        horizon = last.horizon if last else 0
        told: dict[str, str | bool | int | None] = {
            "organisation": str(organisation),
            "whole": whole,
            "horizon": str(horizon),
            "most": most + 1,
        }
        told["after"] = str(after) if after else None
        cursor.execute(_FIND, told)
        rows = cursor.fetchall()
    ids = [row[0] for row in rows if row[0] is not None]
    if not ids:
        return Sealed(0, more=False)
    more = len(ids) > most
    acts = list(Act.objects.filter(id__in=ids[:most]).order_by("id"))
    tree = Frontier.from_bytes(last.size, bytes(last.frontier)) if last else Frontier()
    leaves = [leaf_of(act) for act in acts]
    Seal.objects.bulk_create(
        Seal(organisation_id=organisation, position=tree.size + at, act=act, word=act.act, leaf=leaf)
        for at, (act, leaf) in enumerate(zip(acts, leaves, strict=True), start=1)
    )
    tree = tree.grown(leaves)
    Root.objects.create(
        organisation_id=organisation,
        size=tree.size,
        root=tree.root,
        frontier=tree.to_bytes(),
        horizon=horizon if more or after else int(rows[0][1]),
        at=now or timezone.now(),
    )
    return Sealed(len(acts), more, acts[-1].id)
