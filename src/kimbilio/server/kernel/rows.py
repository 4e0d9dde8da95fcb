"""Who owns a row: one row, one organisation, held by row-level security beneath every query.

`acting_for` names the current organisation for the running transaction (`SET LOCAL`, so a pooled connection never
carries it on). The policies themselves are laid by `config.roles` from what the models declare here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, models, transaction

SETTING = "kimbilio.organisation"
CURRENT = f"nullif(current_setting('{SETTING}', true), '')::uuid"


class OwnedRow(models.Model):
    """A row that belongs to exactly one organisation. Subclasses may set `row_policy` and `append_only`."""

    organisation = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")

    row_policy = f"organisation_id = {CURRENT}"
    append_only = False

    class Meta:
        abstract = True


@contextmanager
def acting_for(organisation: uuid.UUID) -> Iterator[None]:
    """Within the block (one transaction) only rows of `organisation` exist; on leaving, what was before holds again."""
    if not connection.in_atomic_block:
        with transaction.atomic():
            _name(str(organisation))
            yield  # the setting ends with the transaction
        return
    with transaction.atomic():
        before = current_organisation()
        _name(str(organisation))
        yield
        _name(str(before or ""))


def current_organisation() -> uuid.UUID | None:
    """The organisation for which the running transaction acts."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting(%s, true)", [SETTING])
        value = cursor.fetchone()[0]
    return uuid.UUID(value) if value else None


def _name(organisation: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [SETTING, organisation])
