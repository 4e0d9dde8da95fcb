"""Web push to a service on the loopback that holds a browser's keys and opens the real payload with them."""

from __future__ import annotations

import base64
import json
import os
import time
from dataclasses import dataclass
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from kimbilio.server.kernel import keystore
from kimbilio.server.kernel.crypto import key_id_of
from kimbilio.server.kernel.errors import KeyDestroyed, Refused
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices import services
from kimbilio.server.notices.channels import push
from kimbilio.server.notices.models import Way
from tests.rooms.notices import steps
from tests.rooms.notices.loopback_http import Loopback
from tests.world import World


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Browser:
    """A browser as its push service knows it."""

    service: Loopback

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.auth = os.urandom(16)

    @property
    def subscription(self) -> dict[str, Any]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {
            "endpoint": f"{self.service.origin}/push/{id(self)}",
            "expirationTime": None,
            "keys": {"p256dh": b64(point), "auth": b64(self.auth)},
        }

    def opened(self, body: bytes) -> dict[str, Any]:
        return dict(
            json.loads(
                http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
            )
        )


@pytest.fixture
def browser(push_service: Loopback) -> Browser:
    return Browser(push_service)


def subscribed(world: World, browser: Browser) -> Way:
    with acting_for(world.welfare.id):
        return services.push_subscribe(actor=world.actor("chen"), subscription=browser.subscription)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:5432/",
        "https://127.0.0.1/admin",
        "https://push.example.invalid/x",
        "https://mypush.example/x",
        "http://push.example/x",
        "",
    ],
)
def test_a_subscription_elsewhere_than_at_a_known_push_service_is_refused(
    world: World, browser: Browser, endpoint: str, settings: Any
) -> None:
    settings.KIMBILIO_PUSH_SERVICES = [browser.service.origin, "push.example"]
    assert push.is_push_service("https://eu.push.example/x")
    with acting_for(world.welfare.id), pytest.raises(Refused):
        services.push_subscribe(
            actor=world.actor("chen"), subscription={**browser.subscription, "endpoint": endpoint}
        )


@pytest.mark.parametrize("keys", [None, {}, {"p256dh": "AAAA", "auth": "AAAA"}, {"p256dh": 7, "auth": "é"}])
def test_a_subscription_without_whole_keys_is_refused(world: World, browser: Browser, keys: Any) -> None:
    with acting_for(world.welfare.id), pytest.raises(Refused):
        services.push_subscribe(
            actor=world.actor("chen"), subscription={**browser.subscription, "keys": keys}
        )


def test_the_services_that_browsers_use_are_known() -> None:
    for host in (
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "web.push.apple.com",
        "db5p.notify.windows.com",
    ):
        assert push.is_push_service(f"https://{host}/x"), host


@pytest.mark.parametrize(
    ("urgency", "header", "ttl"), [("emergency", "high", "3600"), ("normal", "normal", "86400")]
)
def test_only_the_browser_opens_the_message_and_it_says_only_that_something_waits(
    world: World, browser: Browser, urgency: str, header: str, ttl: str
) -> None:
    subscribed(world, browser)
    made = steps.notice(world, "chen", urgency)
    steps.run(steps.jobs()[0])
    (asked,) = browser.service.asked
    assert (asked.headers["urgency"], asked.headers["ttl"]) == (header, ttl)
    assert asked.headers["content-encoding"] == "aes128gcm"
    assert made.reference.encode() not in asked.body
    opened = browser.opened(asked.body)
    assert opened["reference"] == made.reference
    assert opened["address"] == f"/n/{made.reference}"
    assert set(opened) == {"words", "reference", "address", "lang", "dir", "pressing"}
    assert opened["pressing"] is (urgency == "emergency")


def test_the_sender_proves_itself_to_this_service_for_a_day_at_most(world: World, browser: Browser) -> None:
    subscribed(world, browser)
    steps.notice(world, "chen")
    steps.run(steps.jobs()[0])
    authorisation = browser.service.asked[0].headers["authorization"]
    assert Vapid02.verify(authorisation)
    token = authorisation.partition("t=")[2].partition(",")[0].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(token + "=="))
    assert claims["aud"] == browser.service.origin
    assert claims["sub"] == "mailto:desk@kimbilio.example"
    assert 0 < claims["exp"] - time.time() <= 24 * 3600
    assert authorisation.endswith(f"k={push.public_key()}")


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_ended_is_forgotten_with_its_key(
    world: World, browser: Browser, status: int, django_capture_on_commit_callbacks: Any
) -> None:
    row = subscribed(world, browser)
    made = steps.notice(world, "chen")
    browser.service.answers = [status]
    with django_capture_on_commit_callbacks(execute=True):
        steps.run(steps.jobs()[0])
    with acting_for(world.welfare.id):
        assert not Way.objects.filter(id=row.id).exists()
    with pytest.raises(KeyDestroyed):
        keystore.key_get(key_id_of(bytes(row.sealed)))
    assert steps.attempts(made)[-1] == (1, "gave_up", f"push_{status}")


def test_a_busy_service_is_tried_again_and_never_followed_elsewhere(world: World, browser: Browser) -> None:
    subscribed(world, browser)
    made = steps.notice(world, "chen")
    browser.service.answers = [429, 302]
    steps.run(steps.jobs()[-1])
    steps.run(steps.jobs()[-1])
    assert [entry[1:] for entry in steps.attempts(made) if entry[1] == "failed"] == [
        ("failed", "push_429"),
        ("failed", "unreachable"),
    ]
    assert not any("elsewhere" in asked.path for asked in browser.service.asked)


def test_the_same_browser_is_kept_once(world: World, browser: Browser) -> None:
    assert subscribed(world, browser) == subscribed(world, browser)
