"""Web push (RFC 8030): the payload is closed with the browser's own keys (RFC 8291), the sender known by VAPID
(RFC 8292). The push service sees when, how big and how urgent, and nothing else.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from pywebpush import WebPusher, WebPushException
from requests.exceptions import RequestException

from kimbilio.server.kernel import crypto
from kimbilio.server.kernel.custody import INSTALLATION, custody

from .outcome import NOT_SET_UP, UNREACHABLE, Outcome, answered

GONE = (404, 410)
"""The subscription has ended (RFC 8030, 7.3)."""
TIMEOUT = (5, 15)
TTL = {"emergency": 3600, "urgent": 12 * 3600, "normal": 24 * 3600}
"""Seconds that a push service keeps a message for a browser that is away."""


def send(subscription: Mapping[str, Any], *, payload: Mapping[str, Any], urgency: str) -> Outcome:
    """Hand one message to the browser's push service."""
    if not is_set_up() or not is_push_service(str(subscription["endpoint"])):
        return NOT_SET_UP
    headers = {
        "Urgency": "high" if urgency in ("emergency", "urgent") else "normal",
        **crypto.push_authorisation(_secret(), audience=_origin(subscription["endpoint"]), subject=sender()),
    }
    with requests.Session() as session:
        session.max_redirects = 0  # a subscription must not lead the worker anywhere else
        try:
            answer = WebPusher(subscription, requests_session=session).send(
                json.dumps(payload, ensure_ascii=False).encode(), headers, ttl=TTL[urgency], timeout=TIMEOUT
            )
        except (WebPushException, ValueError):
            return Outcome(False, "subscription_broken", gone=True)
        except RequestException:
            return UNREACHABLE
    if answer.status_code in GONE:
        return Outcome(False, f"push_{answer.status_code}", gone=True)
    return Outcome(True, "accepted") if answer.ok else answered("push", answer.status_code)


def public_key() -> str:
    """The installation's public key, as a browser takes it: base64url of the uncompressed point."""
    return crypto.push_public_key(_secret())


def is_set_up() -> bool:
    """Whether pushes can go out: a push service can reach whoever runs the server, and its key is there.

    The service's own account makes the key on first use; a key folder that it may not write to must hold one.
    """
    try:
        custody().create(INSTALLATION)
    except OSError:
        return False
    return bool(sender())


def sender() -> str:
    """How a push service reaches whoever runs this server (RFC 8292, 2.1); empty when no way is set."""
    if settings.DEFAULT_FROM_EMAIL:
        return f"mailto:{settings.DEFAULT_FROM_EMAIL}"
    return settings.KIMBILIO_ADDRESS if settings.KIMBILIO_ADDRESS.startswith("https://") else ""


def is_push_service(endpoint: str) -> bool:
    """Whether the address lies with a push service that the settings name: the worker posts to no other place."""
    if _origin(endpoint) in settings.KIMBILIO_PUSH_SERVICES:
        return True
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    return parts.scheme == "https" and any(
        host == known or host.endswith(f".{known}") for known in settings.KIMBILIO_PUSH_SERVICES
    )


def is_whole(subscription: Mapping[str, Any]) -> bool:
    """Whether the subscription's keys have their sizes: a P-256 point of 65 bytes and a secret of 16."""
    sizes = {"p256dh": 65, "auth": 16}
    try:
        return all(
            len(base64.urlsafe_b64decode(subscription["keys"][name] + "==")) == size
            for name, size in sizes.items()
        )
    except ValueError:
        return False


def _origin(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def _secret() -> bytes:
    return custody().secret(INSTALLATION, "push")
