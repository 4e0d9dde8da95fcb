"""Texts of a filled form become typed answers, and texts fit to be shown.

Knows the kinds of answers a form takes. Does not know what they mean. The verbatim submission is kept by
others; nothing here alters it. Source: ODK XForms specification (select values); Unicode Standard Annex 9.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from kimbilio.xlsforms.faults import AnswersRefused

Answer: TypeAlias = str | int | Sequence[str]

_TYPED_BY_NOBODY = {"calculate", "note", "metadata", "repeat", "acknowledge"}
_INTEGER = re.compile(r"[+-]?[0-9]{1,12}")
# Bidirectional embeddings, overrides and isolates reorder the text around them; a name written right to left
# needs none of them. Newline and tab stay; other C0 and C1 controls go.
_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\x7f-\x9f]")


def display_text(text: str) -> str:
    """The text without bidirectional controls and control characters, for screens and messages."""
    return _CONTROLS.sub("", text)


def typed_answers(answers: Mapping[str, str], kinds: Mapping[str, str]) -> dict[str, Answer]:
    """Answers as rules take them: one choice as str, several as a tuple, integers as int, text cleaned.

    Values nobody typed (calculations, notes, the client's metadata) are left out. Raises AnswersRefused,
    naming the questions, never the values, when a question is unknown to the form or a number is not one.
    """
    typed: dict[str, Answer] = {}
    refused: list[str] = []
    for name, text in answers.items():
        match kinds.get(name):
            case None:
                refused.append(name[:60])
            case "select_multiple":
                typed[name] = tuple(dict.fromkeys(text.split()))
            case "select_one":
                typed[name] = text.strip()
            case "integer" if _INTEGER.fullmatch(text.strip()):
                typed[name] = int(text)
            case "integer":
                refused.append(name)
            case kind if kind not in _TYPED_BY_NOBODY:
                typed[name] = display_text(text)
    if refused:
        raise AnswersRefused(sorted(refused))
    return typed
