"""pack.yaml: what the pack says about itself.

Knows its required entries; its languages are checked with the translations.
"""

from __future__ import annotations

from collections.abc import Iterator

from kimbilio.packs.checks.contents import FORM, Contents, known
from kimbilio.packs.faults import Fault

LISTS = {"cases": ("needs",)}
"""Lists of an officer's own that a phone can carry, each with the columns it may have beside the code.

What is on the phone is what a thief gets: no name, no place and no contact can be asked for here.
"""
_TEXTS = {
    "id": "zm",
    "name_en": "Zambia",
    "country": "ZMB",
    "version": '"2026112401"',
}


def check_about(contents: Contents) -> Iterator[Fault]:
    """Missing entries, and entries of another kind than the format wants."""
    document = contents.about
    value = document.value if isinstance(document.value, dict) else {}
    for key, example in _TEXTS.items():
        found = value.get(key)
        if not isinstance(found, str) or not found:
            remedy = f"Write {key}: {example} or the like, a text."
            message = (
                f"{key} is missing" if found is None else f"{key} is '{found}', which is not read as a text"
            )
            yield Fault(f"about_{key}", document.file, document.line(key), str(found or ""), message, remedy)
    languages = value.get("languages")
    if not isinstance(languages, list) or not all(isinstance(item, dict) for item in languages):
        remedy = "List at least {id: en, name: English, direction: ltr, complete: true, reviewed: true}."
        yield Fault(
            "about_languages", document.file, document.line("languages"), "", "languages is no list", remedy
        )
    if not isinstance(value.get("reviewed_by_country_team"), bool):
        line = document.line("reviewed_by_country_team")
        message = "reviewed_by_country_team is neither true nor false"
        yield Fault(
            "about_reviewed",
            document.file,
            line,
            "",
            message,
            "Write false until the country team has read it.",
        )
    for key in ("calendars", "sources"):
        if not isinstance(value.get(key), list):
            message, line = f"{key} is no list", document.line(key)
            yield Fault(
                f"about_{key}", document.file, line, "", message, f"Write {key}: and the entries in [ ]."
            )
    yield from _check_lists(contents)
    forms = value.get("forms")
    if not isinstance(forms, list) or FORM not in forms:
        remedy = f"Write forms: [{FORM}]."
        yield Fault(
            "about_forms", document.file, document.line("forms"), "", f"forms does not name {FORM}", remedy
        )


def _check_lists(contents: Contents) -> Iterator[Fault]:
    """Lists that a phone may carry: those there are, and no column that says more than it may."""
    document = contents.about
    value = document.value.get("lists", {}) if isinstance(document.value, dict) else {}
    shape = "Write for example lists: {cases: {columns: [needs]}}."
    if not isinstance(value, dict):
        yield Fault("about_lists", document.file, document.line("lists"), "", "lists is no group", shape)
        return
    for name, about in value.items():
        line = document.line("lists", str(name))
        columns = about.get("columns") if isinstance(about, dict) else None
        if name not in LISTS:
            message = f"'{name}' is no list that a phone can carry"
            yield Fault("unknown_list", document.file, line, str(name), message, known(LISTS, str(name)))
        elif not isinstance(columns, list):
            yield Fault("about_lists", document.file, line, "", f"the list '{name}' has no columns", shape)
        else:
            for column in (str(column) for column in columns if column not in LISTS[name]):
                message = f"a phone may not carry the column '{column}' of the list '{name}'"
                remedy = f"Delete it: what is on a phone is what a thief gets. {known(LISTS[name])}"
                yield Fault("list_column", document.file, line, column, message, remedy)
