"""Text messages through a gateway that is addressed as RapidPro's channel *External API* addresses one.

The address, and for POST and PUT the body, carry `{{id}}`, `{{text}}`, `{{to}}`, `{{to_no_plus}}`, `{{from}}` and
`{{from_no_plus}}`; in JSON a value brings its own quotes, so `"{{text}}"` and `{{text}}` are the same. Source:
RapidPro's channel server, nyaruka/courier, handlers/external.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from urllib.parse import quote_plus
from xml.sax.saxutils import escape

import requests
from django.conf import settings
from requests.exceptions import RequestException

from .outcome import NOT_SET_UP, UNREACHABLE, Outcome, answered

TIMEOUT = (5, 15)
TYPES: dict[str, tuple[str, Callable[[str], str]]] = {
    "urlencoded": ("application/x-www-form-urlencoded", quote_plus),
    "json": ("application/json", json.dumps),
    "xml": ("text/xml; charset=utf-8", escape),
}
"""Content types of a body, each with how a value is written in it."""


def send(number: str, *, text: str, identifier: str) -> Outcome:
    """Hand one text message to the gateway. `identifier` comes back with its delivery report."""
    if not settings.KIMBILIO_SMS_URL:
        return NOT_SET_UP
    sender = settings.KIMBILIO_SMS_FROM
    values = {
        "id": identifier,
        "text": text,
        "to": number,
        "to_no_plus": number.removeprefix("+"),
        "from": sender,
        "from_no_plus": sender.removeprefix("+"),
    }
    content_type, write = TYPES[settings.KIMBILIO_SMS_CONTENT_TYPE]
    headers = {"Content-Type": content_type}
    if settings.KIMBILIO_SMS_AUTHORIZATION:
        headers["Authorization"] = settings.KIMBILIO_SMS_AUTHORIZATION
    with_body = settings.KIMBILIO_SMS_METHOD in ("POST", "PUT")
    try:
        answer = requests.request(
            settings.KIMBILIO_SMS_METHOD,
            filled(settings.KIMBILIO_SMS_URL, values, quote_plus),
            data=filled(settings.KIMBILIO_SMS_BODY, values, write).encode() if with_body else None,
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
    except RequestException:
        return UNREACHABLE
    if not answer.ok or answer.is_redirect:
        return answered("sms", answer.status_code)
    if settings.KIMBILIO_SMS_EXPECT not in answer.text:
        return Outcome(False, "sms_unexpected_answer", again=True)
    return Outcome(True, "accepted")


def filled(template: str, values: Mapping[str, str], write: Callable[[str], str]) -> str:
    """The template with its values, each written as its place asks."""
    for name, value in values.items():
        written = write(value)
        for place in (f'"{{{{{name}}}}}"', f"'{{{{{name}}}}}'", f"{{{{{name}}}}}"):
            template = template.replace(place, written)
    return template
