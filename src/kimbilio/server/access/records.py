"""The queryset of every model with people in it: rows are obtained for an actor, with a purpose."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models

from kimbilio.server.identity.actor import Actor
from kimbilio.server.kernel.errors import NotVisible

from .rules import COLUMNS, Purpose, Tie, condition_for

_Row = TypeVar("_Row", bound=models.Model)


class RecordQuerySet(models.QuerySet[_Row]):
    """Adds the only two ways to rows about people."""

    def visible_to(self, actor: Actor, *, for_: Purpose) -> Self:
        """Rows this actor may see. `case_path` says how a row reaches its case; `tie_columns` replace the case's."""
        path: str = getattr(self.model, "case_path", "")
        columns: dict[Tie, str] = getattr(self.model, "tie_columns", COLUMNS)
        return self.filter(condition_for(actor, path, columns))

    def get_for(self, actor: Actor, *, for_: Purpose, **lookup: Any) -> _Row:
        """The one row, or NotVisible: refusal looks like absence."""
        row = self.visible_to(actor, for_=for_).filter(**lookup).first()
        if row is None:
            raise NotVisible
        return row
