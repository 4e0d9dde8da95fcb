"""The queryset of every model with people in it: rows are obtained for an actor, with a purpose."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models

from kimbilio.server.identity.actor import Actor
from kimbilio.server.kernel.errors import NotVisible

from .rules import COLUMNS, Purpose, Tie, condition_for, conditions_apart

_Row = TypeVar("_Row", bound=models.Model)


class RecordQuerySet(models.QuerySet[_Row]):
    """Adds the only two ways to rows about people."""

    def visible_to(self, actor: Actor, *, for_: Purpose) -> Self:
        """Rows this actor may see. `case_path` says how a row reaches its case; `tie_columns` replace the case's."""
        path: str = getattr(self.model, "case_path", "")
        columns: dict[Tie, str] = getattr(self.model, "tie_columns", COLUMNS)
        return self.filter(condition_for(actor, path, columns))

    def newest_visible_to(self, actor: Actor, *, for_: Purpose, most: int) -> Self:
        """The `most` newest cases this actor may see of these: a short walk for each of their ties."""
        walks = [
            self.filter(condition).order_by("-id").values_list("id", flat=True)[:most]
            for condition in conditions_apart(actor)
        ]
        if len(walks) == 1:
            return self.filter(conditions_apart(actor)[0]).order_by("-id")[:most]
        ids = set(walks[0].union(*walks[1:], all=True)) if walks else set()
        return self.filter(id__in=sorted(ids, reverse=True)[:most]).order_by("-id")

    def get_for(self, actor: Actor, *, for_: Purpose, **lookup: Any) -> _Row:
        """The one row, or NotVisible: refusal looks like absence."""
        row = self.visible_to(actor, for_=for_).filter(**lookup).first()
        if row is None:
            raise NotVisible
        return row
