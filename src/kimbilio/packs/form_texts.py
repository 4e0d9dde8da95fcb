"""Texts of a compiled form, in every language in which a person can be spoken to.

Knows the pack's texts and the few words a form needs besides them (form_words.csv). Does not know where a
text is put. A language is offered when it is complete, and a missing translation is then an error; or when
all that is said aloud on the fast path is translated or recorded in it, and whatever else it lacks is shown
in English, never blank.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from babel.units import format_unit

from kimbilio.packs.faults import PackError
from kimbilio.packs.media import spoken
from kimbilio.packs.pack import SOURCE_LANGUAGE, Language, Pack

_DAYS_FROM_HOURS = 168  # below a week officers count in hours


class FormTexts:
    """Cells of text for a form: `cell("label", key)` is one column a language."""

    def __init__(self, pack: Pack, form: str) -> None:
        self._pack = pack
        self._words = _words()
        aloud = tuple(spoken(pack.forms[form].questions))
        self.languages = tuple(lang for lang in pack.languages if lang.complete or self._speaks(lang, aloud))
        self._complete = frozenset(lang.id for lang in self.languages if lang.complete)
        self._missing: list[str] = []

    def _speaks(self, language: Language, aloud: Sequence[str]) -> bool:
        return bool(aloud) and all(
            self._pack.is_translated(key, language.id) or self._pack.media.recording(key, language.id)
            for key in aloud
        )

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
        """A text of the pack, in English while untranslated, which `check` refuses in a complete language."""
        if language in self._complete and not self._pack.is_translated(key, language):
            self._missing.append(f"{language} {key}")
        return self._pack.text(key, language)

    def of(self, key: str) -> Callable[[str], str]:
        """What `cells` calls to write a text of the pack."""
        return lambda language: self.text(key, language)

    def has(self, key: str) -> bool:
        """Whether the pack has such a text at all."""
        return key in self._pack.english

    def word(self, key: str, language: str, **parts: str) -> str:
        """A word of the form itself, with its parts filled in; in English where it has none."""
        row = self._words[key]
        return (row.get(language) or row[SOURCE_LANGUAGE]).format(**parts)

    def duration(self, minutes: int, language: str) -> str:
        """A length of time as people say it: minutes, hours, and days from a week upwards."""
        # A word of one language amid another would be read wrongly
        locale = language if language in self._words["within"] else SOURCE_LANGUAGE
        if minutes < 60 or minutes % 60:
            return str(format_unit(minutes, "duration-minute", "long", locale=locale))
        hours = minutes // 60
        if hours >= _DAYS_FROM_HOURS and hours % 24 == 0:
            days = hours // 24
            return self.word("days_few" if days <= 10 else "days_many", language, n=str(days))
        return str(format_unit(hours, "duration-hour", "long", locale=locale))


def _column_name(language: Language) -> str:
    return f"{language.name} ({language.id})"


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = files("kimbilio.packs").joinpath("form_words.csv").read_text(encoding="utf-8")
    return {row.pop("key"): row for row in csv.DictReader(text.splitlines())}
