"""A country pack as the rest of the house sees it: frozen records, texts in every language, rules.

Knows the nouns of a pack and how to answer for their text and their law; does not read files (`reader`) and
does not judge them (`checker`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kimbilio.packs.media import Media, Medium
from kimbilio.packs.practice import PracticePerson
from kimbilio.packs.tables import Tables
from kimbilio.rules import Ruleset

SOURCE_LANGUAGE = "en"
SCREENING = "screening"
"""The form that every pack has, and the one that carries the law."""
OFFICERS_LIST = "list:"
"""How a question names a list that differs from officer to officer, such as `list:cases`."""


@dataclass(frozen=True)
class Language:
    """A language; `complete` promises every text, `reviewed` that a native speaker has read them."""

    id: str
    name: str
    direction: str
    complete: bool
    reviewed: bool


@dataclass(frozen=True)
class Law:
    """One provision in plain words. `country` is empty for a treaty, `bound` is a code of codes/bound.csv."""

    id: str
    instrument_id: str
    level: str
    year: int | None
    country: str
    article: str
    bound: str
    protects: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Ratification:
    """Whether a State has joined an instrument: `party`, `signed_only`, `not_party` or `unknown`."""

    instrument_id: str
    country: str
    status: str
    year: int | None
    source: str


@dataclass(frozen=True)
class LawText:
    """A provision as it is shown: its parts in the asked language, and whether the State has joined."""

    id: str
    instrument: str
    article: str
    sentence: str
    bound: str
    joined: Ratification | None
    source: str


@dataclass(frozen=True)
class Agency:
    """An organisation that may lead or help; its name and mandate are texts (`agency:<id>`)."""

    id: str
    country: str
    kind: str
    source: str


@dataclass(frozen=True)
class Service:
    """What an agency offers and where; an empty desk, hours or contact is for the country team to enter.

    `location_confidential`: where it is may be known to nobody outside (a shelter). Read it through `seen_by`.
    """

    id: str
    country: str
    agency: str
    type: str
    who_for: tuple[str, ...]
    desk: str
    hours: str
    languages: tuple[str, ...]
    contact: str
    contact_verified_on: str
    source: str
    location_confidential: bool = False

    def seen_by(self, agency: str = "") -> Service:
        """The service as members of an agency may see it, as anybody may when it is empty: the one place that decides.

        Of a confidential place only its own agency sees the desk and how to reach it.
        """
        if not self.location_confidential or agency == self.agency:
            return self
        return replace(self, desk="", contact="")

    def serves(self, category: str) -> bool:
        """Whether the service is meant for people of this category."""
        return "all" in self.who_for or category in self.who_for


@dataclass(frozen=True)
class Category:
    """A need the form can find; its label is the text `category:<id>`."""

    id: str


@dataclass(frozen=True)
class FieldLabel:
    """A value that may leave the organisation: the questions it comes from, none when it is computed."""

    id: str
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """One code of a list of the country (posts, who is bound, escorts …)."""

    code: str
    label: str
    source: str


@dataclass(frozen=True)
class Option:
    """One answer a question offers: its code, the key of its text, the name of its pictogram if any."""

    code: str
    key: str
    pictogram: str = ""


@dataclass(frozen=True)
class Question:
    """One row of a form, as its editor wrote it; `type` is an XLSForm type, `list` what it offers."""

    order: int
    section: str
    name: str
    type: str
    list: str
    fast_path: bool
    observe: bool
    text_en: str
    hint_en: str
    relevant: str
    never_if: str
    pictogram: str = ""


@dataclass(frozen=True)
class Choice:
    """One choice of a list of a form."""

    code: str
    label: str
    pictogram: str = ""


@dataclass(frozen=True)
class Form:
    """One form: its rows in order, its lists, and which answer raises which indicator or fact."""

    name: str
    questions: tuple[Question, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    raises: tuple[Mapping[str, str], ...]

    @property
    def list_question(self) -> Question | None:
        """The question that is answered from a list of the officer's own; None when the form has none."""
        return next((q for q in self.questions if q.list.startswith(OFFICERS_LIST)), None)

    def question(self, name: str) -> Question:
        """The row of that name; KeyError when the form has none."""
        for question in self.questions:
            if question.name == name:
                return question
        raise KeyError(name)


