"""The law of a pack as a person reads it: instrument, article, one sentence, who is bound, whether this State joined.

Knows how provisions are gathered, chosen and put into words in a language; decides nothing and knows no screen, so
that the desk, the command line and a phone say the same. Source: laws.csv and ratifications.csv of the pack; a row
whose source was not read, or is from memory, is shown as still to be checked.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from kimbilio.packs.pack import SOURCE_LANGUAGE, Pack, Ratification
from kimbilio.packs.words import WORDS

LEVELS = ("national", "regional", "international")
_UNSURE = ("from memory", "verify", "not established")
_WIDTH = 96


@dataclass(frozen=True)
class Provision:
    """One provision in the reader's language. `protects` are ids of categories; `verify`: nobody has checked it yet."""

    id: str
    article: str
    sentence: str
    protects: tuple[str, ...]
    bound: str
    source: str
    verify: bool


@dataclass(frozen=True)
class Instrument:
    """A treaty or an act with its provisions.

    `joined` says in a sentence whether the State has joined, with the year where it is known; it is empty for the
    country's own law. `status` is the code behind it: party, signed_only, not_party, unknown, or empty.
    """

    id: str
    name: str
    level: str
    year: int | None
    status: str
    joined: str
    joined_source: str
    verify: bool
    provisions: tuple[Provision, ...]

    @property
    def dated(self) -> bool:
        """Whether the year is worth saying: it does not stand in the name."""
        return self.year is not None and str(self.year) not in self.name

    @property
    def bound(self) -> str:
        """Whom all the provisions bind; empty when they do not bind the same."""
        every = {one.bound for one in self.provisions}
        return every.pop() if len(every) == 1 else ""

    @property
    def wording_unsure(self) -> bool:
        """None of the provisions was checked against the text."""
        return all(one.verify for one in self.provisions)


def law_book(
    pack: Pack, language: str = SOURCE_LANGUAGE, *, protects: str = "", words: str = ""
) -> tuple[Instrument, ...]:
    """The instruments of a pack, the country's own first, each with the provisions that are asked for.

    `protects` is the id of a category; `words` are looked for, in any case and order, in the sentence, the article
    and the name of the instrument. An instrument without such a provision is left out.
    """
    wanted = words.casefold().split()
    gathered: dict[str, list[Provision]] = {}
    for law in pack.laws.values():
        if protects and protects not in law.protects:
            continue
        shown = pack.law_for(law.id, language)
        read = f"{shown.instrument} {shown.article} {shown.sentence} {law.id}".casefold()
        if all(word in read for word in wanted):
            provision = Provision(
                law.id,
                shown.article,
                shown.sentence,
                law.protects,
                shown.bound,
                law.source,
                unsure(law.source),
            )
            gathered.setdefault(law.instrument_id, []).append(provision)
    books = [_instrument(pack, id_, tuple(found), language) for id_, found in gathered.items()]
    return tuple(sorted(books, key=lambda book: LEVELS.index(book.level)))


def protected_by_law(pack: Pack) -> tuple[str, ...]:
    """The categories that a provision of the pack protects, in the order of the pack."""
    named = {category for law in pack.laws.values() for category in law.protects}
    return tuple(category for category in pack.categories if category in named)


def unsure(source: str) -> bool:
    """Whether a source says that what it stands for was not read, or must be verified."""
    said = source.casefold()
    return any(mark in said for mark in _UNSURE)


def joined_sentence(pack: Pack, joined: Ratification | None, language: str = SOURCE_LANGUAGE) -> str:
    """Whether the State has joined, as a sentence; empty where the pack says nothing of it."""
    if joined is None:
        return ""
    words = WORDS.get(language, WORDS[SOURCE_LANGUAGE])
    since = words["since"].format(year=joined.year) if joined.year else ""
    return words[f"joined_{joined.status}"].format(country=pack.text("pack:name", language), since=since)


def verify_words(language: str = SOURCE_LANGUAGE) -> str:
    """The mark beside what nobody has checked against its source yet."""
    return WORDS.get(language, WORDS[SOURCE_LANGUAGE])["verify"]


def law_lines(books: tuple[Instrument, ...], language: str = SOURCE_LANGUAGE) -> Iterator[str]:
    """The instruments as lines for a terminal; what holds for all provisions is said once."""
    mark = verify_words(language)
    for book in books:
        yield from _wrap(f"{book.name} ({book.year})" if book.dated else book.name)
        about = [f"{book.bound}." if book.bound else "", book.joined]
        about.append(mark if book.verify or book.wording_unsure else "")
        yield from _wrap("  " + " ".join(part for part in about if part), 2)
        for one in book.provisions:
            own = "" if book.bound else f" {one.bound}."
            own += f" {mark}" if one.verify and not book.wording_unsure else ""
            yield from _wrap(f"  • {one.article}: {one.sentence}{own} [{one.id}]", 4)


def _instrument(pack: Pack, id_: str, provisions: tuple[Provision, ...], language: str) -> Instrument:
    first = pack.laws[provisions[0].id]
    joined = pack.ratifications.get(id_)
    return Instrument(
        id=id_,
        name=pack.text(f"instrument:{id_}", language),
        level=first.level,
        year=first.year,
        status=joined.status if joined else "",
        joined=joined_sentence(pack, joined, language),
        joined_source=joined.source if joined else "",
        verify=joined is not None and unsure(joined.source),
        provisions=provisions,
    )


def _wrap(text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)
