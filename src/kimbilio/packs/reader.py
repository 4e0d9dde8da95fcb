"""Finds a pack and reads it, from a folder or from the workbook that a ministry edits.

Knows where packs lie and how their tables become records. Does not judge a pack beyond what it needs to read
it; `checker` explains every fault.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kimbilio.packs.faults import PackError
from kimbilio.packs.media import media_of
from kimbilio.packs.pack import (
    SOURCE_LANGUAGE,
    Agency,
    Category,
    Choice,
    Code,
    FieldLabel,
    Form,
    Language,
    Law,
    Pack,
    Question,
    Ratification,
    Service,
)
from kimbilio.packs.practice import practice_people
from kimbilio.packs.tables import Tables, read_folder
from kimbilio.packs.texts import english_texts
from kimbilio.rules import RuleError, Ruleset

_HERE = Path(__file__).resolve().parent
SHELTER = "shelter"
"""The service type, common to all packs, whose place must be decided on."""
# What a table that is not as the format wants it may raise, RuleError (a ValueError) included.
UNUSABLE = (KeyError, TypeError, ValueError, AttributeError)


def pack_folders() -> list[Path]:
    """Where packs lie: $KIMBILIO_PACKS, the wheel's own data, the repository of an editable install."""
    named = [Path(part) for part in os.environ.get("KIMBILIO_PACKS", "").split(os.pathsep) if part]
    return [p for p in (*named, _HERE / "data", _HERE.parents[2] / "packs") if p.is_dir()]


def known_packs() -> list[str]:
    """The ids of all packs that `load` finds by id."""
    return sorted(
        {d.name for folder in pack_folders() for d in folder.iterdir() if (d / "pack.yaml").is_file()}
    )


def find_pack(id_or_path: str | Path) -> Path:
    """The folder or workbook of a pack; PackError when there is none."""
    path = Path(id_or_path)
    if isinstance(id_or_path, str) and path.name == id_or_path:
        for folder in pack_folders():
            if (folder / id_or_path / "pack.yaml").is_file():
                return folder / id_or_path
    if path.is_dir() or (path.is_file() and path.suffix.lower() == ".xlsx"):
        return path
    known = ", ".join(known_packs()) or "none"
    raise PackError(
        f"there is no pack '{id_or_path}'",
        f"Packs found: {known}. Give one of these, or the path of a pack folder or of its .xlsx workbook.",
    )


def read_tables(path: Path) -> Tables:
    """Read a pack folder or workbook into tables; PackError when a workbook cannot be opened."""
    if path.is_dir():
        return read_folder(path)
    # openpyxl takes a quarter of a second to import, and a screening at the desk of an editor is to be
    # instant.
    from kimbilio.packs.workbook import read_workbook

    return read_workbook(path)


def load(id_or_path: str | Path) -> Pack:
    """Load a pack by id (`zm`) or by the path of its folder or workbook.

    Raises PackError when there is no such pack or it cannot be used as it stands.
    """
    path = find_pack(id_or_path)
    tables = read_tables(path)
    if tables.faults:
        first = tables.faults[0]
        raise PackError(f"pack '{path.name}', {first.place}: {first.message}", first.remedy)
    check_it = f"Run `kimbilio pack check {id_or_path}`: it names the file, the row and the remedy."
    try:
        return build(tables)
    except RuleError as error:
        raise PackError(f"pack '{path.name}': {error}", check_it) from error
    except UNUSABLE as error:
        raise PackError(f"pack '{path.name}' cannot be used as it stands", check_it) from error