@dataclass(frozen=True)
class Pack:
    """One country's knowledge. Get one from `kimbilio.packs.load`.

    `lists` names what a phone may carry of the officer's own records, with the columns allowed beside the
    code. `consent_days`: after so many days a consent ends by itself.
    """

    id: str
    name: str
    country: str
    version: str
    calendars: tuple[str, ...]
    reviewed_by_country_team: bool
    sources: tuple[str, ...]
    languages: tuple[Language, ...]
    laws: Mapping[str, Law]
    ratifications: Mapping[str, Ratification]
    agencies: Mapping[str, Agency]
    services: Mapping[str, Service]
    categories: Mapping[str, Category]
    fields: Mapping[str, FieldLabel]
    codes: Mapping[str, tuple[Code, ...]]
    forms: Mapping[str, Form]
    lists: Mapping[str, tuple[str, ...]]
    pathways: Mapping[str, Any]
    consent_days: int
    ruleset: Ruleset
    practice: Mapping[str, PracticePerson]
    content_hash: str
    tables: Tables = field(repr=False)
    english: Mapping[str, str] = field(repr=False)
    translations: Mapping[str, Mapping[str, str]] = field(repr=False)
    media: Media = field(default_factory=Media, repr=False)

    def text(self, key: str, language: str = SOURCE_LANGUAGE) -> str:
        """The text in a language, in English while untranslated; KeyError for a key the pack lacks."""
        source = self.english[key]
        return self.translations.get(language, {}).get(key) or source

    def is_translated(self, key: str, language: str) -> bool:
        """Whether `text` would answer in that very language."""
        return language == SOURCE_LANGUAGE or bool(self.translations.get(language, {}).get(key))

    def law_for(self, law_id: str, language: str = SOURCE_LANGUAGE) -> LawText:
        """A provision in a language, with whether the State has joined; KeyError for an unknown id."""
        law = self.laws[law_id]
        return LawText(
            id=law.id,
            instrument=self.text(f"instrument:{law.instrument_id}", language),
            article=law.article,
            sentence=self.text(f"law:{law.id}", language),
            bound=self.text(f"bound:{law.bound}", language),
            joined=self.ratifications.get(law.instrument_id),
            source=law.source,
        )

    def options(self, form: str, list_name: str) -> tuple[Option, ...]:
        """The answers of a list, `pack:…` lists included; KeyError when neither form nor pack has it.

        `pack:category` and `pack:agency` are the pack's categories and agencies, any other `pack:<name>` is
        codes/<name>.csv. A `list:…` has no answers of its own: they are the officer's.
        """
        if list_name.startswith(OFFICERS_LIST):
            return ()
        if not list_name.startswith("pack:"):
            choices = self.forms[form].choices[list_name]
            return tuple(Option(c.code, f"choice:{list_name}:{c.code}", c.pictogram) for c in choices)
        name = list_name.removeprefix("pack:")
        if name == "category":
            return tuple(Option(id_, f"category:{id_}") for id_ in self.categories)
        if name == "agency":
            return tuple(Option(id_, f"agency:{id_}") for id_ in self.agencies)
        return tuple(Option(c.code, f"{name}:{c.code}") for c in self.codes[name])

    def pictogram(self, form: str, question: str, choice: str = "") -> Medium | None:
        """The pictogram of a question, or of one of its choices; None when there is none."""
        asked = next((q for q in self.forms[form].questions if q.name == question), None)
        if asked is None:
            return None
        if not choice:
            return self.media.pictograms.get(asked.pictogram)
        offered = self.options(form, asked.list) if asked.list else ()
        name = next((option.pictogram for option in offered if option.code == choice), "")
        return self.media.pictograms.get(name)
