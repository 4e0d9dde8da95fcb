"""The steps of the main job, each taken as its person takes it; the tests string them together."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import yaml
from playwright.sync_api import expect

from kimbilio.server.config.demo.samples import TABLE as SAMPLES

from .reader import Reader

OFFICER, CASEWORKER, SUPERVISOR, STEWARD, AUDITOR = (
    "Malo Tembwe",
    "Nandi Kasolo",
    "Ruta Chimbwi",
    "Bakari Lushomo",
    "Selma Nkunda",
)
DESK = dict.fromkeys(("en", "fr", "sw"), "Social Welfare duty desk") | {
    "ar": "مكتب مناوبة الرعاية الاجتماعية"
}
CODE = re.compile(r"K-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]")
AGREED = ("age_band", "sex", "language", "needs")
TOMORROW = datetime.now().astimezone() + timedelta(days=1)


def sign_in(reader: Reader, name: str = OFFICER) -> None:
    """From the sign-in page, by one tap."""
    reader.go("/accounts/login/")
    reader.main.get_by_role("button", name=name, exact=True).click()
    expect(reader.page.locator(".me summary")).to_contain_text(name)


def sample(name: str) -> dict[str, Any]:
    """A sample of the demo as its table has it."""
    rows = yaml.safe_load(SAMPLES.read_text(encoding="utf-8"))
    return next(row for row in rows if row["id"] == name)


def send_sample(reader: Reader, name: str = "woman") -> str:
    """Send a sample from the first minute's page and wait for its case; returns the code."""
    title = sample(name)["title"]
    reader.go("/demo/")
    before = shown_code(reader)
    reader.press("Send: %(title)s", title=title.get(reader.language, title["en"]))
    return arrived(reader, before)


def shown_code(reader: Reader) -> str:
    """The code of the case that the first minute shows; empty before there is one."""
    shown = reader.main.locator("ol.steps .code")
    return shown.first.inner_text() if shown.count() else ""


def arrived(reader: Reader, before: str = "") -> str:
    """The code of the case that the last screening became; `before` is that of the one before it."""
    for _ in range(40):
        code = shown_code(reader)
        if code and code != before:
            return code
        reader.page.wait_for_timeout(500)
        reader.go("/demo/")
    raise AssertionError("The screening did not become a case within 20 seconds.")


def ask(reader: Reader, answer: str, agreed: tuple[str, ...] = ()) -> None:
    """Write down what the person said."""
    form = reader.main
    form.locator(f"input[name=answer][value={answer}]").check()
    for field in agreed:
        form.locator(f"input[name=agreed][value={field}]").check()
    form.locator("select[name=interpreter]").select_option("vetted_by_phone")


def accept(reader: Reader) -> None:
    """Say yes, how the person gets there and that a bed is held."""
    reader.main.locator("input[name=transport][value=agency_collects]").check()
    reader.main.locator("input[name=transport_at]").fill(TOMORROW.strftime("%Y-%m-%dT08:00"))
    reader.main.locator("input[name=escort][value=social_worker]").check()
    reader.main.locator("input[name=bed][value=held]").check()
    reader.main.locator("input[name=bed_held_until]").fill(TOMORROW.strftime("%Y-%m-%dT18:00"))
    reader.press("Accept")


def await_words(reader: Reader, *sentences: str) -> None:
    """Look again until the other side's words have come: a job carries them."""
    for _ in range(40):
        text = reader.main.inner_text()
        if all(sentence in text for sentence in sentences):
            return
        reader.page.wait_for_timeout(500)
        reader.page.reload()
    raise AssertionError(f"{sentences} did not come within 20 seconds.")
