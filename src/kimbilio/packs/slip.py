"""The paper a person may carry away: a few plain lines that say nothing of what it is about.

Knows the words of the slip (slip_words.csv, which a translator edits) and what each line of the pack's `slip` prints.
Does not know who may have which slip (`rules.sharing.slip_lines`) nor how it looks. The line `case_code` prints a
reference of its own: a case's code stays inside.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby
from typing import Any

from babel import Locale
from babel.dates import get_day_names

SOURCE = "en"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WHOLE = "agency"
"""A slip with this line says whom it is for; one without it is neutral, and carries no sentence at all."""


def slip_languages() -> tuple[str, ...]:
    """The languages in which there are words for a slip."""
    return tuple(next(iter(_words().values())))


def slip_card(
    lines: Sequence[str],
    *,
    language: str,
    reference: str,
    agency: str,
    place: str,
    place_kept: bool,
    number: str,
    hours: Mapping[str, Sequence[Sequence[str]]],
) -> dict[str, Any]:
    """The slip as plain values: labelled lines and sentences. A value is its words, then numbers and times, which
    read from left to right in every language.

    `lines` are those of the pack's `slip` that may be printed; an empty value drops its line, and an empty `agency` is
    an organisation that the person does not want named. `place_kept`: the place is confidential, so who brings the
    person is said instead. `hours`: spans by weekday, empty for day and night.
    """
    values: dict[str, tuple[str, list[list[str]]]] = {
        "case_code": ("reference", [["", reference]]),
        "agency": ("agency", [[agency]]),
        "place": ("place", [[place]]),
        "number": ("number", [["", number]]),
        "hours": ("hours", list(_week(hours, language)) or [[_word("always", language)]]),
    }
    shown = [values[line] for line in lines if line in values]
    sentences = []
    if _WHOLE in lines:
        if place_kept:
            word = "transport" if agency else "transport_unnamed"
            sentences.append(_word(word, language).format(agency=agency))
        sentences.append(_word("say", language))
    return {
        "title": reference,
        "language": language,
        "direction": Locale(language).text_direction,
        "lines": [
            {"label": _word(label, language), "values": found}
            for label, found in shown
            if any(map(any, found))
        ],
        "sentences": sentences,
    }


def _week(hours: Mapping[str, Sequence[Sequence[str]]], language: str) -> Iterator[list[str]]:
    """Opening hours, days with the same hours as one line."""
    names = get_day_names("abbreviated", locale=language)
    spans = [(day, [f"{start}–{end}" for start, end in hours.get(key, ())]) for day, key in enumerate(WEEK)]
    for said, days in groupby(spans, key=lambda one: one[1]):
        run = [day for day, _ in days]
        if said:
            yield [names[run[0]] if len(run) == 1 else f"{names[run[0]]}–{names[run[-1]]}", *said]


def _word(key: str, language: str) -> str:
    word = _words()[key]
    return word.get(language) or word[SOURCE]


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files("kimbilio.packs").joinpath("slip_words.csv").read_text(encoding="utf-8")
    return {row.pop("key"): row for row in csv.DictReader(text.splitlines())}
