"""What the list of cases was narrowed by, kept in the session under a word of chance.

An address goes into histories, bookmarks and logs, so no need, sex or nationality stands in one. The address lasts as
long as the session: going back finds the same list, and an old bookmark opens the whole list and says so.
"""

from __future__ import annotations

import secrets
import uuid
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

KEPT_AT_MOST = 20
_SESSION = "cases_narrowed"


def keep(request: HttpRequest, chosen: dict[str, str]) -> str:
    """Keep what was chosen; the same choice keeps its word. Returns the word, empty when nothing was chosen."""
    if not chosen:
        return ""
    known: dict[str, dict[str, str]] = request.session.get(_SESSION, {})
    token = next((word for word, each in known.items() if each == chosen), "") or secrets.token_urlsafe(6)
    newest = {**{word: each for word, each in known.items() if word != token}, token: chosen}
    request.session[_SESSION] = dict(list(newest.items())[-KEPT_AT_MOST:])
    return token


def kept(request: HttpRequest, token: str) -> dict[str, str] | None:
    """What was chosen under this word in this session, None when it is not known."""
    found: dict[str, str] | None = request.session.get(_SESSION, {}).get(token)
    return found


def address(token: str, before: uuid.UUID | None = None) -> str:
    """The address of the list as it was narrowed, from a case on."""
    asked = {"shown": token, "before": str(before or "")}
    query = urlencode({name: value for name, value in asked.items() if value})
    return reverse("people:cases") + (f"?{query}" if query else "")
