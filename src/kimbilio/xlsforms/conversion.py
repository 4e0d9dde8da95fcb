"""A workbook of sheets becomes an XForm.

Knows the XLSForm columns that hold words for people and which languages a workbook speaks. Does not know what
the words mean. The conversion itself is pyxform's; what it would only warn about, a missing translation that
the officer then reads as a dash, is refused here. Source: XLSForm specification; pyxform 4.5.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from kimbilio.xlsforms.faults import Cell, WorkbookRefused

Row: TypeAlias = Mapping[str, str]

WORDS = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
"""Columns whose text a person reads, so each language of the workbook needs its own."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of one XLSForm: rows from column title to text. Empty cells may be left out."""

    survey: Sequence[Row]
    choices: Sequence[Row] = field(default=())
    settings: Row = field(default_factory=dict)
    entities: Sequence[Row] = field(default=())


@dataclass(frozen=True, slots=True)
class XForm:
    """An XForm document and what pyxform remarked on while making it."""

    xml: str
    warnings: tuple[str, ...]


def convert(workbook: Workbook) -> XForm:
    """Make the XForm of a workbook.

    Raises WorkbookRefused when a text lacks one of the workbook's languages, when a cell holds a lone dash,
    or when pyxform cannot read the sheets (its own sentence is passed on).
    """
    # pyxform is large and slow to import; the server reads filled forms all day and converts one a release
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert as pyxform_convert

    faults = [*_untranslated(workbook)]
    if faults:
        raise WorkbookRefused("Some texts are not there in every language of the form.", faults)
    sheets: dict[str, list[dict[str, str]]] = {}
    for sheet, rows in (
        ("survey", workbook.survey),
        ("choices", workbook.choices),
        ("settings", [workbook.settings]),
        ("entities", workbook.entities),
    ):
        if not rows:
            continue
        sheets[sheet] = [_filled(row) for row in rows]
        # Without the titles pyxform looks for columns in the first hundred rows only.
        sheets[f"{sheet}_header"] = [{column: "" for row in sheets[sheet] for column in row}]
    try:
        result = pyxform_convert(sheets)
    except PyXFormError as error:
        raise WorkbookRefused(f"The sheets do not make a form. {error}") from error
    return XForm(xml=result.xform, warnings=tuple(result.warnings))


def _filled(row: Row) -> dict[str, str]:
    return {column: text for column, text in row.items() if text}


def _sheets(workbook: Workbook) -> Iterator[tuple[str, int, Row]]:
    for sheet, rows in (("survey", workbook.survey), ("choices", workbook.choices)):
        for number, row in enumerate(rows, start=2):
            yield sheet, number, row


def _languages(workbook: Workbook) -> list[str]:
    found: dict[str, None] = {}
    for _, _, row in _sheets(workbook):
        for column in row:
            base, mark, language = column.partition("::")
            if mark and base in WORDS:
                found[language] = None
    return list(found)


def _untranslated(workbook: Workbook) -> Iterator[Cell]:
    languages = _languages(workbook)
    for sheet, number, row in _sheets(workbook):
        for base in WORDS:
            columns = [f"{base}::{language}" for language in languages] or [base]
            texts = {column: (row.get(column) or "").strip() for column in columns}
            if languages and (row.get(base) or "").strip():
                yield Cell(sheet, number, base, "the text is under no language. Move it.")
            for column, text in texts.items():
                if text == "-":
                    yield Cell(sheet, number, column, "a lone dash is no text. Write the text.")
                elif not text and any(texts.values()):
                    yield Cell(sheet, number, column, "the translation is missing. Write it.")
