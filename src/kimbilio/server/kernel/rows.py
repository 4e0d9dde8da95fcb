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
    with transaction.atomic():
        before = _set(str(organisation))
        yield
        _set(before)


def current_organisation() -> uuid.UUID | None:
    """The organisation for which the running transaction acts."""
    with connection.cursor() as cursor:
        cursor.execute("select current_setting(%s, true)", [SETTING])
        value = cursor.fetchone()[0]
    return uuid.UUID(value) if value else None


def _set(value: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting(%s, true), set_config(%s, %s, true)", [SETTING, SETTING, value]
        )
        before: str | None = cursor.fetchone()[0]
    return before or ""
