"""Translations: a language that promises every text has it, and no translation is left behind by its English.

Knows the keys of `packs.texts`; does not judge the words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kimbilio.packs.checks.contents import Contents, known
from kimbilio.packs.faults import Fault
from kimbilio.packs.pack import SOURCE_LANGUAGE
from kimbilio.packs.texts import english_texts, every_text


def check_texts(contents: Contents) -> Iterator[Fault]:
    """Missing, unknown and outdated translations, for each language of pack.yaml."""
    english = english_texts(contents.tables)
    yield from _two_texts(contents)
    tables = contents.tables.under("translations")
    about = contents.about
    declared: list[str] = []
    for index, language in enumerate(_languages(about.value)):
        id_ = language.get("id")
        line = about.line("languages", index)
        if not isinstance(id_, str) or not isinstance(language.get("name"), str):
            message = "a language has no id or no name"
            remedy = (
                "Write for example {id: ar, name: العربية, direction: rtl, complete: false, reviewed: false}."
            )
            yield Fault("language", about.file, line, str(id_), message, remedy)
            continue
        declared.append(id_)
        if language.get("direction") not in ("ltr", "rtl"):
            found = str(language.get("direction"))
            remedy = "Write ltr, or rtl for a script that runs from right to left."
            yield Fault(
                "direction", about.file, line, found, f"the direction of '{id_}' is '{found}'", remedy
            )
        for flag in ("complete", "reviewed"):
            if not isinstance(language.get(flag), bool):
                found = str(language.get(flag))
                message = f"{flag} of '{id_}' is '{found}'"
                yield Fault("language", about.file, line, found, message, "Write true or false.")
        if id_ == SOURCE_LANGUAGE:
            continue
        translated = {row["key"] for row in tables[id_] if row["text"]} if id_ in tables else set()
        file = f"translations/{id_}.csv"
        if language.get("complete") is True:
            for key, text in english.items():
                if key not in translated:
                    message = f"'{key}' has no translation, but '{id_}' is declared complete"
                    remedy = f"Add a row: key {key}, source '{text.source}' and its translation; or write "
                    remedy += f"complete: false for '{id_}' in pack.yaml."
                    yield Fault("missing_translation", file, None, key, message, remedy)
    for id_, table in tables.items():
        if id_ not in declared:
            message = f"pack.yaml does not name the language '{id_}'"
            remedy = f"Add it under languages, or delete the file. {known(declared, id_)}"
            yield Fault("unknown_language", table.file, None, id_, message, remedy, "warning")
        for row in table:
            text_en = english.get(row["key"])
            if text_en is None:
                message = f"'{row['key']}' is the key of no text"
                remedy = f"Correct the key or delete the row. {known(english, row['key'])}"
                yield Fault("unknown_key", table.file, row.number, row["key"], message, remedy)
            elif row["source"] != text_en.source:
                message = f"the English of '{row['key']}' has changed since it was translated"
                remedy = f"Translate anew and write as source: {text_en.source}"
                yield Fault("outdated", table.file, row.number, row["source"], message, remedy, "warning")


def _two_texts(contents: Contents) -> Iterator[Fault]:
    """Questions and choices of two forms under one name: they share one translation, so one text."""
    english = english_texts(contents.tables)
    for text in every_text(contents.tables):
        kind, _, name = text.key.partition(":")
        if kind in ("question", "choice") and text.source and text.source != english[text.key].source:
            message = f"'{name}' has another text in {english[text.key].file}"
            remedy = "Give it a name of its own, or write the same words."
            yield Fault("two_texts", text.file, text.row, text.source, message, remedy)


def _languages(about: Any) -> list[dict[str, Any]]:
    languages = about.get("languages") if isinstance(about, dict) else None
    return [item for item in languages if isinstance(item, dict)] if isinstance(languages, list) else []
