"""A person says no, or not now: nothing leaves, and help goes on."""

from __future__ import annotations

import pytest

from .conftest import Open
from .house import Demo
from .reader import Reader
from .walk import ask, send_sample, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]


@pytest.mark.parametrize(("answer", "language"), [("no", "en"), ("not_now", "ar")])
def test_a_person_who_says_no_is_not_referred_and_the_desk_does_not_learn_of_them(
    answer: str, language: str, window: Open, demo: Demo
) -> None:
    reader: Reader = window(language=language, size="phone")
    sign_in(reader)
    code = send_sample(reader)
    left = demo.envelopes()
    reader.go(f"/cases/{code}/")
    reader.main.locator(".next .btn-primary").click()
    ask(reader, answer)
    reader.press("Record the answer")

    reader.sees(
        reader.words("Nothing is sent. The desk does not learn of this person."),
        reader.words(
            "That is fine. Help at your desk does not depend on it, and the answer is kept. "
            "If the person changes their mind, ask again."
        ),
    )
    reader.sees(reader.words("The person wishes to be asked again"))
    assert reader.main.locator("button[value=send]").count() == 0
    reader.look(f"said-{answer}")
    reader.follow("Back to the case")
    reader.sees(reader.pack_words("category:victim_of_trafficking"))
    reader.look(f"case-after-{answer}")
    assert demo.envelopes() == left
    assert "consent.recorded" in demo.acts(code)
    assert "referral.sent" not in demo.acts(code)
