"""The look page in a real Chromium: no sideways scroll, no barrier axe-core knows, nothing the CSP forbids.

The page is drawn here and handed to the browser, its files straight from the static folders: no server, no
database.
"""

import mimetypes
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.staticfiles import finders
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Browser, Route, sync_playwright

from kimbilio.server.ui import vendor
from kimbilio.server.ui.navigation import Signature, register_item, register_signature
from kimbilio.server.ui.views import look

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.rooms.ui.addresses"),
    pytest.mark.usefixtures("no_doors", "compiled_catalogues"),
]

ROOT = Path(__file__).resolve().parents[3]
HOST = "http://desk.invalid"
RULES = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield chromium
        chromium.close()


def answer(language: str, route: Route) -> None:
    path = urlsplit(route.request.url).path
    if path.startswith("/static/"):
        file = finders.find(path.removeprefix("/static/"))
        if file is None:
            route.fulfill(status=404)
        else:
            route.fulfill(path=file, content_type=mimetypes.guess_type(file)[0])
        return
    request = RequestFactory().generic(route.request.method, path)
    request.user = AnonymousUser()
    request._dont_enforce_csrf_checks = True
    with translation.override(language):
        page = look(request)
    route.fulfill(
        body=page.content,
        content_type="text/html; charset=utf-8",
        headers={
            "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
            "font-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'"
        },
    )


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [1280, 360, 320])
def test_the_look_page_has_no_barrier(browser: Browser, language: str, width: int) -> None:
    assert (vendor.DESTINATION / "htmx.min.js").exists(), "Run the vendor command of the ui room first."
    register_item(title="Look", url_name="ui:look", order=1)
    register_signature(lambda request: Signature("Asha", "Immigration", "Mwamba duty desk", "/"))
    context = browser.new_context(viewport={"width": width, "height": 800})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/*", lambda route: answer(language, route))
    page.goto(f"{HOST}/ui/look/")

    page.click("form.reveal button")
    page.wait_for_selector("div.reveal")
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    small = page.evaluate(
        """[...document.querySelectorAll("a, button, summary, label.choice")]
        .filter(e => e.offsetHeight > 0 && e.offsetHeight < 48 && !e.closest("p, .skip"))
        .map(e => e.outerHTML)"""
    )
    # The checker is started by the test's own hand, which no policy of the page forbids
    page.evaluate((ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text())
    barriers = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules},"
        " rules: {'color-contrast-enhanced': {enabled: true}, 'target-size': {enabled: true}}})"
        ".then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))",
        RULES,
    )
    context.close()

    assert complaints == []
    assert sideways == 0
    assert small == []
    assert barriers == []
