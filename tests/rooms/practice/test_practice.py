"""Practice at the desk: nobody else's, never a case, kept answer by answer, compared at the end."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kimbilio.packs import load
from kimbilio.server.forms.models import Submission
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Case, Person
from kimbilio.server.practice import selectors, services
from kimbilio.server.practice.models import Attempt
from kimbilio.server.practice.parts import part_questions
from kimbilio.server.ui.panels import queues_for
from tests.rooms.people.test_pages import client_of
from tests.world import World

HELD, CHILD, PLAIN = "p01", "p02", "p03"
PART_A, PART_C, PART_D = (f"/practice/people/{HELD}/part/{part}/" for part in "ACD")


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # personas of the demo do without


@pytest.fixture
def asha(world: World) -> Client:
    """Asha, who has just met the man with the bundle."""
    client = client_of(world, "asha")
    assert client.post(f"/practice/people/{HELD}/begin/").status_code == 302
    return client


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def kept(world: World) -> dict[str, object]:
    with acting_for(world.border.id):
        return dict(Attempt.objects.get(finished_at=None).answers)


def talk(client: Client, person: str = HELD, private: str = "yes") -> None:
    """Parts A and B as far as talking needs."""
    part_a = {"of": ["private_place", "group_size"], "private_place": private, "group_size": "1"}
    client.post(f"/practice/people/{person}/part/A/", part_a)
    part_b = {"of": ["interpreter", "consent_talk"], "interpreter": "none_needed", "consent_talk": "yes"}
    client.post(f"/practice/people/{person}/part/B/", part_b)


def finish(client: Client, person: str = HELD) -> str:
    answer = client.post(f"/practice/people/{person}/part/A/", {"go": "finish"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/practice/people/{person}/noticed/#main"
    return str(answer.content.decode())


def test_a_person_of_no_pack_is_not_there(asha: Client) -> None:
    assert asha.get("/practice/people/p99/").status_code == 404
    assert asha.post("/practice/people/p99/begin/").status_code == 404
    assert asha.get("/practice/people/p99/part/A/").status_code == 404


def test_a_part_that_the_form_does_not_have_is_not_there(asha: Client) -> None:
    assert asha.get(f"/practice/people/{HELD}/part/I/").status_code == 404


def test_a_colleagues_attempt_is_not_there(asha: Client, world: World) -> None:
    asha.post(PART_A, {"of": "group_size", "group_size": "7"})
    finish(asha)
    ben = client_of(world, "ben")
    assert ben.get(f"/practice/people/{HELD}/noticed/").status_code == 404
    assert "Not met yet" in text_of(ben, "/practice/")
    with acting_for(world.border.id), pytest.raises(NotVisible):
        selectors.attempt_last(world.actor("ben"), HELD)


def test_another_organisation_sees_no_attempt_even_in_the_table(asha: Client, world: World) -> None:
    with acting_for(world.welfare.id):
        assert not Attempt.objects.exists()
    with acting_for(world.border.id):
        assert Attempt.objects.count() == 1


def test_the_supervisor_sees_whom_one_met_and_never_an_answer(asha: Client, world: World) -> None:
    talk(asha)
    asha.post(PART_C, {"of": "fear_return", "fear_return": "yes"})
    finish(asha)
    text = text_of(client_of(world, "sela"), "/practice/colleagues/")
    assert "Ilo" in text
    assert "Tuma" not in text
    assert "noticed" not in text
    assert client_of(world, "sela").get(f"/practice/people/{HELD}/noticed/").status_code == 404


def test_a_question_that_the_form_does_not_show_cannot_be_asked(asha: Client, world: World) -> None:
    """Without consent to talk nothing of part C comes up."""
    assert asha.post(PART_C, {"ask": "fear_return"}).status_code == 404
    with acting_for(world.border.id):
        assert Attempt.objects.get().asked == {}


def test_a_choice_that_is_not_offered_is_not_kept(asha: Client, world: World) -> None:
    asha.post(PART_A, {"of": ["private_place", "group_size"], "private_place": "perhaps", "group_size": "-1"})
    assert kept(world) == {}


def test_there_is_one_open_attempt_on_a_person_at_a_time(asha: Client, world: World) -> None:
    asha.post(f"/practice/people/{HELD}/begin/")
    with acting_for(world.border.id):
        row = Attempt.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            Attempt.objects.create(
                organisation_id=world.border.id, member_id=row.member_id, pack=row.pack, person=row.person
            )


def test_a_finished_attempt_changes_no_more(asha: Client, world: World) -> None:
    finish(asha)
    assert asha.post(PART_A, {"of": "group_size", "group_size": "9"}).status_code == 302
    with acting_for(world.border.id):
        assert Attempt.objects.get().answers == {}
        with pytest.raises(NotVisible):
            services.attempt_finish(actor=world.actor("asha"), person=HELD)


def test_practice_is_never_a_case_a_form_a_queue_or_a_person(asha: Client, world: World) -> None:
    with acting_for(world.border.id):
        before = (Case.objects.count(), Person.objects.count(), Submission.objects.count())
    talk(asha)
    asha.post(PART_C, {"of": "forced_or_controlled", "forced_or_controlled": "yes"})
    finish(asha)
    with acting_for(world.border.id):
        assert (Case.objects.count(), Person.objects.count(), Submission.objects.count()) == before
        assert not [row for queue in queues_for(world.actor("sela")) for row in queue.rows]
        act = Act.objects.get(act="practice.finished")
        assert (act.case, act.sealed, act.codes) == (None, None, {"practice": HELD})
    assert "Ilo" not in text_of(asha, "/cases/")


def test_the_journal_says_that_somebody_practised_and_not_how(asha: Client, world: World) -> None:
    talk(asha)
    asha.post(PART_C, {"of": "fear_return", "fear_return": "yes"})
    finish(asha)
    text = text_of(client_of(world, "sela"), "/journal/")
    assert "Somebody practised on an invented person" in text
    assert "fear_return" not in text


@pytest.mark.parametrize("pack", ["zm", "zz"])
def test_nothing_that_is_practised_takes_free_text(pack: str) -> None:
    """An invented person has no note: a real one could be written into it."""
    rows = [row for rows in part_questions(load(pack)).values() for row in rows]
    assert "post" not in {row.name for row in rows}  # a real place, set once a shift
    assert {row.type for row in rows} == {"select_one", "select_multiple", "integer", "note"}


def test_each_answer_is_kept_at_once_and_taken_back_when_it_is_unticked(asha: Client, world: World) -> None:
    asha.post(PART_A, {"of": ["emergency", "group_size"], "emergency": ["frightened"], "group_size": "2"})
    assert kept(world) == {"emergency": ["frightened"], "group_size": "2"}
    asha.post(PART_A, {"of": ["emergency"]})
    assert kept(world) == {"group_size": "2"}


def test_a_change_kept_by_the_way_draws_the_part_again_with_what_came_up(asha: Client) -> None:
    talk(asha)
    given = {"of": "age_band", "age_band": "12_17"}
    answer = asha.post(PART_C, given, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert 'id="q-social_worker"' in answer.content.decode()


def test_without_script_what_came_up_is_shown_before_one_goes_on(asha: Client) -> None:
    talk(asha)
    shown = ["age_band", "with_whom", "sex", "fear_return", "forced_or_controlled"]
    answer = asha.post(PART_C, {"of": shown, "age_band": "12_17", "go": "next"})
    assert answer["Location"] == f"{PART_C}#q-social_worker"
    answer = asha.post(PART_C, {"of": [*shown, "social_worker"], "age_band": "18_plus", "go": "next"})
    assert answer["Location"] == f"{PART_D}#main"


def test_asking_shows_what_the_person_says_and_looking_what_is_seen(asha: Client) -> None:
    talk(asha)
    assert "“It was another work, for less.”" not in text_of(asha, PART_D)
    answer = asha.post(PART_D, {"of": "promise", "ask": "promise"})
    assert answer["Location"] == f"{PART_D}#q-promise"
    assert "“It was another work, for less.”" in text_of(asha, PART_D)
    asha.post(PART_A, {"ask": "private_place"})
    assert "nobody hears you" in text_of(asha, PART_A)


def test_what_is_said_only_alone_is_not_said_where_others_hear(asha: Client) -> None:
    talk(asha, private="no")
    asha.post(PART_C, {"ask": "forced_or_controlled"})
    text = text_of(asha, PART_C)
    assert "“He kept me.”" not in text
    assert "Perhaps somebody can hear." in text
    asha.post(PART_A, {"of": "private_place", "private_place": "yes"})
    asha.post(PART_C, {"ask": "forced_or_controlled"})
    assert "“He kept me.”" in text_of(asha, PART_C)
    text = finish(asha)
    assert "This was asked where others could hear." in text  # words cannot be taken back


def test_a_child_does_not_answer_what_may_not_be_asked_and_it_is_told_at_the_end(world: World) -> None:
    client = client_of(world, "asha")
    client.post(f"/practice/people/{CHILD}/begin/")
    talk(client, CHILD)
    part = f"/practice/people/{CHILD}/part/C/"
    client.post(part, {"of": ["age_band", "social_worker"], "age_band": "under_12", "social_worker": "yes"})
    client.post(part, {"ask": "forced_or_controlled"})
    assert "Tuma does not answer." in text_of(client, part)
    text = finish(client, CHILD)
    assert "This may not be asked of this person now" in text
    assert "Did anyone force or deceive you?" in text


def test_the_comparison_names_what_was_noticed_and_what_was_not_with_law_and_steps(asha: Client) -> None:
    talk(asha)
    asha.post(PART_C, {"of": "forced_or_controlled", "forced_or_controlled": "yes"})
    text = finish(asha)
    assert "1 of 2 noticed" in text
    assert "A yes alone is enough to refer." in text
    assert "Kept papers hold a person." in text
    assert "You did not ask or look." in text
    assert 'href="/law/#WORK-01"' in text
    assert "Victim of trafficking: potential" in text


def test_in_a_plain_traveller_nothing_is_found_and_that_is_said(world: World) -> None:
    client = client_of(world, "chen")
    client.post(f"/practice/people/{PLAIN}/begin/")
    talk(client, PLAIN)
    text = finish(client, PLAIN)
    assert "there was nothing to find today" in text
    assert "nothing found" in text  # the words of the pack for the officer to say


def test_an_alarming_answer_that_was_not_given_is_said_plainly(world: World) -> None:
    client = client_of(world, "chen")
    client.post(f"/practice/people/{PLAIN}/begin/")
    talk(client, PLAIN)
    client.post(f"/practice/people/{PLAIN}/part/C/", {"of": "fear_return", "fear_return": "yes"})
    text = finish(client, PLAIN)
    assert "the person neither said nor showed it" in text


def test_an_attempt_on_a_changed_pack_is_still_read(asha: Client, world: World) -> None:
    with acting_for(world.border.id):
        Attempt.objects.update(answers={"gone": "yes", "fear_return": "gone"}, asked={"gone": True})
    assert "0 of 2 noticed" in finish(asha)


@pytest.mark.parametrize("answers", [{}, {"stuck": ["none", "money_lost"]}, {"fear_return": "no"}])
def test_the_list_counts_what_the_comparison_counts(world: World, answers: dict[str, Any]) -> None:
    pack = load("zz")
    person = dataclasses.replace(
        pack.practice[PLAIN], notices=(("fear_return", "no"), ("stuck", "none"), ("stuck", "money_lost"))
    )
    given = {"consent_talk": "yes", "interpreter": "none_needed", **answers}
    attempt = Attempt(pack="zz", person=PLAIN, answers=given)
    counted = selectors.noticed_in(pack, person, attempt)
    assert counted == len(selectors.comparison_of(pack, person, attempt).noticed)
    assert counted == (1 if answers else 0)


def test_progress_tells_of_the_first_time_and_the_last(asha: Client) -> None:
    finish(asha)
    asha.post(f"/practice/people/{HELD}/begin/")
    talk(asha)
    asha.post(PART_C, {"of": "forced_or_controlled", "forced_or_controlled": "yes"})
    finish(asha)
    text = text_of(asha, "/practice/progress/")
    assert "1 of 3" in text
    assert text.index("0 of 2 noticed") < text.index("1 of 2 noticed")


def test_the_pages_of_practice_take_the_same_queries_however_often_one_practised(asha: Client) -> None:
    finish(asha)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            text_of(asha, "/practice/")
            text_of(asha, "/practice/progress/")
        counts.append(len(queries))
        asha.post(f"/practice/people/{PLAIN}/begin/")
        finish(asha, PLAIN)
    assert counts[0] == counts[1]


def test_practice_is_read_in_arabic(asha: Client) -> None:
    asha.cookies["__Host-language"] = "ar"
    assert "إيلو" in text_of(asha, PART_A)
    assert 'dir="rtl"' in text_of(asha, PART_A)
