"""Who may pass the OpenRosa door, and that every answer, whatever happens inside, is one that a phone
understands.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from procrastinate.exceptions import ConnectorException

from kimbilio.server.forms.services import REFUSALS
from kimbilio.server.identity.models import Device
from kimbilio.server.kernel.errors import NotVisible

from .admission import admit
from .answers import dress, message
from .parts import NotParts
from .sentences import told_of

log = logging.getLogger(__name__)

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Caller:
    """The phone at the door, and its token, which stands in every address it is given and in no log."""

    device: Device
    token: str = field(repr=False)
    """Empty when the phone shows it in a header, as our own app does."""

    @property
    def pack(self) -> str:
        """The country pack that its organisation works with."""
        return self.device.organisation.pack

    def address(self, request: HttpRequest, view: str, **names: str) -> str:
        """The absolute address of a view of this door, with the names in it encoded."""
        if not self.token:
            return request.build_absolute_uri(reverse(f"field:bearer:{view}", kwargs=names))
        return request.build_absolute_uri(reverse(f"field:{view}", kwargs={"token": self.token, **names}))


def openrosa(*methods: str) -> Callable[[View], View]:
    """A view of the door for some methods: `view(request, caller, …)`, reached with a live token alone, which
    stands in the address or, as Bearer, in a header.
    """

    def wrap(view: View) -> View:
        @csrf_exempt
        @functools.wraps(view)
        def answer(request: HttpRequest, token: str = "", **values: Any) -> HttpResponse:
            return dress(_answer(view, methods, request, token, values))

        return answer

    return wrap


def _answer(
    view: View, methods: tuple[str, ...], request: HttpRequest, token: str, values: dict[str, Any]
) -> HttpResponse:
    try:
        shown = token or _bearer(request)
        if not shown:
            return _who_are_you()
        device = admit(request, shown)
        if isinstance(device, HttpResponse):
            return device
        if request.method not in methods:
            refused = message(405, _("This address does not take %(method)s.") % {"method": request.method})
            refused["Allow"] = ", ".join(methods)
            return refused
        if request.headers.get("X-OpenRosa-Version", "1.0") != "1.0":
            return message(400, _("This server speaks OpenRosa 1.0. Use a client that does."))
        return _view(view, request, Caller(device, token), values)
    except (OSError, DatabaseError, InterfaceError, ConnectorException) as fault:
        # Its sentence may quote a row or a path, so only its kind is told.
        log.error("The OpenRosa door could not store or read: %s.", type(fault).__name__)  # noqa: TRY400
        return message(
            503, _("The server cannot store this now. The form stays on the phone; send it again later.")
        )
    except Exception as fault:  # the phone must get an answer it can show, and keep the form
        log.error("The OpenRosa door failed.", exc_info=fault)  # noqa: TRY400
        return message(
            500, _("Something failed on the server. The form stays on the phone; send it again later.")
        )


def _bearer(request: HttpRequest) -> str:
    scheme, _blank, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _who_are_you() -> HttpResponse:
    """Neither Basic nor Digest is offered: both would make a phone ask an officer for a password that nobody has."""
    asked = message(401, _("The phone showed no token. Ask your organisation to set up the phone again."))
    asked["WWW-Authenticate"] = 'Bearer realm="Kimbilio"'
    return asked


def _view(view: View, request: HttpRequest, caller: Caller, values: dict[str, Any]) -> HttpResponse:
    try:
        return view(request, caller, **values)
    except NotParts as fault:
        return message(fault.status, str(fault))
    except (*REFUSALS, NotVisible) as fault:
        return message(*told_of(fault))
