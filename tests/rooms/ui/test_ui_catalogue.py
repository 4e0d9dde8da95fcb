"""Collecting the words of the screens, and having them all in every language."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from kimbilio.server.ui import catalogue


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A server of one page and one module."""
    templates = tmp_path / "room" / "templates"
    templates.mkdir(parents=True)
    (templates / "page.html").write_text(
        """{% load i18n %}
        <p title="it's 'quoted'">{% translate "Held here" %}</p>
            {% blocktranslate count days=days %}One day{% plural %}{{ days }} days{% endblocktranslate %}
      <p>{% tell _("Call first") %}</p> {% translate "May" context "month" %}
        """
    )
    (tmp_path / "room" / "words.py").write_text(
        "from django.utils.translation import gettext as _, pgettext\n"
        'A = _("Sent")\nB = pgettext("form", "Closed")\n'
    )
    return tmp_path


def found(server: Path) -> set[tuple[object, str | None]]:
    return {(message.id, message.context) for message in catalogue.extracted(server) if message.id}


def test_words_are_found_in_tags_blocks_arguments_and_python(server: Path) -> None:
    assert found(server) == {
        ("Held here", None),
        (("One day", "%(days)s days"), None),
        ("Call first", None),
        ("May", "month"),
        ("Sent", None),
        ("Closed", "form"),
    }


def test_a_sentence_that_a_language_lacks_is_a_fault(server: Path, tmp_path: Path) -> None:
    catalogue.update(server, tmp_path / "locale")
    faults = catalogue.faults(server, tmp_path / "locale")
    assert len(faults) == 6 * 3
    for language in ("Arabic", "French", "Swahili"):
        assert any(f"room/words.py: 'Sent' has no {language}" in fault for fault in faults)


def test_arabic_that_lost_its_placeholder_is_a_fault(server: Path, tmp_path: Path) -> None:
    locale = tmp_path / "locale"
    catalogue.update(server, locale)
    fill(locale, {"One day": ("أيام",) * 6})
    assert any("['%(days)s'] belong" in fault for fault in catalogue.faults(server, locale))


def test_an_update_keeps_what_was_translated_and_drops_what_is_gone(server: Path, tmp_path: Path) -> None:
    locale = tmp_path / "locale"
    catalogue.update(server, locale)
    fill(locale, {"Sent": "أُرسلت", "Held here": "هنا"})
    (server / "room" / "templates" / "page.html").unlink()
    catalogue.update(server, locale)
    text = catalogue.po_path(locale, "ar").read_text()
    assert "أُرسلت" in text
    assert "Held here" not in text


def test_a_second_update_changes_no_byte(server: Path, tmp_path: Path) -> None:
    locale = tmp_path / "locale"
    catalogue.update(server, locale)
    first = catalogue.po_path(locale, "ar").read_bytes()
    catalogue.update(server, locale)
    assert catalogue.po_path(locale, "ar").read_bytes() == first


def test_every_sentence_of_the_screens_is_in_every_language() -> None:
    assert catalogue.faults() == []


def test_the_english_catalogue_rewords_only_what_is_borrowed() -> None:
    with catalogue.po_path(catalogue.LOCALE, "en").open("rb") as file:
        english = read_po(file)
    places = {place for message in english if message.id for place, _ in message.locations}
    assert catalogue.BORROWED in places
    assert all(message.string for message in english if message.id)


def fill(locale: Path, words: dict[str, object]) -> None:
    path = catalogue.po_path(locale, "ar")
    with path.open("rb") as file:
        arabic = read_po(file)
    for message in arabic:
        single = message.id if isinstance(message.id, str) else message.id[0]
        if single in words:
            message.string = words[single]
    path.write_bytes(catalogue._written(arabic))
