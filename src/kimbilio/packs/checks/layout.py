"""Are all files and columns there, is every id there once, and are plain values of the kind the format wants?

Knows the layout of a pack; the other checks rely on it and look only at what it lets through.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from kimbilio.packs.checks.contents import FORM, STRENGTHS, Contents, known
from kimbilio.packs.faults import Fault
from kimbilio.packs.tables import Table
from kimbilio.rules.practice import WHEN


@dataclass(frozen=True)
class Layout:
    """The columns of a table: all of them, those that may not be empty, those that together are unique."""

    columns: tuple[str, ...]
    filled: tuple[str, ...]
    unique: tuple[str, ...]


def _layout(columns: str, filled: str, unique: str) -> Layout:
    return Layout(tuple(columns.split()), tuple(filled.split()), tuple(unique.split()))


TABLES: dict[str, Layout] = {
    "indicators": _layout(
        "id category dimension text_en strength applies_to source",
        "id category dimension text_en strength applies_to source",
        "id",
    ),
    "laws": _layout(
        "id instrument_id instrument_en level year country article what_it_means_en who_is_bound "
        "protects source",
        "id instrument_id instrument_en level article what_it_means_en who_is_bound source",
        "id",
    ),
    "ratifications": _layout(
        "instrument_id country status year source",
        "instrument_id country status source",
        "instrument_id country",
    ),
    "agencies": _layout("id country name_en kind mandate_en source", "id country name_en kind source", "id"),
    "services": _layout(
        "id country agency_id service_type service_en who_for coverage_en desk hours languages contact "
        "contact_verified_on source",
        "id country agency_id service_type service_en source",
        "id",
    ),
    "codes/bound": _layout("code label_en", "code label_en", "code"),
    "codes/field": _layout("code label_en", "code label_en", "code"),
    "codes/post": _layout("code label_en source", "code label_en", "code"),
    **{
        f"codes/{name}": _layout("code label_en", "code label_en", "code")
        for name in (
            "transport",
            "escort",
            "bed",
            "decline_reason",
            "outcome",
            "closing_reason",
            "withdrawal_reason",
        )
    },
    "forms/screening/questions": _layout(
        "order section name type fast_path observe text_en hint_en relevant never_if",
        "order section name type fast_path observe",
        "name",
    ),
    "forms/screening/choices": _layout("list choice label_en", "list choice label_en", "list choice"),
    "forms/screening/raises": _layout(
        "question choice condition indicator fact",
        "question choice",
        "question choice condition indicator fact",
    ),
}
OPTIONAL: dict[str, Layout] = {
    "practice/people": _layout(
        "id invented name_en story_en lesson_en", "id invented name_en story_en lesson_en", "id"
    ),
    "practice/answers": _layout("person question answer when says_en", "person question", "person question"),
    "practice/notices": _layout(
        "person question choice why_en", "person question choice why_en", "person question choice"
    ),
}
"""Tables that a pack may do without; one of a folder asks for the others of it."""
_CODES = _layout("code label_en", "code label_en", "code")
_TRANSLATION = _layout("key source text", "key source text", "key")
_KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "indicators": {"strength": STRENGTHS, "applies_to": ("both", "adult", "child")},
    "practice/people": {"invented": ("yes",)},
    "practice/answers": {"when": WHEN},
    "laws": {"level": ("international", "regional", "national")},
    "ratifications": {"status": ("party", "signed_only", "not_party", "unknown")},
    "services": {"location_confidential": ("yes", "no")},
    "forms/screening/questions": {"fast_path": ("yes", "no"), "observe": ("yes", "no")},
}
_NUMBERS = {"laws": ("year",), "ratifications": ("year",), "forms/screening/questions": ("order",)}
_DATES = {"services": ("contact_verified_on",)}


def check_layout(contents: Contents) -> Iterator[Fault]:
    """Missing and unknown files and columns, empty cells, ids that stand twice, values of the wrong kind."""
    tables = contents.tables
    unreadable = {fault.file for fault in tables.faults}
    for name in ("pack", "pathways"):
        if name not in tables.documents and f"{name}.yaml" not in unreadable:
            yield _missing_file(f"{name}.yaml")
    of_forms = [f"forms/{form}/{part}" for form in contents.forms for part in ("questions", "choices")]
    for name in dict.fromkeys((*TABLES, *of_forms)):
        if name not in tables.tables and f"{name}.csv" not in unreadable:
            yield _missing_file(f"{name}.csv")
    if any(name in tables.tables for name in OPTIONAL):
        for name in OPTIONAL:
            if name not in tables.tables and f"{name}.csv" not in unreadable:
                yield _missing_file(f"{name}.csv")
    for name, table in tables.tables.items():
        if name in OPTIONAL:
            yield from _check_table(name, table, OPTIONAL[name])
        elif name in TABLES or name in of_forms:
            yield from _check_table(_like(name), table, TABLES[_like(name)])
        elif name.startswith("codes/"):
            yield from _check_table(name, table, _CODES)
        elif name.startswith("translations/"):
            yield from _check_table(name, table, _TRANSLATION)
        else:
            remedy = f"Delete it or move it out of the pack. {known(TABLES, name)}"
            yield Fault(
                "unknown_file",
                table.file,
                None,
                name,
                "no part of the pack reads this table",
                remedy,
                "warning",
            )


def _like(name: str) -> str:
    """The table whose layout this one has: every form is laid out as the screening is."""
    folder, _, part = name.rpartition("/")
    return f"forms/{FORM}/{part}" if folder.startswith("forms/") else name


def _missing_file(file: str) -> Fault:
    example = f"{_like(file.removesuffix('.csv'))}.csv" if file.startswith("forms/") else file
    remedy = f"Copy packs/zz/{example} and edit it."
    return Fault("missing_file", file, None, "", "the file is missing", remedy)


def _check_table(name: str, table: Table, layout: Layout) -> Iterator[Fault]:
    missing = [column for column in layout.columns if column not in table.columns]
    for column in missing:
        heading = ", ".join(table.columns) or "nothing"
        remedy = f"Add the column '{column}' to the heading. It reads now: {heading}."
        yield Fault("missing_column", table.file, 1, column, f"the column '{column}' is missing", remedy)
    if missing:
        return
    first: dict[tuple[str, ...], int] = {}
    for row in table:
        for column in layout.filled:
            if not row[column]:
                yield Fault(
                    "empty_cell",
                    table.file,
                    row.number,
                    "",
                    f"{column} is empty in the row of '{row[layout.unique[0]]}'",
                    f"Fill in {column}, or delete the row.",
                )
        key = tuple(row[column] for column in layout.unique)
        if key in first:
            value = ", ".join(part for part in key if part)
            remedy = f"Delete one of the two rows, or give this one a {layout.unique[-1]} of its own."
            message = f"{' + '.join(layout.unique)} '{value}' already stands in row {first[key]}"
            yield Fault("duplicate_id", table.file, row.number, value, message, remedy)
        else:
            first[key] = row.number
        for column, allowed in _KINDS.get(name, {}).items():
            if row[column] and row[column] not in allowed:
                message = f"{column} '{row[column]}' is not known"
                code = f"unknown_{column}"
                remedy = f"Write one of: {', '.join(allowed)}."
                yield Fault(code, table.file, row.number, row[column], message, remedy)
        for column in _NUMBERS.get(name, ()):
            if row[column] and not row[column].isdigit():
                message = f"{column} '{row[column]}' is not a whole number"
                yield Fault(
                    "not_a_number", table.file, row.number, row[column], message, "Write digits only."
                )
        for column in _DATES.get(name, ()):
            if row[column] and not _is_date(row[column]):
                message = f"{column} '{row[column]}' is not a date"
                remedy = "Write it as year-month-day, for example 2026-10-01."
                yield Fault("not_a_date", table.file, row.number, row[column], message, remedy)


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
