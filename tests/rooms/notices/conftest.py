"""A mail server for the room's tests, and a thing that notices can tell of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kimbilio.server.notices import destinations
from tests.rooms.notices.loopback_http import Loopback, loopback
from tests.rooms.notices.loopback_mail import MailServer, mail_server


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    """The mail server that the settings name."""
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_USE_TLS = False
        settings.DEFAULT_FROM_EMAIL = "desk@kimbilio.example"
        settings.KIMBILIO_ADDRESS = "https://kimbilio.example"
        yield server


@pytest.fixture(autouse=True)
def thing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notices of the kind `thing` lead every receiver to *Work*."""
    monkeypatch.setitem(destinations._destinations, "thing", lambda actor, about: "/")


@pytest.fixture
def gateway(settings: Any) -> Iterator[Loopback]:
    """The gateway for text messages that the settings name."""
    with loopback() as server:
        settings.KIMBILIO_SMS_URL = f"{server.origin}/send"
        settings.KIMBILIO_SMS_FROM = "+260111"
        settings.KIMBILIO_SMS_SECRET = "the secret of the tests' gateway"
        yield server


@pytest.fixture
def push_service(settings: Any) -> Iterator[Loopback]:
    """The push service of the tests' browsers."""
    with loopback() as server:
        settings.KIMBILIO_PUSH_SERVICES = [server.origin]
        settings.DEFAULT_FROM_EMAIL = "desk@kimbilio.example"
        yield server
