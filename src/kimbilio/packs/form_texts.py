"""Texts of a compiled form, in every language that the pack promises complete.

Knows the pack's texts and the few words a form needs besides them (form_words.csv). Does not know where a
text is put. A language is offered only when pack and words both have it; a missing translation is an error,
because an officer would otherwise read a dash.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files

from babel.units import format_unit

from kimbilio.packs.faults import PackError
from kimbilio.packs.pack import Language, Pack

_DAYS_FROM_HOURS = 168  # below a week officers count in hours


class FormTexts:
    """Cells of text for a form: `cell("label", key)` is one column a language."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._words = _words()
        known = next(iter(self._words.values()))
        self.languages = tuple(lang for lang in pack.languages if lang.complete and lang.id in known)
        self._missing: list[str] = []

    @property
    def default_language(self) -> str:
        """The language a client starts in, as the form names it."""
        return _column_name(self.languages[0])

    def check(self) -> None:
        """Raise PackError when a text asked for so far lacks a language that the pack calls complete."""
        if self._missing:
            shown = ", ".join(self._missing[:5]) + (" …" if len(self._missing) > 5 else "")
            raise PackError(
                f"pack '{self._pack.id}': {len(self._missing)} texts of the form are not translated: {shown}",
                "Add them to the language's file in translations/, or set its `complete` to false.",
            )

    def cells(self, column: str, write: Callable[[str], str]) -> dict[str, str]:
        """The cells of one text column: `write` is called with each language id."""
        return {f"{column}::{_column_name(lang)}": write(lang.id) for lang in self.languages}

    def text(self, key: str, language: str) -> str:
        """A text of the pack; an untranslated one is remembered for `check`."""
        if not self._pack.is_translated(key, language):
            self._missing.append(f"{language} {key}")
        return self._pack.text(key, language)

    def of(self, key: str) -> Callable[[str], str]:
        """What `cells` calls to write a text of the pack."""
        return lambda language: self.text(key, language)

    def has(self, key: str) -> bool:
        """Whether the pack has such a text at all."""
        return key in self._pack.english

    def word(self, key: str, language: str, **parts: str) -> str:
        """A word of the form itself, with its parts filled in."""
        return self._words[key][language].format(**parts)

    def duration(self, minutes: int, language: str) -> str:
        """A length of time as people say it: minutes, hours, and days from a week upwards."""
        if minutes < 60 or minutes % 60:
            return str(format_unit(minutes, "duration-minute", "long", locale=language))
        hours = minutes // 60
        if hours >= _DAYS_FROM_HOURS and hours % 24 == 0:
            days = hours // 24
            return self.word("days_few" if days <= 10 else "days_many", language, n=str(days))
        return str(format_unit(hours, "duration-hour", "long", locale=language))


def _column_name(language: Language) -> str:
    return f"{language.name} ({language.id})"


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files("kimbilio.packs").joinpath("form_words.csv").read_text(encoding="utf-8")
    return {row.pop("key"): row for row in csv.DictReader(text.splitlines())}
