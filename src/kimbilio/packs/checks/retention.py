"""retention: how long a record is kept. Knows its one entry; a country that has not decided leaves it out."""

from __future__ import annotations

from collections.abc import Iterator

from kimbilio.packs.checks.contents import Contents
from kimbilio.packs.faults import Fault
from kimbilio.rules import RuleError
from kimbilio.rules.retention import AFTER_END, kept_for


def check_retention(contents: Contents) -> Iterator[Fault]:
    """A period that is no number of days."""
    document = contents.pathways
    try:
        kept_for(document.value)
    except RuleError as fault:
        found = str(document.value["retention"][AFTER_END])
        line = document.line("retention", AFTER_END)
        yield Fault(
            "retention_period", document.file, line, found, str(fault), f"Write {AFTER_END}: 730 or the like."
        )
