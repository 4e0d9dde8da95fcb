"""The tables and documents of a pack, as they stand in its files.

Knows CSV as spreadsheets save it (byte-order mark, semicolons, Windows line ends, blank rows) and YAML with
the line of every value. Does not know what the tables mean: that is for `reader` and `checker`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kimbilio.packs.faults import Fault

DOCUMENTS = ("pack", "pathways")
LARGEST_MEDIUM = 500_000
"""Bytes of one picture or recording; more is not even read."""
_LEFT_BY_WINDOWS = frozenset({"Thumbs.db", "desktop.ini"})

YamlPath = tuple[str | int, ...]
# libyaml when PyYAML was built with it: the pathways of a country are read before every screening.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet shows it, and its cells by column name, stripped."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Table:
    """One table: the file it came from, its columns in order, its rows without blank ones."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def as_dicts(self) -> list[dict[str, str]]:
        """The rows as `csv.DictReader` would give them."""
        return [dict(row.cells) for row in self.rows]


@dataclass(frozen=True)
class Document:
    """One YAML document: its value, and the line on which each path begins."""

    file: str
    value: Any
    lines: Mapping[YamlPath, int] = field(default_factory=dict)

    def line(self, *path: str | int) -> int | None:
        """The line of a path, or of its nearest ancestor that has one."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[:-1]
        return None


@dataclass(frozen=True)
class Tables:
    """All tables (`laws`, `codes/bound`, `forms/screening/questions` …) and documents (`pack`, `pathways`).

    `media` are the files below `media/` by their path. `faults` are those met while reading: what is named
    there is missing from the rest.
    """

    origin: str
    tables: Mapping[str, Table]
    documents: Mapping[str, Document]
    faults: tuple[Fault, ...] = ()
    media: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def table(self, name: str) -> Table:
        """The table of that name; an empty one when the pack has none."""
        return self.tables.get(name) or Table(f"{name}.csv", (), ())

    def document(self, name: str) -> Document:
        """The document of that name; an empty mapping when the pack has none."""
        return self.documents.get(name) or Document(f"{name}.yaml", {})

    def under(self, folder: str) -> dict[str, Table]:
        """The tables of one folder by their own short name, in order of name."""
        prefix = f"{folder}/"
        return {n[len(prefix) :]: t for n, t in sorted(self.tables.items()) if n.startswith(prefix)}

    def content_hash(self, *, leaving_out: str = "") -> str:
        """A fingerprint of the content (`sha256:…`), the same whether it came from a folder or a workbook.

        Empty cells, blank rows, the order of columns and the comments of YAML do not count; the order of
        rows does. `leaving_out` names a folder that does not count either, nor do its translations.
        """
        content = {
            "tables": {
                name: [
                    {c: v for c, v in row.cells.items() if v}
                    for row in table
                    if not (leaving_out and row["key"].startswith(f"{leaving_out}:"))
                ]
                for name, table in self.tables.items()
                if not (leaving_out and name.startswith(f"{leaving_out}/"))
            },
            "documents": {name: document.value for name, document in self.documents.items()},
            "media": {path: hashlib.sha256(content).hexdigest() for path, content in self.media.items()},
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def read_folder(folder: Path) -> Tables:
    """Read every table, document, picture and recording of a pack folder."""
    tables: dict[str, Table] = {}
    documents: dict[str, Document] = {}
    faults: list[Fault] = []
    for path in sorted(folder.rglob("*.csv")):
        file = path.relative_to(folder).as_posix()
        if (text := _decode(path, file, faults)) is not None:
            tables[file.removesuffix(".csv")] = read_csv(text, file, faults)
    for name in DOCUMENTS:
        path = folder / f"{name}.yaml"
        if path.is_file() and (text := _decode(path, path.name, faults)) is not None:
            document = read_yaml(text, path.name, faults)
            if document is not None:
                documents[name] = document
    media = _read_media(folder, faults)
    return Tables(str(folder), tables, documents, tuple(faults), media)


def _read_media(folder: Path, faults: list[Fault]) -> dict[str, bytes]:
    media: dict[str, bytes] = {}
    for path in sorted((folder / "media").rglob("*")):
        if not path.is_file() or path.name.startswith(".") or path.name in _LEFT_BY_WINDOWS:
            continue
        file = path.relative_to(folder).as_posix()
        if (size := path.stat().st_size) > LARGEST_MEDIUM:
            message = f"the file is {size // 1000} kB large, and no phone can be given more than "
            message += f"{LARGEST_MEDIUM // 1000} kB"
            remedy = "Make it smaller: one sentence, one channel; docs/how-to/record-audio.md says how."
            faults.append(Fault("too_large", file, None, str(size), message, remedy))
            continue
        media[file.removeprefix("media/")] = path.read_bytes()
    return media


def _decode(path: Path, file: str, faults: list[Fault]) -> str | None:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(
            Fault(
                "encoding",
                file,
                line,
                f"0x{data[error.start]:02x}",
                f"the byte 0x{data[error.start]:02x} is not UTF-8 text",
                'Save the file again as UTF-8; in Excel choose "CSV UTF-8 (comma delimited)".',
            )
        )
        return None


def read_csv(text: str, file: str, faults: list[Fault]) -> Table:
    """Read one CSV text; what cannot be placed in a column is added to `faults`."""
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        remedy = "Look for a quotation mark that is not closed, or save the file anew from a spreadsheet."
        faults.append(Fault("csv", file, None, "", f"this is not a table: {error}", remedy))
        return Table(file, (), ())
    return table_from_records(records, file, faults)


def table_from_records(records: list[list[str]], file: str, faults: list[Fault]) -> Table:
    """Make a table of records whose first one is the heading."""
    columns = [cell.strip() for cell in records[0]] if records else []
    while columns and not columns[-1]:
        columns.pop()
    for column in {c for c in columns if columns.count(c) > 1}:
        faults.append(
            Fault(
                "duplicate_column",
                file,
                1,
                column,
                f"the column '{column}' stands twice",
                "Keep one of the two columns.",
            )
        )
    rows: list[Row] = []
    for number, record in enumerate(records[1:], start=2):
        cells = [_plain(cell) for cell in record]
        if not any(cells):
            continue
        if extra := [cell for cell in cells[len(columns) :] if cell]:
            faults.append(
                Fault(
                    "extra_cell",
                    file,
                    number,
                    extra[0],
                    f"'{extra[0]}' stands to the right of the last column",
                    "Put a text that holds a comma between quotation marks, or delete the cell.",
                )
            )
        padded = cells + [""] * (len(columns) - len(cells))
        rows.append(Row(number, dict(zip(columns, padded, strict=False))))
    return Table(file, tuple(columns), tuple(rows))


def _plain(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()


def read_yaml(text: str, file: str, faults: list[Fault]) -> Document | None:
    """Read one YAML text, remembering lines, refusing keys that stand twice; None when it is no YAML."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        value = loader.construct_document(node) if node is not None else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "the text cannot be read"
        remedy = "Compare the indentation, quotation marks and brackets with the lines above."
        line = mark.line + 1 if mark is not None else None
        faults.append(Fault("yaml", file, line, "", f"this is not YAML: {problem}", remedy))
        return None
    finally:
        loader.dispose()
    lines: dict[YamlPath, int] = {}
    if node is not None:
        _walk(node, (), lines, file, faults)
    return Document(file, value, lines)


def _walk(node: Any, path: YamlPath, lines: dict[YamlPath, int], file: str, faults: list[Fault]) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, child in node.value:
            name = str(key.value)
            if name in seen:
                faults.append(
                    Fault(
                        "duplicate_key",
                        file,
                        key.start_mark.line + 1,
                        name,
                        f"'{name}' stands twice in the same place",
                        "Keep one of the two; only the last would be read.",
                    )
                )
            seen.add(name)
            lines[(*path, name)] = key.start_mark.line + 1
            _walk(child, (*path, name), lines, file, faults)
    elif isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            lines[(*path, index)] = child.start_mark.line + 1
            _walk(child, (*path, index), lines, file, faults)
