"""An officer practises on an invented person, and reads the law: by keyboard, without a script, in the open."""

from __future__ import annotations

import psycopg
import pytest

from .conftest import Open
from .house import Demo
from .reader import Reader
from .walk import SUPERVISOR, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("journeys")]

HELD, TRAVELLER = "p01", "p10"
COUNTED = "select (select count(*) from people_case), (select count(*) from forms_submission)"


def counted(demo: Demo) -> tuple[int, int]:
    """Cases and filled forms of every organisation."""
    with psycopg.connect(demo.database) as connection:
        row = connection.execute(COUNTED).fetchone()
        assert row
        return row[0], row[1]


def tick(reader: Reader, question: str, choice: str) -> None:
    """Tick, and wait until it is kept."""
    with reader.page.expect_response(lambda answer: answer.request.method == "POST"):
        reader.main.locator(f"#c-{question}-{choice}").check()


def ask(reader: Reader, question: str) -> None:
    """Press *Ask* or *Look* beside a question."""
    reader.main.locator(f"button[name=ask][value={question}]").click()
    reader.page.wait_for_url(f"**#q-{question}")


def go_on(reader: Reader) -> None:
    """On to the next part."""
    before = reader.page.url.partition("#")[0]
    reader.main.locator("button[value=next]").click()
    reader.page.wait_for_url(lambda url: url.partition("#")[0] != before)


def test_an_officer_meets_an_invented_person_and_sees_what_there_was_to_notice(
    window: Open, demo: Demo
) -> None:
    reader: Reader = window(size="phone")
    sign_in(reader)
    before = counted(demo)
    reader.go(f"/practice/people/{HELD}/")
    reader.press("Begin")
    ask(reader, "private_place")
    reader.sees(reader.pack_words("practice:*:says:private_place"))
    tick(reader, "private_place", "yes")
    go_on(reader)
    tick(reader, "interpreter", "none_needed")
    tick(reader, "consent_talk", "yes")
    ask(reader, "afraid_here")
    reader.sees(reader.pack_words(f"practice:{HELD}:says:afraid_here"))
    tick(reader, "afraid_here", "yes")
    reader.look("practice-part")
    go_on(reader)
    tick(reader, "age_band", "15_17")
    reader.sees(reader.pack_words("question:social_worker"))  # it came up at once
    tick(reader, "age_band", "18_24")
    tick(reader, "fear_return", "yes")
    reader.press("Enough, compare now")

    reader.sees(
        reader.pack_words(f"practice:{HELD}:lesson"),
        reader.pack_words(f"practice:{HELD}:why:forced_or_controlled:yes"),
        reader.words("You did not ask or look."),
        reader.words("Not there"),
    )
    reader.look("practice-noticed")
    reader.main.locator(".need-parts a[href^='/law/#']").first.click()
    reader.page.wait_for_url("**/law/#*")
    assert reader.page.locator(".book div:target").count() == 1
    reader.look("law")
    assert counted(demo) == before

    reader.become(SUPERVISOR)
    reader.go("/practice/colleagues/")
    reader.sees(reader.pack_words(f"practice:{HELD}:name"))
    assert reader.main.get_by_text(reader.pack_words("category:asylum_seeker")).count() == 0
    reader.look("practice-colleagues")


def test_without_script_and_by_keyboard_alone_one_gets_through_and_finds_nothing(window: Open) -> None:
    reader: Reader = window(size="phone", script=False)
    sign_in(reader)
    keys = reader.page.keyboard

    def press_on(selector: str, key: str) -> None:
        reader.main.locator(selector).focus()
        keys.press(key)

    reader.go(f"/practice/people/{TRAVELLER}/")
    press_on(".btn-primary", "Enter")
    reader.page.wait_for_url("**/part/A/")
    press_on("#c-private_place-yes", "Space")
    press_on("button[value=next]", "Enter")
    reader.page.wait_for_url("**/part/B/#main")
    press_on("#c-interpreter-none_needed", "Space")
    press_on("#c-consent_talk-yes", "Space")
    press_on("button[value=next]", "Enter")
    reader.page.wait_for_url("**/part/B/#q-needs_doctor")  # it came up with the yes
    press_on("button[value=next]", "Enter")
    reader.page.wait_for_url("**/part/C/#main")
    press_on("#c-fear_return-no", "Space")
    press_on("#c-forced_or_controlled-no", "Space")
    press_on("button[value=finish]", "Enter")
    reader.page.wait_for_url("**/noticed/#main")
    reader.sees("None, and that is right: there was nothing to find today.")
