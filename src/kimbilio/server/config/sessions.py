"""When a session ends by itself: after an hour without a request, and twelve hours after sign-in in any case.

Both are within what NIST SP 800-63B-4 asks of two factors: an hour without activity, a day in all. Twelve hours are
one shift. What was typed and not sent is lost with the session, so the shorter bound is a setting.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

BEGAN, SEEN = "began", "seen"
COARSE = 60
"""Seconds within which a request is not noted anew: a session is written once a minute at most."""


class SessionEndMiddleware:
    """Signs out whose session is over, before anything is opened for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = time.time()
            if _is_over(request, now):
                logout(request)
            elif now - request.session.get(SEEN, 0) > COARSE:
                request.session[SEEN] = now
        return self._get_response(request)


def session_begins(*, request: HttpRequest | None, **_signal: Any) -> None:
    """Note when a session begins; connected to the signal that somebody has signed in."""
    if request is not None:
        request.session[BEGAN] = request.session[SEEN] = time.time()


def _is_over(request: HttpRequest, now: float) -> bool:
    began = request.session.get(BEGAN)
    if began is None:  # from before sessions had an end of their own
        request.session[BEGAN] = request.session[SEEN] = now
        return False
    idle = now - request.session.get(SEEN, began)
    return bool(idle > settings.KIMBILIO_SESSION_IDLE * 60 or now - began > settings.SESSION_COOKIE_AGE)
