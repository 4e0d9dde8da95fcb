"""The form as it is practised: its parts in order, the questions of each, and what may be ticked.

Knows the pack and `kimbilio.rules.practice`; knows no attempt and no page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kimbilio.packs import Pack
from kimbilio.packs.pack import Question
from kimbilio.packs.practice import practice_questions
from kimbilio.rules import Answer
from kimbilio.rules.practice import questions_shown
from kimbilio.server.country.needs import FORM

_MOST_DIGITS = 4
"""People who travel together; the only number of the form."""


def part_questions(pack: Pack) -> dict[str, list[Question]]:
    """The rows of the form by part, the words to read aloud included; parts without a question are left out."""
    practised = practice_questions(pack.tables.table(f"forms/{FORM}/questions").as_dicts())
    parts: dict[str, list[Question]] = {}
    for question in pack.forms[FORM].questions:
        if question.name in practised or question.type == "note":
            parts.setdefault(question.section, []).append(question)
    return {part: rows for part, rows in parts.items() if any(row.name in practised for row in rows)}


def shown_in(pack: Pack, part: str, answers: Mapping[str, Answer]) -> list[Question]:
    """The rows of a part that the form shows with these answers."""
    shown = set(questions_shown(answers, pack.ruleset))
    return [row for row in part_questions(pack).get(part, []) if row.name in shown]


def next_part(pack: Pack, part: str, answers: Mapping[str, Answer]) -> str:
    """The next part in which something is shown; empty after the last."""
    parts = list(part_questions(pack))
    after = parts[parts.index(part) + 1 :]
    return next((name for name in after if shown_in(pack, name, answers)), "")


def chosen(pack: Pack, question: Question, values: Sequence[str]) -> Answer:
    """What was ticked or typed as an answer; None for nothing, and for what the form does not offer."""
    if question.type == "integer":
        text = values[0].strip() if values else ""
        return text if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
    offered = {option.code for option in pack.options(FORM, question.list)}
    known = [value for value in values if value in offered]
    if question.type == "select_multiple":
        return known or None
    return known[0] if known else None


def as_choices(answer: Answer) -> list[str]:
    """The codes of an answer, however many it may have."""
    if answer is None:
        return []
    return [str(answer)] if isinstance(answer, str | int) else [str(code) for code in answer]


def usable(pack: Pack, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers that the pack still offers: a pack may have changed since they were given."""
    rows = {row.name: row for rows in part_questions(pack).values() for row in rows}
    kept: dict[str, Answer] = {}
    for name, answer in answers.items():
        if name in rows and (still := chosen(pack, rows[name], as_choices(answer))):
            kept[name] = still
    return kept
