"""The main job, from a screening at the border to a person who has arrived at the right desk."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from kimbilio.packs import load
from kimbilio.packs.form_result import computed_values
from kimbilio.server.field.sample import build_submission
from tests.replay.client import ReplayClient
from tests.replay.filled import new_instance

from .conftest import Open
from .house import Demo
from .reader import Reader
from .walk import (
    AGREED,
    CASEWORKER,
    CODE,
    DESK,
    OFFICER,
    accept,
    arrived,
    ask,
    await_words,
    sample,
    send_sample,
    sign_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]

NAME = "Neema Invented"


@pytest.mark.parametrize(
    ("language", "size"),
    [
        ("en", "desktop"),
        ("en", "phone"),
        ("ar", "desktop"),
        ("ar", "phone"),
        ("fr", "phone"),
        ("sw", "phone"),
    ],
)
def test_a_screening_becomes_an_accepted_referral_and_the_person_arrives(
    language: str, size: str, window: Open, demo: Demo
) -> None:
    reader: Reader = window(language=language, size=size)
    code = _screening_arrives(reader)
    _case_is_read(reader, code)
    referral = _person_is_referred(reader, code)
    their_code = _desk_accepts(reader)

    reader.become(OFFICER)
    reader.go(referral)
    await_words(reader, reader.words("Accepted"), reader.pack_words("transport:agency_collects"))
    reader.look("officer-accepted")
    assert ("sent", "accepted") in demo.referrals(code)

    reader.become(CASEWORKER)
    reader.go(f"/cases/{their_code}/")
    reader.main.locator(".next .btn-primary").click()
    reader.press("The person arrived")
    reader.sees(reader.words("Next: has help begun?"))
    reader.look("desk-arrived")

    reader.become(OFFICER)
    reader.go(referral)
    await_words(reader, reader.words("The person arrived"))
    reader.go(f"/cases/{code}/")
    reader.sees(reader.words("In care"))
    reader.look("officer-case-at-the-end")

    sender, receiver = demo.acts(code), demo.acts(their_code)
    assert "submission.understood" in sender
    assert [act for act in sender if act in SENDER] == SENDER
    assert [act for act in receiver if act in RECEIVER] == RECEIVER
    assert ("received", "arrived") in demo.referrals(their_code)


SENDER = [
    "consent.recorded",  # to talk, by the form
    "consent.recorded",  # to be referred, at the desk
    "referral.sent",
    "referral.acknowledged",
    "referral.accepted",
    "referral.arrived",
]
RECEIVER = ["referral.received", "referral.acknowledged", "referral.accepted", "referral.arrived"]


def _screening_arrives(reader: Reader) -> str:
    reader.go("/accounts/login/")
    reader.look("sign-in")
    sign_in(reader)
    reader.go("/demo/")
    reader.look("first-minute")
    code = send_sample(reader)
    reader.look("first-minute-arrived")
    reader.go("/")
    expect(reader.main.get_by_role("link", name=code).first).to_be_visible()
    reader.look("work")
    return code


def _case_is_read(reader: Reader, code: str) -> None:
    reader.go(f"/cases/{code}/")
    reader.sees(
        reader.pack_words("category:victim_of_trafficking"),
        reader.pack_words("question:free_to_leave"),
        reader.pack_words("step:ZMB-trafficking-adult:2"),
        reader.pack_words("category:torture_survivor"),
        reader.words("Not asked is not “nothing found”."),
    )
    assert NAME not in reader.main.inner_text()
    reader.look("case")
    reader.press("Show the name (this is recorded)")
    reader.sees(NAME, reader.words("This look is recorded in the journal."))
    reader.look("case-with-name")


def _person_is_referred(reader: Reader, code: str) -> str:
    """Returns the address of the referral as its sender holds it."""
    desk = DESK[reader.language]
    reader.main.locator(".next .btn-primary").click()
    reader.sees(desk, reader.words("It is open day and night."), reader.words("Read this aloud"))
    reader.look("refer-ask")
    ask(reader, "yes_but_not_all", AGREED)
    reader.press("Record the answer")

    reader.sees(reader.words("Not agreed"), reader.words("3. As the desk sees it"))
    copy = reader.main.locator(".sheet")
    expect(copy).to_contain_text(reader.pack_words("field:sex"))
    reader.main.locator("input[name=share][value=sex]").uncheck()
    expect(copy.get_by_text(reader.pack_words("field:sex"))).to_be_hidden()
    reader.look("refer-preview")
    reader.press("Send to %(desk)s", desk=desk)

    reader.sees(reader.words("You wait until the desk acknowledges it."))
    reader.look("referral-sent")
    return reader.page.url.removeprefix(reader.address)


def _desk_accepts(reader: Reader) -> str:
    """Returns the code of the receiver's own case."""
    reader.page.locator(".invented").get_by_role("link", name=reader.words("Change desk")).click()
    reader.look("change-desk")
    reader.become(CASEWORKER)
    await_words(reader, reader.words("Acknowledge it"))
    reader.look("desk-work")
    new = reader.main.locator("#new tbody a").last
    their_code = new.inner_text()
    new.click()

    reader.sees(reader.words("What came"), reader.pack_words("field:age_band"))
    came = reader.main.locator(".sheet").inner_text()
    assert reader.pack_words("field:sex") not in came
    assert reader.pack_words("field:safe_contact") not in came
    reader.look("desk-referral")
    reader.press("Acknowledge")
    reader.sees(reader.words("Next: accept, or say why not"))
    reader.look("desk-acknowledged")
    accept(reader)
    reader.sees(reader.words("Next: did the person arrive?"))
    reader.look("desk-accepted")
    reader.go(f"/cases/{their_code}/")
    assert CODE.fullmatch(their_code)
    reader.look("desk-case")
    return their_code


def test_a_form_sent_by_a_phone_in_the_field_is_read_and_waits_at_work(window: Open, demo: Demo) -> None:
    phone = ReplayClient(demo.phone)
    (listed,) = phone.form_list()
    answers = sample("woman")["answers"]
    phone.send(
        build_submission(
            phone.download(listed),
            answers,
            claims=computed_values(answers, load("zm").ruleset),
            instance_id=new_instance(),
        )
    )
    reader: Reader = window()
    sign_in(reader)
    code = arrived(reader)
    reader.go("/")
    expect(reader.main.get_by_role("link", name=code).first).to_be_visible()
    assert "submission.understood" in demo.acts(code)
