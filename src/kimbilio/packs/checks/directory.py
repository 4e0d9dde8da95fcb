"""Laws, agencies and services: what they point to exists, and what the country team has still to enter.

Knows that a service without a desk is no error in a shipped pack, only a thing to do before a post goes live.
"""

from __future__ import annotations

from collections.abc import Iterator

from kimbilio.packs.checks.contents import Contents, known
from kimbilio.packs.faults import Fault, Level
from kimbilio.packs.reader import SHELTER, split
from kimbilio.packs.tables import Row, Table

_TO_ENTER = ("desk", "hours", "contact")
_TELLS_WHERE = ("coverage_en", "contact")


def check_directory(contents: Contents) -> Iterator[Fault]:
    """Dangling ids in laws, ratifications, indicators and services, and services still without a desk."""
    tables = contents.tables
    laws = tables.table("laws")
    for row in laws:
        yield from _known(row, laws, "country", [contents.country], "the country of pack.yaml, nor empty")
        yield from _known(
            row, laws, "who_is_bound", contents.ids("codes/bound", "code"), "a code of codes/bound.csv"
        )
        yield from _categories(contents, row, laws, "protects")
    ratifications = tables.table("ratifications")
    for row in ratifications:
        yield from _known(row, ratifications, "country", [contents.country], "the country of pack.yaml")
        instruments = contents.ids("laws", "instrument_id")
        what = "an instrument of laws.csv"
        yield from _known(row, ratifications, "instrument_id", instruments, what, "warning")
    indicators = tables.table("indicators")
    for row in indicators:
        yield from _known(row, indicators, "category", contents.categories, "a category of pathways.yaml")
    services = tables.table("services")
    agencies = tables.table("agencies")
    for row in agencies:
        yield from _known(row, agencies, "country", [contents.country], "the country of pack.yaml")
    for row in services:
        yield from _known(row, services, "country", [contents.country], "the country of pack.yaml")
        yield from _known(row, services, "agency_id", contents.ids("agencies"), "an agency of agencies.csv")
        yield from _known(
            row,
            services,
            "service_type",
            list(contents.mapping("service_types")),
            "a service type of pathways.yaml",
        )
        yield from _categories(contents, row, services, "who_for")
        yield from _place(row, services)
        kept = _TELLS_WHERE if _is_kept(row) else ()
        if empty := [column for column in _TO_ENTER if not row[column] and column not in kept]:
            message = (
                f"service '{row['id']}' has no {' and no '.join(empty)}: to be entered by the country team"
            )
            remedy = (
                f"Fill in {', '.join(empty)} and the date in contact_verified_on before a post goes live."
            )
            yield Fault("to_be_entered", services.file, row.number, "", message, remedy, "warning")


def _is_kept(row: Row) -> bool:
    return row["location_confidential"] == "yes"


def _place(row: Row, table: Table) -> Iterator[Fault]:
    """A pack is handed to every organisation, so where a confidential place is may stand nowhere in it."""
    if _is_kept(row):
        for column in _TELLS_WHERE:
            if row[column]:
                message = (
                    f"the place of service '{row['id']}' is confidential, and {column} tells where it is"
                )
                remedy = f"Empty {column}: whoever brings the person learns the place from the agency itself."
                yield Fault("place_told", table.file, row.number, row[column], message, remedy)
    elif row["service_type"] == SHELTER and not row["location_confidential"]:
        message = (
            f"service '{row['id']}' is a shelter, and nobody has decided whether its place is confidential"
        )
        remedy = "Write yes or no into the column location_confidential. Until then it is treated as yes."
        yield Fault("place_undecided", table.file, row.number, "", message, remedy, "warning")


def _known(
    row: Row, table: Table, column: str, names: list[str], what: str, level: Level = "error"
) -> Iterator[Fault]:
    value = row[column]
    if value and value not in names:
        message = f"{column} '{value}' is not {what}"
        code = f"unknown_{column.removesuffix('_id')}"
        yield Fault(code, table.file, row.number, value, message, known(names, value), level)


def _categories(contents: Contents, row: Row, table: Table, column: str) -> Iterator[Fault]:
    allowed = [*contents.categories, *(["all"] if column == "who_for" else [])]
    for value in split(row[column]):
        if value not in allowed:
            message = f"{column} names '{value}', which is not a category of pathways.yaml"
            remedy = f"Divide several with semicolons. {known(allowed, value)}"
            yield Fault("unknown_category", table.file, row.number, value, message, remedy)
