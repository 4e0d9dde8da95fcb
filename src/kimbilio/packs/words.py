"""The words of the `screen` and `show` commands themselves; all other words are the pack's.

They stand in `command_words.csv`, a column a language. Source: ours; no native speaker has read the Arabic, French and
Swahili yet.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.resources import files


def _read() -> Mapping[str, Mapping[str, str]]:
    text = files("kimbilio.packs").joinpath("command_words.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return {
        language: {row["key"]: row[language] for row in rows} for language in rows[0] if language != "key"
    }


WORDS = _read()
LANGUAGES = tuple(WORDS)
"""Languages in which a command can answer."""


def time_text(minutes: int, language: str) -> str:
    """A span of time as a person says it: minutes, hours, in days from four days on.

    One, two, three to ten, more: Arabic counts in four ways, so every language has four words.
    """
    if minutes % 60:
        unit, number = "minute", minutes
    elif minutes >= 96 * 60 and minutes % 1440 == 0:
        unit, number = "day", minutes // 1440
    else:
        unit, number = "hour", minutes // 60
    form = {1: "one", 2: "two"}.get(number, "few" if number <= 10 else "many")
    return WORDS[language][f"{unit}_{form}"].format(n=number)
