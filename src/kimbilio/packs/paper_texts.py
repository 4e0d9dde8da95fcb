"""Words of a form on paper, and its conditions said in words.

Knows the pack's texts, the few words that a form and paper need besides them (form_words.csv and
paper_words.csv, which a translator edits) and how an expression of the pack is read out. Does not know how a
page looks. What is not translated stands in English, and `missing` says that it happened.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files

from babel import UnknownLocaleError
from babel.units import format_unit

from kimbilio.packs.pack import SOURCE_LANGUAGE, Pack
from kimbilio.rules import expressions as ex


class PaperTexts:
    """Texts and words of one language."""

    def __init__(self, pack: Pack, language: str) -> None:
        self.pack, self.language, self.missing = pack, language, False

    def text(self, key: str) -> str:
        """A text of the pack; KeyError when the pack has none."""
        self.missing = self.missing or not self.pack.is_translated(key, self.language)
        return self.pack.text(key, self.language).strip()

    def optional(self, key: str) -> str:
        """A text of the pack, empty when it has none."""
        return self.text(key) if key in self.pack.english else ""

    def word(self, key: str, **parts: str) -> str:
        """A word of paper itself, with its parts filled in."""
        word = _words()[key]
        return (word.get(self.language) or word[SOURCE_LANGUAGE]).format(**parts)

    def has_word(self, key: str) -> bool:
        """Whether there is such a word."""
        return key in _words()

    def duration(self, minutes: int) -> str:
        """A length of time: minutes, hours, and days from four on."""
        number, unit = (minutes, "minute") if minutes % 60 else (minutes // 60, "hour")
        if unit == "hour" and number >= 96 and number % 24 == 0:
            number, unit = number // 24, "day"
        try:
            return str(format_unit(number, f"duration-{unit}", "long", locale=self.language))
        except UnknownLocaleError:
            return str(format_unit(number, f"duration-{unit}", "long", locale=SOURCE_LANGUAGE))


class Spoken:
    """Expressions of one form, read out; `numbers` gives the number that a question has on paper."""

    def __init__(self, texts: PaperTexts, form: str, numbers: Mapping[str, str]) -> None:
        self._texts, self._form, self._numbers = texts, form, numbers
        self._lists = {row.name: row.list for row in texts.pack.forms[form].questions if row.list}
        self.facts: dict[str, None] = {}

    def say(self, tree: ex.Expression) -> str:
        """The expression in words. The facts it names by their own word are remembered in `facts`."""
        return self._say(tree, inside=False)

    def terms(self) -> Iterator[str]:
        """What each named fact means, those included that a meaning itself names. A found need says it itself."""
        told: set[str] = set()
        while waiting := [name for name in self.facts if name not in told]:
            for name in waiting:
                told.add(name)
                tree = self._texts.pack.ruleset.facts.get(name)
                if tree is not None and not isinstance(tree, ex.NeedFound):
                    condition = self._say(tree, inside=False)
                    yield self._word("term", term=self._word(f"fact:{name}"), condition=condition)

    def _word(self, key: str, **parts: str) -> str:
        return self._texts.word(key, **parts)

    def _say(self, tree: ex.Expression, *, inside: bool) -> str:
        match tree:
            case ex.Equals(question, choice) | ex.Has(question, choice):
                return self._chosen("is", question, choice)
            case ex.In(question, choices):
                return self._chosen("is_one_of", question, *choices)
            case ex.Answered(question):
                return self._word("answered", n=self._numbers[question])
            case ex.NeedFound(ex.ANY_CATEGORY):
                return self._word("need_any")
            case ex.NeedFound(category):
                return self._word("need", category=self._texts.text(f"category:{category}"))
            case ex.Raised(indicator):
                return self._word("raised", indicator=self._texts.text(f"indicator:{indicator}").rstrip("."))
            case ex.Fact(name):
                return self._fact(name, inside=inside)
            case ex.Not(part):
                return self._negated(part)
            case ex.And(parts):
                return self._joined("and", parts, inside=inside)
            case ex.Or(parts):
                return self._joined("or", parts, inside=inside)

    def _negated(self, part: ex.Expression) -> str:
        match part:
            case ex.Equals(question, choice) | ex.Has(question, choice):
                return self._chosen("is_not", question, choice)
            case ex.In(question, choices):
                return self._chosen("is_none_of", question, *choices)
            case ex.Answered(question):
                return self._word("not_answered", n=self._numbers[question])
            case ex.Fact(name) if self._texts.has_word(f"fact:{name}:not"):
                self.facts[name] = None
                return self._word(f"fact:{name}:not")
            case _:
                return self._word("not", part=self._say(part, inside=True))

    def _fact(self, name: str, *, inside: bool) -> str:
        if self._texts.has_word(f"fact:{name}"):
            self.facts[name] = None
            return self._word(f"fact:{name}")
        tree = self._texts.pack.ruleset.facts.get(name)
        return self._say(tree, inside=inside) if tree is not None else name.replace("_", " ")

    def _joined(self, word: str, parts: Iterable[ex.Expression], *, inside: bool) -> str:
        said = self._word(word).join(self._say(part, inside=True) for part in parts)
        return self._word("bracket", part=said) if inside else said

    def _chosen(self, word: str, question: str, *choices: str) -> str:
        number = self._numbers[question]
        if word in ("is", "is_not"):
            return self._word(word, n=number, choice=self._choice(question, choices[0]))
        quoted = [self._word("quoted", choice=self._choice(question, choice)) for choice in choices]
        return self._word(word, n=number, choices=self._word("list_or").join(quoted))

    def _choice(self, question: str, code: str) -> str:
        options = self._texts.pack.options(self._form, self._lists[question])
        key = next((option.key for option in options if option.code == code), "")
        return self._texts.text(key).rstrip(".") if key else code


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for name in ("form_words.csv", "paper_words.csv"):
        text = files("kimbilio.packs").joinpath(name).read_text(encoding="utf-8")
        found |= {row.pop("key"): row for row in csv.DictReader(text.splitlines())}
    return found
