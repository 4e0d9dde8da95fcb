"""A provision of law beside a need, and the address at which it is read whole.

Knows the pack's words; `kimbilio.packs.law_text` knows how law is said.
"""

from __future__ import annotations

from django.urls import reverse

from kimbilio.packs import Pack
from kimbilio.packs.law_text import joined_sentence, unsure, verify_words

from .selectors import language_now


def law_shown(pack: Pack, law_id: str) -> dict[str, str]:
    """One provision for `ui/components/law.html`: `says`, `source`, `bound`, `url`.

    `bound` tells whom it binds, whether this State has joined, and whether that is still to be checked. The address
    names the provision behind a `#`, which a browser never sends.
    """
    language = language_now()
    law = pack.law_for(law_id, language)
    joined = joined_sentence(pack, law.joined, language)
    checked = verify_words(language) if law.joined and unsure(law.joined.source) else ""
    return {
        "says": law.sentence,
        "source": f"{law.instrument}, {law.article}",
        "bound": " ".join(part for part in (f"{law.bound}.", joined, checked) if part),
        "url": f"{reverse('country:law')}#{law_id}",
    }
