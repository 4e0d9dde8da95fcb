"""Where the pictures and recordings of a pack are found by a page.

Knows addresses only. `ui` draws them: `{% pictogram src %}`, `{% audio src label %}`; an empty address draws
nothing, so a page may ask for whatever a pack might have.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

from django.urls import reverse

from kimbilio.packs import Pack
from kimbilio.packs.media import Medium

from .selectors import language_now


def pictogram_address(pack: Pack, form: str, question: str, choice: str = "") -> str:
    """The address of the pictogram of a question, or of one of its choices; empty when it has none."""
    return _address(pack.pictogram(form, question, choice))


def recording_address(pack: Pack, key: str, language: str = "") -> str:
    """The address of the recording of a text (`question:opening`), by default in the language of the page."""
    return _address(pack.media.recording(key, language or language_now()))


def _address(medium: Medium | None) -> str:
    if medium is None:
        return ""
    return f"{reverse('country:medium', args=[medium.name])}?v={_fingerprint(medium.content)}"


@lru_cache(maxsize=1024)
def _fingerprint(content: bytes) -> str:
    """A changed file has another address, so that a browser may keep what it has."""
    return hashlib.sha256(content).hexdigest()[:12]
