"""One Excel workbook for a whole pack: a sheet for each table, and back again without loss.

Knows how tables and YAML documents lie in sheets; does not know what they mean. A document becomes the
columns `path` and `value`, one row for each value, so that a ministry edits it without knowing YAML. Pictures
and recordings travel in the sheet `media` as base64, in pieces that fit a cell: Excel would throw away a file
that no sheet knows, and a workbook that only named them would lose them in the mail. They are changed in the
pack's folder, not there.
"""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import yaml
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from kimbilio.packs.faults import Fault, PackError
from kimbilio.packs.tables import DOCUMENTS, Document, Row, Table, Tables, YamlPath, table_from_records

_PATH_COLUMNS = ("path", "value")
_MEDIA_COLUMNS = ("file", "piece", "base64")
_PIECE = 30_000  # signs; a cell holds 32,767
_WIDE = 60
_UNPACKED = 100_000_000
"""Bytes that a workbook may unpack to; one with all the recordings that a pack may have stays far below."""


def write_workbook(tables: Tables, path: Path) -> None:
    """Write all tables and documents of a pack into one workbook, replacing the file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name in DOCUMENTS:
        rows = [(_path_text(p), _value_text(v)) for p, v in _leaves(tables.document(name).value, ())]
        _write_sheet(book.create_sheet(name), [_PATH_COLUMNS, *rows])
    for name, table in tables.tables.items():
        records = [tuple(row[column] for column in table.columns) for row in table]
        _write_sheet(book.create_sheet(_sheet_name(name)), [table.columns, *records])
    if tables.media:
        _write_sheet(book.create_sheet("media"), [_MEDIA_COLUMNS, *_pieces(tables)])
    book.save(path)


def _pieces(tables: Tables) -> Iterator[tuple[str, ...]]:
    for file, content in tables.media.items():
        text = base64.b64encode(content).decode()
        for number, start in enumerate(range(0, max(len(text), 1), _PIECE), start=1):
            yield file, str(number), text[start : start + _PIECE]


def _write_sheet(sheet: Worksheet, records: list[tuple[str, ...]]) -> None:
    for number, record in enumerate(records, start=1):
        for column, text in enumerate(record, start=1):
            if not text:
                continue
            cell = sheet.cell(row=number, column=column, value=text)
            cell.data_type = "s"  # a text that begins with = must stay a text, never become a formula
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    for column, heading in enumerate(records[0], start=1):
        widest = max((len(r[column - 1]) for r in records if column <= len(r)), default=len(heading))
        sheet.column_dimensions[get_column_letter(column)].width = min(_WIDE, widest + 2)
    sheet.freeze_panes = "A2"


def read_workbook(path: Path) -> Tables:
    """Read a workbook written by `write_workbook`, edited since or not; PackError when it is no workbook."""
    tables: dict[str, Table] = {}
    documents: dict[str, Document] = {}
    media: dict[str, bytes] = {}
    faults: list[Fault] = []
    for title, records in _sheets(path):
        if title == "media":
            media = _read_media(table_from_records(records, "media", faults), faults)
        elif title in DOCUMENTS:
            documents[title] = _read_document(title, records, faults)
        else:
            name = _table_name(title)
            tables[name] = table_from_records(records, f"{name}.csv", faults)
    return Tables(str(path), tables, documents, tuple(faults), media)


def _sheets(path: Path) -> list[tuple[str, list[list[str]]]]:
    """Every sheet with its title and its cells as text; PackError for what Excel did not write."""
    try:
        _weigh(path)
        # From memory: what openpyxl opens itself it leaves open when it stumbles
        with closing(load_workbook(BytesIO(path.read_bytes()), read_only=True, data_only=True)) as book:
            return [
                (
                    sheet.title,
                    [[_cell_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)],
                )
                for sheet in book.worksheets
            ]
    except PackError:
        raise
    except Exception as error:  # openpyxl stumbles over a damaged file in a dozen ways and names none of them
        raise PackError(
            f"'{path.name}' is not an Excel workbook",
            "Save the pack again as .xlsx, or give the pack's folder.",
        ) from error


def _weigh(path: Path) -> None:
    """Raises PackError when the workbook, a zip, is built to fill the memory of whoever opens it."""
    with zipfile.ZipFile(path) as archive:  # no more is unpacked of an entry than it says here
        if sum(entry.file_size for entry in archive.infolist()) > _UNPACKED:
            raise PackError(
                f"'{path.name}' would unpack to more than {_UNPACKED // 1_000_000} MB",
                "Ask who sent it. No pack with its pictures and recordings comes near that.",
            )


def _read_media(table: Table, faults: list[Fault]) -> dict[str, bytes]:
    pieces: dict[str, dict[int, Row]] = {}
    for row in table:
        number = int(row["piece"]) if row["piece"].isdecimal() else 0
        pieces.setdefault(row["file"], {})[number] = row
    media: dict[str, bytes] = {}
    for file, found in pieces.items():
        text = "".join(found[number]["base64"] for number in sorted(found))
        whole = sorted(found) == list(range(1, len(found) + 1))
        try:
            # A sign that base64 does not know makes what is not whole unreadable too
            media[file] = base64.b64decode(text if whole else "?", validate=True)
        except ValueError:
            row = min(found.values(), key=lambda piece: piece.number)
            message = f"the pieces of '{file}' do not make the file again"
            remedy = "Write the workbook anew with `kimbilio pack xlsx`; pictures and recordings are changed "
            remedy += "in the folder of the pack."
            faults.append(Fault("media_pieces", "media", row.number, file, message, remedy))
    return media


def _sheet_name(table: str) -> str:
    """A sheet name has no slash and 31 characters at most: `forms/x/choices` is `x.choices`."""
    name = table.removeprefix("forms/").replace("/", ".")
    if len(name) > 31:
        raise PackError(
            f"the table '{table}' has a name too long for a sheet of Excel",
            "Give the form or list a shorter name.",
        )
    return name


def _table_name(sheet: str) -> str:
    folder, dot, name = sheet.partition(".")
    if not dot:
        return sheet
    return f"{folder}/{name}" if folder in {"codes", "translations", "practice"} else f"forms/{folder}/{name}"


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _leaves(value: Any, path: YamlPath) -> Iterator[tuple[YamlPath, Any]]:
    """Every value that is not itself divided further; a list of plain values stays in one cell."""
    if isinstance(value, dict) and value:
        for key, child in value.items():
            yield from _leaves(child, (*path, str(key)))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for index, child in enumerate(value):
            yield from _leaves(child, (*path, index))
    else:
        yield path, value


def _path_text(path: YamlPath) -> str:
    return " / ".join(f"#{part + 1}" if isinstance(part, int) else part for part in path)


def _value_text(value: Any) -> str:
    if isinstance(value, str) and _reads_back(value):
        return value
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1_000_000)
    return text.removesuffix("\n").removesuffix("\n...")


def _reads_back(text: str) -> bool:
    """Whether a text may stand in its cell without quotation marks and is still read as the same text."""
    return bool(text) and text == text.strip() and "\r" not in text and _parse(text) == text


def _parse(text: str) -> Any:
    """What a cell means: a number, true or false, a list in brackets, a quoted text; else its words."""
    if text[0] not in "[{'\"" and not _is_scalar(text):
        return text
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def _is_scalar(text: str) -> bool:
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return False
    return not isinstance(value, str | dict | list)


def _read_document(name: str, records: list[list[str]], faults: list[Fault]) -> Document:
    table = table_from_records(records, f"{name}.yaml", faults)
    root: dict[Any, Any] = {}
    lines: dict[YamlPath, int] = {}
    for row in table:
        path = tuple(
            int(p[1:]) - 1 if p.startswith("#") and p[1:].isdigit() else p for p in row["path"].split(" / ")
        )
        lines[path] = row.number
        node = root
        for part in path[:-1]:
            node = node.setdefault(part, {})
        node[path[-1]] = _parse(row["value"]) if row["value"] else ""
    return Document(f"{name}.yaml", _with_lists(root), lines)


def _with_lists(value: Any) -> Any:
    """Turn the mappings whose keys are positions back into lists; a gap left by a deleted row closes."""
    if not isinstance(value, dict):
        return value
    children = {key: _with_lists(child) for key, child in value.items()}
    if children and all(isinstance(key, int) for key in children):
        return [children[index] for index in sorted(children)]
    return children
