"""Every text of a pack that a person reads, with the key under which it is translated.

Knows where the English source of each text stands; does not translate. One list serves the translators, the
checker, the form compiler and the screens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kimbilio.packs.practice import ANSWERS, NOTICES, PEOPLE, says_key, why_key
from kimbilio.packs.tables import Tables

# table -> (column of the id, [(column of the English text, how the key is made)])
_COLUMNS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "indicators": ("id", [("text_en", "indicator:{}")]),
    "laws": ("id", [("what_it_means_en", "law:{}")]),
    "agencies": ("id", [("name_en", "agency:{}"), ("mandate_en", "agency:{}:mandate")]),
    "services": ("id", [("service_en", "service:{}"), ("coverage_en", "service:{}:coverage")]),
}
_PATHWAY_TEXTS = ("note", "next", "choice")


@dataclass(frozen=True)
class Text:
    """One English text: its key, the words, and where they stand."""

    key: str
    source: str
    file: str
    row: int | None


def english_texts(tables: Tables) -> dict[str, Text]:
    """All texts of a pack by key, in the order in which a translator meets them."""
    found: dict[str, Text] = {}
    for text in every_text(tables):
        if text.source and text.key not in found:
            found[text.key] = text
    return found


def every_text(tables: Tables) -> Iterator[Text]:
    """All texts where they stand; a key may come again, with the same words."""
    pack = tables.document("pack")
    if isinstance(pack.value, dict) and isinstance(pack.value.get("name_en"), str):
        yield Text("pack:name", pack.value["name_en"], pack.file, pack.line("name_en"))
    for name in sorted(tables.tables):
        table = tables.tables[name]
        if name.startswith("forms/") and name.endswith("/questions"):
            for row in table:
                yield Text(f"question:{row['name']}", row["text_en"], table.file, row.number)
                yield Text(f"question:{row['name']}:hint", row["hint_en"], table.file, row.number)
        elif name.startswith("forms/") and name.endswith("/choices"):
            for row in table:
                yield Text(f"choice:{row['list']}:{row['choice']}", row["label_en"], table.file, row.number)
        elif name.startswith("codes/"):
            for row in table:
                yield Text(f"{name[6:]}:{row['code']}", row["label_en"], table.file, row.number)
    for name, (column, texts) in _COLUMNS.items():
        table = tables.table(name)
        for row in table:
            if name == "laws":
                yield Text(f"instrument:{row['instrument_id']}", row["instrument_en"], table.file, row.number)
            for source, key in texts:
                yield Text(key.format(row[column]), row[source], table.file, row.number)
    yield from _pathway_texts(tables)
    yield from _practice_texts(tables)


def _practice_texts(tables: Tables) -> Iterator[Text]:
    people, answers, notices = tables.table(PEOPLE), tables.table(ANSWERS), tables.table(NOTICES)
    for row in people:
        for part in ("name", "story", "lesson"):
            yield Text(f"practice:{row['id']}:{part}", row[f"{part}_en"], people.file, row.number)
    for row in answers:
        yield Text(says_key(row), row["says_en"], answers.file, row.number)
    for row in notices:
        key = why_key(row["person"], row["question"], row["choice"])
        yield Text(key, row["why_en"], notices.file, row.number)


def _pathway_texts(tables: Tables) -> Iterator[Text]:
    document = tables.document("pathways")
    value: dict[str, Any] = document.value if isinstance(document.value, dict) else {}

    def text(key: str, source: Any, *path: str | int) -> Iterator[Text]:
        if isinstance(source, str):
            yield Text(key, source.strip(), document.file, document.line(*path))

    for i, category in enumerate(_dicts(value.get("categories"))):
        yield from text(
            f"category:{category.get('id')}", category.get("label_en"), "categories", i, "label_en"
        )
    for id_, priority in _mapping(value.get("priorities")).items():
        yield from text(f"priority:{id_}:label", _get(priority, "label_en"), "priorities", id_, "label_en")
        yield from text(f"priority:{id_}", _get(priority, "meaning"), "priorities", id_, "meaning")
    for id_, service_type in _mapping(value.get("service_types")).items():
        yield from text(
            f"service_type:{id_}", _get(service_type, "label_en"), "service_types", id_, "label_en"
        )
    for id_, action in _mapping(value.get("fact_actions")).items():
        yield from text(f"action:{id_}", action, "fact_actions", id_)
    for id_, rule in _mapping(value.get("consent_rules")).items():
        yield from text(f"consent:{id_}", rule, "consent_rules", id_)
    for i, pathway in enumerate(_dicts(value.get("pathways"))):
        at, key = ("pathways", i), f"pathway:{pathway.get('id')}"
        for j, step in enumerate(_dicts(pathway.get("steps"))):
            yield from text(
                f"step:{pathway.get('id')}:{step.get('n')}", step.get("do"), *at, "steps", j, "do"
            )
        for part in _PATHWAY_TEXTS:
            yield from text(f"{key}:{part}", pathway.get(part), *at, part)
        never = pathway.get("never")
        for j, item in enumerate(never if isinstance(never, list) else [], start=1):
            yield from text(f"{key}:never:{j}", item, *at, "never", j - 1)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None
