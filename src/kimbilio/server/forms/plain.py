"""Nearly every form: new, without files, correcting nothing. Many of them in three statements.

A form whose number is taken is left out here and goes the longer way through `receiving`.
"""

from __future__ import annotations

from collections.abc import Sequence

from kimbilio.server.journal.services import act_compose, acts_add
from kimbilio.server.kernel.inserting import rows_insert

from .arrivals import Arrival
from .models import Submission
from .turns import understandings_defer


def plain_store(arrivals: Sequence[Arrival]) -> dict[str, Submission]:
    """Store those whose number is free and defer the jobs that understand them; returns them by their number."""
    if not arrivals:
        return {}
    rows = {row.id: (row, arrival) for arrival in arrivals for row, _key in [arrival.row()]}
    new = rows_insert([row for row, _ in rows.values()])
    stored = [pair for id_, pair in rows.items() if id_ in new]
    acts_add(
        [
            act_compose(
                actor=arrival.actor,
                act="submission.received",
                subject=row.id,
                transaction=row.id,
                codes={
                    "form": arrival.form.form_id,
                    "version": arrival.form.version,
                    "files": 0,
                    "carried": 0,
                    "left_out": arrival.left_out,
                },
                wrote=bytes(row.sealed),
            )
            for row, arrival in stored
        ]
    )
    understandings_defer([row for row, _ in stored])
    return {row.instance: row for row, _ in stored}
