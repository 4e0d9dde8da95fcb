"""What every page of the desk is given: doors, who acts, the time now, other languages, whether it is a demo.

A context processor: `kimbilio.server.ui.context.page`. Knows the request and the settings, no record. `now`
is read once a request, so that all clocks of a page agree with each other.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from kimbilio.server.ui.navigation import doors, signature_of


def page(request: HttpRequest) -> dict[str, Any]:
    """Names for the base template; the doors are asked for only when they are drawn."""
    return {
        "now": timezone.now(),
        "signature": signature_of(request),
        "doors": SimpleLazyObject(lambda: doors(request)),
        "other_languages": _other_languages(),
        "invented": getattr(settings, "KIMBILIO_DEMO", False),
    }


def _other_languages() -> list[dict[str, str]]:
    return [{"code": code, "name": str(name)} for code, name in settings.LANGUAGES if code != get_language()]
