"""How a member is reached, in a real browser: the page, the worker, and a push that becomes a notice.

Without the Internet the browser's own push service cannot be asked for a subscription, so the page must say so; the
push itself is handed to the browser's worker as the push service would.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Open
from .reader import Reader
from .walk import CASEWORKER, STEWARD, send_sample, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]
WAYS = "/n/ways/"
TOLD = {
    "words": "Something waits for you. Sign in.",
    "reference": "N-7Q4M-2XPB",
    "address": "/n/N-7Q4M-2XPB",
    "lang": "en",
    "dir": "ltr",
    "pressing": True,
}
SHOWN = """async () => {
  const registration = await navigator.serviceWorker.getRegistration('/n/');
  return (await registration.getNotifications()).map((told) => [told.title, told.body, told.data]);
}"""


def test_a_push_becomes_a_notice_and_a_browser_without_a_service_is_told_so(window: Open) -> None:
    reader: Reader = window()
    sign_in(reader, CASEWORKER)
    reader.page.context.grant_permissions(["notifications"], origin=reader.address)
    reader.go(WAYS)
    browser = reader.page.context.new_cdp_session(reader.page)
    registrations: list[dict[str, Any]] = []
    browser.on(
        "ServiceWorker.workerRegistrationUpdated", lambda event: registrations.extend(event["registrations"])
    )
    browser.send("ServiceWorker.enable")
    reader.page.locator("#push-start").click()
    reader.sees("The browser could not reach its push service. Try again where there is a connection.")
    (scope,) = {(row["scopeURL"], row["registrationId"]) for row in registrations if not row["isDeleted"]}
    assert scope[0] == f"{reader.address}/n/"
    told = {"origin": reader.address, "registrationId": scope[1], "data": json.dumps(TOLD)}
    browser.send("ServiceWorker.deliverPushMessage", told)
    reader.page.wait_for_function(f"async () => (await ({SHOWN})()).length > 0")
    reader.excuse("does not support the Push API in incognito mode")
    assert reader.page.evaluate(SHOWN) == [[TOLD["words"], TOLD["reference"], TOLD["address"]]]


@pytest.mark.parametrize(("language", "size"), [("en", "phone"), ("ar", "desktop")])
def test_the_pages_of_notices_can_be_read_on_every_screen(window: Open, language: str, size: str) -> None:
    reader: Reader = window(language=language, size=size)
    sign_in(reader)
    send_sample(reader)
    reader.become(CASEWORKER)
    reader.go(WAYS)
    reader.page.fill("input[name=address]", "nandi")
    reader.page.locator("button[value=add]").click()
    reader.look("ways, not an address")
    reader.page.fill("input[name=address]", "nandi@desk.example")
    reader.page.locator("button[value=add]").click()
    reader.page.locator("button[value=confirm]").first.click()
    reader.look("ways")
    reader.go("/n/")
    reader.look("reference")
    reader.go("/")
    reader.look("work with its way")
    reader.become(STEWARD)
    reader.go("/n/lost/")
    reader.look("not reached")
