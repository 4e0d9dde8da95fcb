"""Pictures and voices in a real Chromium, under the desk's own content policy.

The page is drawn here and handed to the browser; the pack's files come from the view's own function. Nothing
here needs a database, which Django refuses while Playwright's loop runs.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from playwright.sync_api import Route, sync_playwright

from kimbilio.packs import Pack, find_pack, load
from kimbilio.server.config.preflight import BROWSERS
from kimbilio.server.config.preflight import browser as chromium_of_the_system
from kimbilio.server.country.media import pictogram_address, recording_address
from kimbilio.server.country.parts import part_of
from tests.pure.packs import sounds

pytestmark = pytest.mark.browser

HOST = "http://desk.invalid"
PAGE = """{% load ui %}<!doctype html><html lang="en"><title>x</title><body>
<p>{% pictogram picture %} {{ word }}</p>
{% for src in voices %}{% audio src "Opening words" %}{% endfor %}</body></html>"""
VOICES = {"en": ("ogg", sounds.ogg(1.2)), "ar": ("mp3", sounds.mp3(1.2))}


@pytest.fixture
def recorded(tmp_path: Path) -> Pack:
    """The republic after its opening words were spoken in two languages, in two kinds of file."""
    shutil.copytree(find_pack("zz"), tmp_path / "zz")
    for language, (kind, content) in VOICES.items():
        folder = tmp_path / "zz/media/audio" / language
        folder.mkdir(parents=True)
        (folder / f"question.opening.{kind}").write_bytes(content)
    return load(tmp_path / "zz")


def test_a_picture_is_drawn_and_a_voice_is_fetched_when_pressed_and_heard_to_its_end(recorded: Pack) -> None:
    program = chromium_of_the_system()
    if program is None:
        pytest.fail(f"None of {', '.join(BROWSERS)} is here. Run `make browser`.", pytrace=False)
    picture = pictogram_address(recorded, "screening", "emergency", "child_alone")
    voices = [recording_address(recorded, "question:opening", language) for language in VOICES]
    body = (
        engines["django"]
        .from_string(PAGE)
        .render({"picture": picture, "word": "A child alone", "voices": voices})
    )
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
    fetched: list[str] = []

    def answer(route: Route) -> None:
        path = unquote(urlsplit(route.request.url).path)
        if path == "/":
            route.fulfill(body=body, content_type="text/html", headers={"Content-Security-Policy": policy})
            return
        fetched.append(path)
        medium = recorded.media.named(path.removeprefix("/media/"))
        assert medium is not None
        asked: HttpRequest = RequestFactory().get(path, headers=route.request.headers)
        given = part_of(asked, medium.content, medium.type)
        route.fulfill(status=given.status_code, headers=dict(given.items()), body=given.content)

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        page = chromium.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.route("**/*", answer)
        page.goto(f"{HOST}/")
        width = page.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)")
        before = list(fetched)
        played = page.locator("audio").evaluate_all(
            """players => Promise.all(players.map(player => new Promise((done, broken) => {
                player.onended = () => done(player.duration);
                player.onerror = () => broken(player.error.message);
                player.play().catch(fault => broken(fault.message));
            })))"""
        )
        chromium.close()

    assert width == 144
    assert before == [urlsplit(picture).path]
    assert played == pytest.approx([1.2, 1.2], abs=0.1)
    assert complaints == []
