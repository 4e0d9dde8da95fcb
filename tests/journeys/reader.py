"""A person at a browser: goes, presses, reads; and looks at each page as a careful colleague would.

`look` holds every page to the same: nothing serious for axe-core; no scrolling sideways at 320 px, zoomed to 200 %,
or with the text alone at 200 %; one primary button; no raw code of a machine; no English left on an Arabic page;
nothing on the console; nothing fetched from elsewhere. Each look is kept as a picture in `var/screenshots`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser, ConsoleMessage, Locator, Request, expect

from kimbilio.packs import Pack, load
from kimbilio.server.config.demo.samples import TABLE as SAMPLES
from kimbilio.server.config.demo.world import table

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "var" / "screenshots"
NARROWEST = 320
SIZES = {"phone": (360, 740), "desktop": (1280, 900)}

RUN_AXE = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.filter(one => \
['serious', 'critical'].includes(one.impact)).map(one => one.id + ': ' + one.nodes.slice(0, 3).map(node => \
node.html.slice(0, 160)).join(' | ')))"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LARGER = "document.documentElement.style.fontSize = '200%';"
AS_BEFORE = "document.documentElement.style.fontSize = '';"
# What is read on the page, but for words that stand in a language of their own
READ = """[...document.querySelectorAll('body *')].filter(one => one.checkVisibility() && !['SCRIPT', 'STYLE',
'TEXTAREA'].includes(one.tagName) && !one.closest('body [lang], .code')).flatMap(one =>
[...one.childNodes]).filter(one => one.nodeType === 3).map(one =>
one.textContent.replace(/\\s+/g, ' ').trim()).filter(Boolean)"""
RAW_CODE = re.compile(r"\b[A-Z]{3}-[A-Z]{2,}\b|\b[a-z]+_[a-z_]+\b|\b[0-9a-f]{8}-[0-9a-f]{4}-|\{'|%\(|^None$")
FREE_TEXT = ("name_used", "safe_contact", "officer_note")
LATIN_WORDS = re.compile(r"[A-Za-z]{2,}(?:[ ,.:;]+[A-Za-z]{2,})+")


class Reader:
    """One browser context in one language and size. `script` False is a browser without JavaScript."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        language: str = "en",
        size: str = "desktop",
        script: bool = True,
    ) -> None:
        width, height = SIZES[size]
        self.language, self._size, self._script = language, size, script
        self.address = address
        self._context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, java_script_enabled=script
        )
        if script:
            self._context.add_init_script(
                path=AXE
            )  # a script of the browser's own, so the page's CSP still holds
        self.page = self._context.new_page()
        self.page.set_default_timeout(15_000)
        self._faults: list[str] = []
        self._seen = 0
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda fault: self._faults.append(f"script: {fault}"))
        self._context.on("request", self._on_request)

    def close(self) -> None:
        """Close the window, and tell what was found wrong on any page."""
        self._context.close()
        faults = dict.fromkeys(self._faults)
        assert not faults, f"In {self.language}, {self._size}:\n" + "\n".join(faults)

    @property
    def main(self) -> Locator:
        """The page without its mast and foot."""
        return self.page.locator("main")

    def words(self, english: str, **values: str) -> str:
        """A sentence of the server in this reader's language."""
        with translation.override(self.language):
            return gettext(english) % values if values else gettext(english)

    def pack_words(self, key: str) -> str:
        """A text of the demo's pack in this reader's language."""
        return _pack().text(key, self.language)

    def go(self, path: str) -> None:
        """Open an address of the server."""
        answer = self.page.goto(self.address + path)
        assert answer
        assert answer.status == 200, f"{path} answered {answer.status}"

    def press(self, english: str, **values: str) -> None:
        """Press a button by its words."""
        self.main.get_by_role("button", name=self.words(english, **values), exact=True).first.click()

    def follow(self, english: str, **values: str) -> None:
        """Follow a link by its words."""
        self.main.get_by_role("link", name=self.words(english, **values), exact=True).first.click()

    def become(self, name: str) -> None:
        """Go on as another colleague of the demo, by the strip's own link."""
        self.page.locator(".invented").get_by_role("link", name=self.words("Change desk")).click()
        self.main.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def sees(self, *sentences: str) -> None:
        """Each sentence stands on the page, in view."""
        for sentence in sentences:
            expect(self.main.get_by_text(sentence).filter(visible=True).first).to_be_visible()

    def look(self, name: str) -> None:
        """Look at the page as it stands; see the module's own words for what is looked at."""
        assert self._script
        self.page.wait_for_load_state()
        self._seen += 1
        folder = PICTURES / f"{self.language}-{self._size}"
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / f"{self._seen:02d}-{name}.png", full_page=True)
        faults = [f"axe {found}" for found in self.page.evaluate(RUN_AXE)]
        primary = self.page.locator("main .btn-primary").filter(visible=True).count()
        faults += [f"{primary} primary buttons"] if primary > 1 else []
        self._faults += [f"{name}: {fault}" for fault in faults + self._sideways() + self._unread()]

    def excuse(self, words: str) -> None:
        """Leave aside what the way in which the tests run the browser causes, and the page does not."""
        self._faults = [fault for fault in self._faults if words not in fault]

    def _sideways(self) -> list[str]:
        width, height = SIZES[self._size]
        faults = []
        for narrow in {
            NARROWEST,
            max(width // 2, NARROWEST),
        }:  # half the width is what zooming to 200 % leaves
            self.page.set_viewport_size({"width": narrow, "height": height})
            over = self.page.evaluate(SIDEWAYS)
            if over > 0:
                faults.append(f"scrolls sideways by {over} px at {narrow} px")
        self.page.set_viewport_size({"width": width, "height": height})
        if self._size == "desktop":
            over = self.page.evaluate(
                f"() => {{ {LARGER} const over = {SIDEWAYS}; {AS_BEFORE} return over; }}"
            )
            if over > 0:
                faults.append(f"scrolls sideways by {over} px with text at 200 %")
        return faults

    def _unread(self) -> list[str]:
        read: list[str] = self.page.evaluate(READ)
        faults = [f"a raw code: {text}" for text in read if RAW_CODE.search(text)]
        if self.language == "ar":
            for text in read:
                rest = text
                for name in _names():
                    rest = rest.replace(name, "")
                if LATIN_WORDS.search(rest):
                    faults.append(f"English: {text}")
        return faults

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._faults.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme not in ("data", "blob") and f"{where.scheme}://{where.netloc}" != self.address:
            self._faults.append(f"fetched from elsewhere: {request.url}")


@cache
def _pack() -> Pack:
    return load(table()["pack"])


@cache
def _names() -> list[str]:
    """What is written in Latin letters in every language: names, and what a person wrote. The longest first."""
    world: dict[str, Any] = table()
    names = {"ODK Collect", world["device"]["name"]}
    for sample in yaml.safe_load(SAMPLES.read_text(encoding="utf-8")):
        names |= {sample["answers"][name] for name in FREE_TEXT if sample["answers"].get(name)}
    for organisation in world["organisations"]:
        names |= {member["name"] for member in organisation["members"]}
        names |= {desk["area"] for desk in organisation["desks"] if desk.get("area")}
    return sorted(names, key=len, reverse=True)
