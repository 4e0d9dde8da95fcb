"""Who may enter a page at all. What they find there is decided by the queries behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member
from kimbilio.server.kernel.errors import KeyDestroyed, NotVisible


class View(Protocol):
    """A view that is only reached as somebody."""

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase: ...


def as_member(*roles: str) -> Callable[[View], View]:
    """Only for a signed-in member; with roles, only for those. For everyone else the page is not there."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            member: Member | None = getattr(request, "member", None)
            if member is None:
                return redirect(f"/accounts/login/?{urlencode({'next': request.path})}")
            if roles and member.role not in roles:
                raise Http404
            try:
                return view(request, *args, **kwargs)
            except NotVisible as nothing:
                raise Http404 from nothing
            except KeyDestroyed:
                return render(request, "access/erased.html", status=410)

        return never_cache(inner)

    return decorate


def freshly_proven(view: View) -> View:
    """For what makes somebody powerful: only for a member who has shown within minutes again who they are.

    Anybody else is asked for it and led back. Whoever comes without a page to come back to, by POST alone, comes
    back to the page of the organisation. Personas of the demo have nothing to show.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if settings.KIMBILIO_DEMO or did_recently_reauthenticate(request):
            return view(request, *args, **kwargs)
        ways = get_adapter().get_reauthentication_methods(request.user)
        back = request.path if request.method == "GET" else reverse("access:organisation")
        return redirect(f"{ways[0]['url']}?{urlencode({'next': back})}")

    return inner


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request that `as_member` let through."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by ActingMiddleware
    return actor


def member_of(request: HttpRequest) -> Member:
    """The member of a request that `as_member` let through."""
    member: Member = request.member  # type: ignore[attr-defined]  # set by ActingMiddleware
    return member
