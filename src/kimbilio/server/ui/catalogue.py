"""Gathers the words of the server's screens and compiles their translations, without the gettext programs.

    python -m kimbilio.server.ui.catalogue update     collect from templates and Python into the .po files
    python -m kimbilio.server.ui.catalogue compile    write the .mo files that Django reads
    python -m kimbilio.server.ui.catalogue missing    list what a language lacks or has wrongly; exit 1 if any

Knows where the server's templates and Python files are. Knows no country's words: those are translated in the
packs. `ar`, `fr` and `sw` must be complete; `en` only rewords, in our manner, sentences borrowed from the
libraries (listed in `borrowed.py`). Source: Babel for the files, Django's own reading of template tags.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

SERVER = Path(__file__).parent.parent
LOCALE = SERVER / "locale"
REQUIRED = {"ar": "Arabic", "fr": "French", "sw": "Swahili"}
LANGUAGES = (*REQUIRED, "en")

KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
BORROWED = "ui/borrowed.py"
COMMENT_MARK = "Translators:"
# As Django's own catalogues count, so that Python's gettext reads ours beside them
PLURALS = {
    "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 && n%100<=99 ? 4 : 5;",
    "en": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "sw": "nplurals=2; plural=(n != 1);",
}
HEADER = """\
# The words of Kimbilio's screens.
# Not yet reviewed by a native speaker.
# Written by `python -m kimbilio.server.ui.catalogue update`; only the msgstr lines are for hands.
"""

# A sentence (or its forms), its context, the remarks for translators
Found = tuple[str | tuple[str, ...], str | None, list[str]]
# Dates and generator would change with every run and bury the change that matters
VOLATILE = tuple(
    f'"{field}:'
    for field in ("POT-Creation-Date", "PO-Revision-Date", "Generated-By", "Last-Translator", "Language-Team")
)


def extracted(server: Path = SERVER) -> Catalog:
    """Every translatable sentence below `server`, with the files it stands in."""
    catalogue = Catalog(charset="utf-8")
    for place, messages in _sources(server):
        for message, context, comments in messages:
            catalogue.add(message, locations=[(place, 0)], auto_comments=comments, context=context)
    return catalogue


def update(server: Path = SERVER, locale: Path = LOCALE) -> None:
    """Bring each .po up to date: new sentences come empty, sentences no longer used go, translations stay."""
    template = extracted(server)
    for language in LANGUAGES:
        path = po_path(locale, language)
        catalogue = _read(path, language) if path.exists() else _blank(language)
        wanted = template if language in REQUIRED else _only_borrowed(template)
        catalogue.update(wanted, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.fuzzy = False
        catalogue.header_comment = HEADER.rstrip()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_written(catalogue))


def compile_catalogues(locale: Path = LOCALE) -> list[Path]:
    """Write the .mo beside each .po and return their paths."""
    written = []
    for path in sorted(locale.glob("*/LC_MESSAGES/django.po")):
        target = path.with_suffix(".mo")
        with target.open("wb") as file:
            write_mo(file, _read(path, path.parent.parent.name))
        written.append(target)
    return written


def faults(server: Path = SERVER, locale: Path = LOCALE) -> list[str]:
    """One sentence for each sentence of the screens that a language lacks, or where it lost a placeholder."""
    wanted = [message for message in extracted(server) if message.id]
    return [fault for language in REQUIRED for fault in _faults(language, wanted, locale)]


def _faults(language: str, wanted: Sequence[Message], locale: Path) -> Iterator[str]:
    path = po_path(locale, language)
    catalogue = _read(path, language) if path.exists() else _blank(language)
    name = REQUIRED[language]
    for message in wanted:
        places = ", ".join(sorted({place for place, _ in message.locations}))
        known = catalogue.get(message.id, message.context)
        if known is None or not _complete(known):
            yield f"{places}: {_single(message)!r} has no {name}. Write it in {path.relative_to(locale)}."
        elif lost := _placeholder_fault(known):
            yield f"{places}: {_single(message)!r}: the {name} {lost}"


def po_path(locale: Path, language: str) -> Path:
    """Where the translations into one language are kept."""
    return locale / language / "LC_MESSAGES" / "django.po"


def _sources(server: Path) -> Iterator[tuple[str, Iterator[Found]]]:
    for path in sorted(server.rglob("*.html")) + sorted(server.rglob("*.txt")):
        if "templates" in path.parts:
            yield path.relative_to(server).as_posix(), _python_messages(_template_as_python(path))
    for path in sorted(server.rglob("*.py")):
        yield path.relative_to(server).as_posix(), _python_messages(path.read_bytes())


def _template_as_python(path: Path) -> bytes:
    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    # What is left of the HTML is indented at will; a tokenizer of Python would take that for blocks
    return re.sub(r"(?m)^[ \t]+", "", source).encode()


def _python_messages(source: bytes) -> Iterator[Found]:
    for _, message, comments, context in extract(
        "python", BytesIO(source), keywords=KEYWORDS, comment_tags=(COMMENT_MARK,), strip_comment_tags=True
    ):
        yield message, context, comments


def _only_borrowed(template: Catalog) -> Catalog:
    borrowed = Catalog(charset="utf-8")
    for message in template:
        if message.id and any(place == BORROWED for place, _ in message.locations):
            borrowed.add(message.id, locations=message.locations, context=message.context)
    return borrowed


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _blank(language: str) -> Catalog:
    header = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: kimbilio\\n"\n'
        f'"Plural-Forms: {PLURALS[language]}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    )
    return read_po(BytesIO(header.encode()), locale=language)


def _written(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalogue, width=110, include_lineno=False, sort_output=True)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(VOLATILE)).encode()


def _complete(message: Message) -> bool:
    return all(_forms(message.string))


def _placeholder_fault(message: Message) -> str:
    # Over all forms together: Arabic writes one and two as words, without the number
    needed = _placeholders(_forms(message.id))
    used = _placeholders(_forms(message.string))
    return "" if used == needed else f"has {sorted(used)} where {sorted(needed)} belong."


def _forms(text: str | Sequence[str] | None) -> list[str]:
    return [text or ""] if text is None or isinstance(text, str) else list(text)


def _placeholders(forms: list[str]) -> set[str]:
    return {found for form in forms for found in re.findall(r"%\(\w+\)s|%[sd]", form)}


def _single(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def main(arguments: list[str]) -> int:
    """Run the command; returns its exit status."""
    match arguments:
        case ["update"]:
            update()
        case ["compile"]:
            for path in compile_catalogues():
                sys.stdout.write(f"{path.relative_to(SERVER)}\n")
        case ["missing"]:
            found = faults()
            sys.stdout.writelines(f"{fault}\n" for fault in found)
            return 1 if found else 0
        case _:
            sys.stderr.write("usage: python -m kimbilio.server.ui.catalogue update|compile|missing\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
