"""What a browser is told with every answer, and what it keeps."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client

from tests.rooms.people.test_pages import client_of
from tests.world import TOKEN, World


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # personas of the demo do without


@pytest.mark.parametrize(
    "address",
    ["/", "/cases/", "/accounts/login/", "/health/", "/nothing/here", f"/openrosa/{TOKEN}/formList", "/law/"],
)
def test_every_answer_says_what_a_browser_may_do_with_it(world: World, address: str) -> None:
    answer = client_of(world, "asha").get(address)
    rules = answer.headers["Content-Security-Policy"]
    for rule in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in rules
    assert "unsafe" not in rules
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_nothing_but_session_token_and_language_is_kept_in_a_cookie(world: World) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": "stefan", "password": "stefan walks a long road"})
    client.post("/i18n/setlang/", {"language": "ar"})
    client.get("/accounts/password/change/")
    names = {"__Host-session", "__Host-csrf", "__Host-language"}
    assert set(client.cookies) == names
    for name in names:
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
        assert client.cookies[name]["path"] == "/"
        assert not client.cookies[name]["domain"]
    assert "Secure" in _cookies_of_the_service()


def _cookies_of_the_service() -> str:
    """A fresh process with the settings of the service, not those of the tests, answers with its cookies."""
    asked = (
        "import django; django.setup();"
        "from django.conf import settings as s;"
        "assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.LANGUAGE_COOKIE_SECURE; print('Secure')"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "kimbilio.server.config.settings",
        "KIMBILIO_SECRET_KEY": settings.SECRET_KEY * 4,
    }
    environment.pop("KIMBILIO_DEMO", None)
    done = subprocess.run(
        [sys.executable, "-c", asked], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_a_post_from_another_site_is_refused(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.member("stefan").user)
    address = f"/organisation/devices/{world.device.id}/revoke/"
    assert client.post(address).status_code == 403
    world.device.refresh_from_db()
    assert world.device.revoked_at is None
