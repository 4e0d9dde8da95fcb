"""What a pack holds, looked up once and shared by all checks.

Knows names and where they stand, and trusts nothing: a value of the wrong kind is simply absent here, and the
check of its shape says so. Does not report faults.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from kimbilio.packs.tables import Document, Row, Table, Tables

FORM = "screening"
# Facts the screening itself answers, so that `fact_actions` may name them without a definition.
NOT_ASSESSED = "not_assessed"
RESULT_FACTS = frozenset({"nothing_found", NOT_ASSESSED})
STRENGTHS = ("immediate", "strong", "medium", "weak")


@dataclass(frozen=True)
class Contents:
    """A pack's tables with the lookups that several checks need."""

    tables: Tables
    form: str = FORM
    """The form whose questions, choices and expressions are looked up."""

    @property
    def forms(self) -> list[str]:
        """The forms that pack.yaml names."""
        value = self.about.value.get("forms") if isinstance(self.about.value, dict) else None
        return [name for name in value if isinstance(name, str)] if isinstance(value, list) else [FORM]

    def every_form(self) -> list[Contents]:
        """The same pack, seen from each of its forms."""
        return [self, *(replace(self, form=name) for name in self.forms if name != FORM)]

    @property
    def lists(self) -> dict[str, list[str]]:
        """What a phone may carry of an officer's own records, by list: the columns beside the code."""
        value = self.about.value.get("lists") if isinstance(self.about.value, dict) else None
        lists = value.items() if isinstance(value, dict) else ()
        return {
            str(name): [text for _, text in strings(about.get("columns"))]
            for name, about in lists
            if isinstance(about, dict)
        }

    @property
    def about(self) -> Document:
        """pack.yaml."""
        return self.tables.document("pack")

    @property
    def country(self) -> str:
        """The country of pack.yaml; empty when it names none."""
        value = self.about.value.get("country") if isinstance(self.about.value, dict) else None
        return value if isinstance(value, str) else ""

    @property
    def pathways(self) -> Document:
        """pathways.yaml."""
        return self.tables.document("pathways")

    @property
    def questions(self) -> Table:
        """The rows of the form."""
        return self.tables.table(f"forms/{self.form}/questions")

    @property
    def choices(self) -> Table:
        """The choices of the form's lists."""
        return self.tables.table(f"forms/{self.form}/choices")

    @property
    def raises(self) -> Table:
        """Which answer raises which indicator or fact."""
        return self.tables.table(f"forms/{self.form}/raises")

    def mapping(self, *path: str) -> dict[str, Any]:
        """A mapping inside pathways.yaml; empty when it is missing or something else."""
        value: Any = self.pathways.value
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return {str(k): v for k, v in value.items()} if isinstance(value, dict) else {}

    def items(self, key: str) -> list[tuple[int, dict[str, Any]]]:
        """The mappings of a list at the top of pathways.yaml, with their positions."""
        value = self.mapping().get(key)
        items = value if isinstance(value, list) else []
        return [(i, item) for i, item in enumerate(items) if isinstance(item, dict)]

    @cached_property
    def question(self) -> dict[str, Row]:
        """Every row of the form by name."""
        return {row["name"]: row for row in self.questions if row["name"]}

    @cached_property
    def facts(self) -> dict[str, str]:
        """The expression of each fact; a form beside the screening knows none, for no other form works them out."""
        if self.form != FORM:
            return {}
        return {k: v for k, v in self.mapping("facts").items() if isinstance(v, str)}

    @cached_property
    def indicators(self) -> dict[str, Row]:
        """Every indicator by id."""
        return {row["id"]: row for row in self.tables.table("indicators")}

    @cached_property
    def categories(self) -> list[str]:
        """The ids of the categories in order."""
        return [str(item["id"]) for _, item in self.items("categories") if "id" in item]

    def ids(self, table: str, column: str = "id") -> list[str]:
        """The ids of a table in order."""
        return [row[column] for row in self.tables.table(table)]

    def options(self, list_name: str) -> list[str] | None:
        """The codes of a list, `pack:…` lists included; None when there is no such list, or when its
        answers are the officer's (`list:…`).
        """
        if list_name == "pack:category":
            return self.categories
        if list_name == "pack:agency":
            return self.ids("agencies")
        if list_name.startswith("pack:"):
            codes = self.tables.tables.get(f"codes/{list_name.removeprefix('pack:')}")
            return None if codes is None else [row["code"] for row in codes]
        return [row["choice"] for row in self.choices if row["list"] == list_name] or None

    def question_options(self, name: str) -> list[str] | None:
        """The codes a question of the form offers; None when it is no question of choices."""
        kind, list_name = type_of(self.question[name])
        return self.options(list_name) if kind.startswith("select_") else None

    @cached_property
    def raised_by(self) -> dict[str, list[Row]]:
        """The rows of raises.csv by the indicator they raise."""
        found: dict[str, list[Row]] = {}
        for row in self.raises:
            if row["indicator"]:
                found.setdefault(row["indicator"], []).append(row)
        return found


def type_of(question: Row) -> tuple[str, str]:
    """The type of a question and the list it offers, empty for a type that offers none."""
    kind, _, list_name = question["type"].partition(" ")
    return kind, list_name.strip()


def known(names: Iterable[str], near: str = "") -> str:
    """A remedy's list of names: the likely ones when `near` resembles some, else the first of all."""
    every = list(dict.fromkeys(names))
    if close := difflib.get_close_matches(near, every, n=3, cutoff=0.7):
        return f"Did you mean {' or '.join(close)}?"
    if not every:
        return "There is none yet."
    shown = ", ".join(every[:12])
    return f"There are: {shown}{f' and {len(every) - 12} more' if len(every) > 12 else ''}."


def strings(value: Any) -> Iterator[tuple[int, str]]:
    """The texts of a list with their positions; nothing when it is no list."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield index, item
