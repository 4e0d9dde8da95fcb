"""Other ways through the same work: without script, with the keyboard alone, by a misspelt name, by the book."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .conftest import Open
from .house import Demo
from .reader import Reader
from .walk import (
    AUDITOR,
    CASEWORKER,
    DESK,
    OFFICER,
    STEWARD,
    SUPERVISOR,
    accept,
    ask,
    await_words,
    send_sample,
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]


def test_the_main_job_is_done_without_script(window: Open, demo: Demo) -> None:
    reader: Reader = window(script=False)
    sign_in(reader)
    code = send_sample(reader)
    reader.go(f"/cases/{code}/")
    reader.press("Show the name (this is recorded)")
    reader.sees("Neema Invented")
    reader.main.locator(".next .btn-primary").click()
    ask(reader, "yes")
    reader.press("Record the answer")
    reader.main.locator("input[name=share][value=sex]").uncheck()
    reader.press("Send to %(desk)s", desk=DESK["en"])
    referral = reader.page.url.removeprefix(reader.address)

    reader.become(CASEWORKER)
    await_words(reader, "Acknowledge it")
    reader.main.locator("#new tbody a").last.click()
    assert "Sex or gender" not in reader.main.locator(".sheet").inner_text()
    reader.press("Acknowledge")
    accept(reader)

    reader.become(OFFICER)
    reader.go(referral)
    await_words(reader, "The desk waits for the person. Tell the person how they get there.")
    assert ("sent", "accepted") in demo.referrals(code)


def test_a_referral_is_made_with_the_keyboard_alone(window: Open, demo: Demo) -> None:
    reader: Reader = window()
    sign_in(reader)
    code = send_sample(reader)
    reader.go(f"/cases/{code}/")
    _tab_to(reader, ".next .btn-primary")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/refer/**")
    _tab_to(reader, "input[name=answer]")
    reader.page.keyboard.press("Space")
    expect(reader.main.locator("input[name=answer][value=yes]")).to_be_checked()
    _tab_to(reader, "select[name=interpreter]")
    reader.page.keyboard.press("ArrowDown")
    reader.page.keyboard.press("ArrowDown")
    _tab_to(reader, "button[value=consent]")
    reader.page.keyboard.press("Enter")
    expect(reader.main.locator("button[value=send]")).to_be_visible()
    _tab_to(reader, "button[value=send]")
    reader.page.keyboard.press("Enter")
    reader.sees(reader.words("You wait until the desk acknowledges it."))
    assert "referral.sent" in demo.acts(code)


def _tab_to(reader: Reader, selector: str) -> None:
    """Tab until the focus stands on `selector`, and is seen there."""
    for _ in range(80):
        reader.page.keyboard.press("Tab")
        if reader.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = reader.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none" or reader.page.evaluate("!!document.activeElement.closest('.choice')")
            return
    raise AssertionError(f"{selector} is not reached by 80 presses of Tab.")


def test_a_misspelt_name_finds_the_case_and_every_look_stands_in_the_journal(window: Open) -> None:
    reader: Reader = window()
    sign_in(reader)
    code = send_sample(reader)
    reader.go("/cases/")
    reader.main.locator("#asked").fill("Nima Invnted")
    reader.press("Find")
    assert "Nima" not in reader.page.url
    reader.main.get_by_role("link", name=code).click()
    reader.press("Show the name (this is recorded)")
    reader.sees("Neema Invented")

    reader.become(SUPERVISOR)
    reader.go("/journal/")
    reader.sees("The name was shown", "The case was read", "Cases were searched", OFFICER)
    reader.main.locator("#code").fill(code)
    reader.press("Explain")
    reader.sees(
        "This member noticed the person.",
        "This role sees every case of the organisation.",
        "Nothing ties this member to the case.",
    )


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_other_page_is_fit_to_be_seen(language: str, size: str, window: Open) -> None:
    reader: Reader = window(language=language, size=size)
    sign_in(reader)
    code = send_sample(reader, "child")
    for name, path in (
        ("child-case", f"/cases/{code}/"),
        ("cases", "/cases/"),
        ("referrals", "/referrals/"),
        ("directory", "/directory/"),
        ("second-factor", "/accounts/2fa/"),
    ):
        reader.go(path)
        reader.look(name)
    reader.go(f"/cases/{code}/")
    reader.main.locator("a[href*='/forms/']").first.click()
    reader.look("form")

    reader.become(SUPERVISOR)
    for name, path in (
        ("supervisor-work", "/"),
        ("journal", "/journal/"),
        ("why", f"/cases/{code}/why/"),
        ("assign", f"/cases/{code}/assign/"),
    ):
        reader.go(path)
        reader.look(name)
    reader.become(STEWARD)
    reader.look("steward-work")
    reader.go("/organisation/")
    reader.look("organisation")
    reader.follow("Enrol a phone")
    reader.press("Enrol the phone")
    reader.look("enrol-refused")
    reader.become(AUDITOR)
    reader.look("auditor-work")
