"""The country pack an organisation works with, loaded once a process, and its words in the reader's language."""

from __future__ import annotations

import uuid
from functools import lru_cache

from django.utils.translation import get_language

from kimbilio.packs import Pack, load
from kimbilio.server.identity.models import Organisation


@lru_cache(maxsize=16)
def pack_of(pack_id: str) -> Pack:
    """A pack by id. Raises kimbilio.packs.PackError."""
    return load(pack_id)


def pack_for(organisation: uuid.UUID) -> Pack:
    """The pack of an organisation."""
    return pack_of(Organisation.objects.values_list("pack", flat=True).get(id=organisation))


def language_now() -> str:
    """The language of the page, as packs name it."""
    return (get_language() or "en").split("-")[0]


def word(pack: Pack, key: str) -> str:
    """A pack's text in the active language, in English where it has none; the bare key when the pack dropped it.

    A retired code must stay readable in old records, so an unknown key is shown and not an error.
    """
    try:
        return pack.text(key, language_now())
    except KeyError:
        return key.rsplit(":", 1)[-1].replace("_", " ")


def answer_word(pack: Pack, form: str, question: str, code: str) -> str:
    """The words of one answer of a form, or the answer itself where it is not a choice."""
    asked = next((row for row in pack.forms[form].questions if row.name == question), None)
    if asked is None or not asked.list:
        return code
    key = next((option.key for option in pack.options(form, asked.list) if option.code == code), None)
    return word(pack, key) if key else code
