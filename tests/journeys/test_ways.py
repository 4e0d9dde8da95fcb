"""Other ways through the same work: without script, with the keyboard alone, by a misspelt name, by the book."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import Open
from .house import Demo
from .reader import SIDEWAYS, Reader
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

ANY_RECORD = re.compile(r"K-[0-9A-Z-]+/|[0-9a-f-]{36}/")

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


@pytest.mark.parametrize(
    ("language", "size"), [("en", "desktop"), ("en", "phone"), ("ar", "desktop"), ("ar", "phone")]
)
def test_every_other_page_is_fit_to_be_seen(language: str, size: str, window: Open) -> None:
    reader: Reader = window(language=language, size=size)
    sign_in(reader)
    code = send_sample(reader, "child")
    case = f"/cases/{code}/"
    look_at(reader, ("child-case", case), ("cases", "/cases/"), ("referrals", "/referrals/"))
    look_at(reader, ("directory", "/directory/"), ("paper", "/paper/"), ("second-factor", "/accounts/2fa/"))
    reader.go(case)
    reader.main.locator("a[href*='/forms/']").first.click()
    reader.look("form")

    reader.become(SUPERVISOR)
    look_at(reader, ("supervisor-work", "/"), ("journal", "/journal/"), ("why", f"{case}why/"))
    look_at(reader, ("assign", f"{case}assign/"), ("erase", f"{case}erase/"))
    reader.become(STEWARD)
    reader.look("steward-work")
    look_at(reader, ("seal", "/journal/seal/"), ("encryption", "/organisation/encryption/"))
    look_at(reader, ("member-to-add", "/organisation/members/add/"), ("desk", "/organisation/desks/open/"))
    look_at(reader, ("organisation", "/organisation/"))
    reader.follow("Enrol a phone")
    reader.press("Enrol the phone")
    reader.look("enrol-refused")
    reader.main.locator("input[name=name]").fill("Nightshift")
    reader.press("Enrol the phone")
    reader.sees(reader.words("With ODK Collect"))
    reader.look("enrolled")
    reader.become(AUDITOR)
    reader.look("auditor-work")
    look_at(reader, ("unusual", "/journal/unusual/"))


def look_at(reader: Reader, *pages: tuple[str, str]) -> None:
    """Open each address and look at the page under a name."""
    for name, path in pages:
        reader.go(path)
        reader.look(name)


@pytest.mark.parametrize(("language", "size"), [("en", "phone"), ("ar", "desktop")])
def test_the_other_doors_wait_behind_more_without_script_and_by_keyboard(
    language: str, size: str, window: Open
) -> None:
    reader: Reader = window(language=language, size=size, script=False)
    sign_in(reader)
    mast = reader.page.locator(".mast nav")
    assert mast.get_by_role("link").filter(visible=True).count() == (3 if size == "phone" else 5)
    _tab_to(reader, ".menu > summary")
    reader.page.keyboard.press("Enter")
    menu = mast.locator(".menu ul")
    expect(menu).to_be_visible()
    over = reader.page.evaluate(SIDEWAYS)
    assert over == 0
    box, window_size = menu.bounding_box(), reader.page.viewport_size
    assert box
    assert window_size
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= window_size["width"]
    _tab_to(reader, ".menu a[href='/paper/']")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**/paper/")
    expect(mast.locator(".menu a[aria-current]")).to_have_attribute("href", "/paper/")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_each_thing_to_see_further_opens_for_the_colleague_whose_work_it_is(size: str, window: Open) -> None:
    reader: Reader = window(size=size)
    sign_in(reader)
    send_sample(reader, "asylum")
    reader.look("first-minute-further")
    things = reader.main.locator(".list > li")
    opened = set()
    for number in range(things.count()):
        reader.go("/demo/")
        thing = things.nth(number).locator("a, button")
        if not thing.count():
            continue  # it waits for an earlier step, and says so
        thing.click()
        reader.page.wait_for_url(lambda url: "/demo/" not in url)
        opened.add(ANY_RECORD.sub("", reader.page.url.removeprefix(reader.address)))
    assert opened == {
        "/practice/",
        "/law/",
        "/paper/",
        "/referrals/slip/",
        "/organisation/devices/enrol/",
        "/n/ways/",
        "/journal/seal/",
        "/cases/erase/",
    }
    reader.page.locator(".invented a").first.click()
    reader.sees("Look further")
