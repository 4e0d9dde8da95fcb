"""One transaction a request, for one organisation.

The member as whom a signed-in user acts becomes `request.actor`; every row that the request touches is then limited
to that organisation. Every member must have a second factor: who sees no person may still enrol a phone, make a
code for a colleague or read the journal. In the demo, personas do without.
"""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve
from django.utils import timezone, translation

from kimbilio.server.identity.actor import actor_of_member
from kimbilio.server.identity.models import Member, User
from kimbilio.server.identity.selectors import memberships_of
from kimbilio.server.kernel.rows import acting_for

MEMBERSHIP = "membership"
PHONE_DOOR = "/openrosa/"
ACCOUNTS = "/accounts/"
WITHOUT_ACTOR = (ACCOUNTS, "/field/enrol", "/static/", "/i18n/", "/health/")


class PhoneDoorMiddleware:
    """Answers the phones at the OpenRosa door by itself: they need no session, no sign-in and no page.

    Before nearly all other middlewares, because they together cost more than storing a form does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PHONE_DOOR):
            return self._get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            view = resolve(request.path_info)
            response: HttpResponse = view.func(request, *view.args, **view.kwargs)
            response["Content-Language"] = translation.get_language() or "en"
            return response


class ActingMiddleware:
    """Sets `request.member` and `request.actor`, and wraps the request in a transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = request.actor = None  # type: ignore[attr-defined]  # our two marks on the request
        if request.path.startswith(WITHOUT_ACTOR):
            if request.path.startswith(ACCOUNTS):
                self._show_doors(request)
            return self._get_response(request)
        with transaction.atomic():
            response = self._answer(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
            return response

    def _show_doors(self, request: HttpRequest) -> None:
        """On the pages of one's own account the way back stands in the mast; nobody acts there."""
        member = self._member(request)
        if member is not None and not _lacks_second_step(request):
            request.member = member  # type: ignore[attr-defined]

    def _answer(self, request: HttpRequest) -> HttpResponse:
        member = self._member(request)
        if member is None:
            return self._get_response(request)
        if _lacks_second_step(request):
            return redirect("mfa_index")
        request.member = member  # type: ignore[attr-defined]
        request.actor = actor_of_member(member)  # type: ignore[attr-defined]
        with timezone.override(ZoneInfo(member.organisation.time_zone)), acting_for(member.organisation_id):
            return self._get_response(request)

    def _member(self, request: HttpRequest) -> Member | None:
        if not isinstance(request.user, User):
            return None
        memberships = list(memberships_of(request.user))
        chosen = request.session.get(MEMBERSHIP)
        return next(
            (member for member in memberships if str(member.id) == chosen), next(iter(memberships), None)
        )


def _lacks_second_step(request: HttpRequest) -> bool:
    return not settings.KIMBILIO_DEMO and not is_mfa_enabled(request.user)