def build(tables: Tables) -> Pack:
    """Make a pack of its tables; raises one of `UNUSABLE` when they do not hold what a pack needs."""
    about: Mapping[str, Any] = tables.document("pack").value
    pathways: dict[str, Any] = tables.document("pathways").value
    forms = {name: _form(name, tables) for name in about.get("forms", ["screening"])}
    english = {key: text.source for key, text in english_texts(tables).items()}
    screening = "forms/screening"
    ruleset = Ruleset.from_tables(
        questions=tables.table(f"{screening}/questions").as_dicts(),
        choices=tables.table(f"{screening}/choices").as_dicts(),
        raises=tables.table(f"{screening}/raises").as_dicts(),
        indicators=tables.table("indicators").as_dicts(),
        pathways=pathways,
        country=about["country"],
    )
    return Pack(
        id=about["id"],
        name=about["name_en"],
        country=about["country"],
        version=str(about["version"]),
        calendars=tuple(about.get("calendars", ())),
        reviewed_by_country_team=bool(about.get("reviewed_by_country_team", False)),
        sources=tuple(about.get("sources", ())),
        languages=tuple(_language(row) for row in about["languages"]),
        laws={row["id"]: _law(row) for row in tables.table("laws").as_dicts()},
        ratifications={
            row["instrument_id"]: Ratification(
                row["instrument_id"], row["country"], row["status"], _year(row["year"]), row["source"]
            )
            for row in tables.table("ratifications").as_dicts()
            if row["country"] == about["country"]
        },
        agencies={
            row["id"]: Agency(row["id"], row["country"], row["kind"], row["source"])
            for row in tables.table("agencies").as_dicts()
        },
        services={row["id"]: _service(row) for row in tables.table("services").as_dicts()},
        categories={row["id"]: Category(row["id"]) for row in pathways["categories"]},
        fields={id_: _field(id_, origin) for id_, origin in pathways["fields"].items()},
        codes={
            name: tuple(Code(row["code"], row["label_en"], row["source"]) for row in table)
            for name, table in tables.under("codes").items()
        },
        forms=forms,
        lists={
            name: tuple((about_list or {}).get("columns", ()))
            for name, about_list in about.get("lists", {}).items()
        },
        pathways=pathways,
        consent_days=int(pathways["consent_holds_days"]),
        ruleset=ruleset,
        practice=practice_people(tables),
        content_hash=tables.content_hash(),
        tables=tables,
        english=english,
        translations={
            language: {row["key"]: row["text"] for row in table if row["text"]}
            for language, table in tables.under("translations").items()
            if language != SOURCE_LANGUAGE
        },
        media=media_of(tables.media, english),
    )


def _language(row: Mapping[str, Any]) -> Language:
    return Language(
        id=row["id"],
        name=row["name"],
        direction=row.get("direction", "ltr"),
        complete=bool(row.get("complete", False)),
        reviewed=bool(row.get("reviewed", False)),
    )


def _law(row: Mapping[str, str]) -> Law:
    return Law(
        id=row["id"],
        instrument_id=row["instrument_id"],
        level=row["level"],
        year=_year(row["year"]),
        country=row["country"],
        article=row["article"],
        bound=row["who_is_bound"],
        protects=split(row["protects"]),
        source=row["source"],
    )


def _service(row: Mapping[str, str]) -> Service:
    return Service(
        id=row["id"],
        country=row["country"],
        agency=row["agency_id"],
        type=row["service_type"],
        who_for=split(row["who_for"]),
        desk=row.get("desk", ""),
        hours=row.get("hours", ""),
        languages=split(row.get("languages", "")),
        contact=row.get("contact", ""),
        contact_verified_on=row.get("contact_verified_on", ""),
        source=row["source"],
        location_confidential=_place_kept(row),
    )


def _place_kept(row: Mapping[str, str]) -> bool:
    """In doubt yes: a shelter on which nobody has decided is kept like one that is confidential."""
    decided = row.get("location_confidential", "")
    return decided != "no" if decided or row["service_type"] == SHELTER else False


def _field(id_: str, origin: str | Iterable[str]) -> FieldLabel:
    if isinstance(origin, str):
        return FieldLabel(id_, () if origin == "computed" else (origin,))
    return FieldLabel(id_, tuple(origin))


def _form(name: str, tables: Tables) -> Form:
    choices: dict[str, list[Choice]] = {}
    for row in tables.table(f"forms/{name}/choices"):
        choices.setdefault(row["list"], []).append(Choice(row["choice"], row["label_en"], row["pictogram"]))
    return Form(
        name=name,
        questions=tuple(_question(row) for row in tables.table(f"forms/{name}/questions").as_dicts()),
        choices={list_name: tuple(items) for list_name, items in choices.items()},
        raises=tuple(tables.table(f"forms/{name}/raises").as_dicts()),
    )


def _question(row: Mapping[str, str]) -> Question:
    type_, _, list_name = row["type"].partition(" ")
    return Question(
        order=int(row["order"]),
        section=row["section"],
        name=row["name"],
        type=type_,
        list=list_name.strip(),
        fast_path=row["fast_path"] == "yes",
        observe=row["observe"] == "yes",
        text_en=row["text_en"],
        hint_en=row["hint_en"],
        relevant=row["relevant"],
        never_if=row["never_if"],
        pictogram=row.get("pictogram", ""),
    )


def split(cell: str) -> tuple[str, ...]:
    """The parts of a cell that holds several values, divided by semicolons."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _year(cell: str) -> int | None:
    return int(cell) if cell else None
