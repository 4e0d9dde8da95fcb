"""Refuses a question that must never be asked at a border.

Knows the list `never_ask` of the pack: each item's `words` are regular expressions held, in any case,
against the name and English text of every question and every choice it offers. `unless_never_if` lets one
question through as long as it closes under the named condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kimbilio.packs.checks.contents import Contents, strings, type_of
from kimbilio.packs.checks.expressions import closes_under
from kimbilio.packs.faults import Fault


def check_never_ask(contents: Contents) -> Iterator[Fault]:
    """Every question and choice against every word of the list; also a list that cannot be read."""
    document = contents.pathways
    items = contents.items("never_ask")
    if not items:
        remedy = "Copy the list never_ask from packs/zz/pathways.yaml and add what your country needs."
        yield Fault(
            "missing_never_ask", document.file, None, "", "the list never_ask is missing or empty", remedy
        )
    for index, item in items:
        name = str(item.get("text") or item.get("id"))
        for position, word in strings(item.get("words")):
            try:
                pattern = re.compile(word, re.IGNORECASE)
            except re.error as error:
                line = document.line("never_ask", index, "words", position)
                message = f"the expression '{word}' of '{item.get('id')}' cannot be read: {error}"
                remedy = "Write plain words, or a regular expression whose brackets close."
                yield Fault("regular_expression", document.file, line, word, message, remedy)
                continue
            for form in contents.every_form():
                yield from _hold(form, pattern, name, item.get("unless_never_if"))


def _hold(contents: Contents, pattern: re.Pattern[str], name: str, unless: Any) -> Iterator[Fault]:
    let_through = _let_through(contents, unless)
    for row in contents.questions:
        if row["name"] == let_through:
            continue
        # A name is written with underscores where the words of a question have blanks.
        for text in (row["name"].replace("_", " "), row["text_en"]):
            if pattern.search(text):
                message = f"question '{row['name']}' asks what must never be asked: {name}"
                remedy = _remedy(unless, "question")
                yield Fault("never_ask", contents.questions.file, row.number, text, message, remedy)
                break
    allowed_list = type_of(contents.question[let_through])[1] if let_through else None
    for row in contents.choices:
        if row["list"] != allowed_list and pattern.search(row["label_en"]):
            message = (
                f"choice '{row['choice']}' of the list '{row['list']}' asks what must never be asked: {name}"
            )
            yield Fault(
                "never_ask",
                contents.choices.file,
                row.number,
                row["label_en"],
                message,
                _remedy(unless, "choice"),
            )


def _let_through(contents: Contents, unless: Any) -> str | None:
    """The question that may ask after all, because it closes under the condition."""
    if not isinstance(unless, dict):
        return None
    row = contents.question.get(str(unless.get("question")))
    if row is None or not closes_under(row["never_if"], str(unless.get("never_if"))):
        return None
    return row["name"]


def _remedy(unless: Any, thing: str) -> str:
    remedy = f"Delete the {thing}: what a person says unasked may be ticked, never probed."
    if isinstance(unless, dict):
        remedy += f" Only question '{unless.get('question')}' may, with never_if {unless.get('never_if')}."
    return remedy
