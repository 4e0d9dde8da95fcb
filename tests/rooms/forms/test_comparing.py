"""Two forms under one number: a supervisor is told, and sees question by question what differs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kimbilio.server.forms import selectors, services
from kimbilio.server.forms.comparing import refusal_compare
from kimbilio.server.forms.models import Refusal
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices.destinations import destination_for
from kimbilio.server.notices.models import Notice
from kimbilio.server.people.selectors import case_by_id
from tests.replay.filled import YES, filled, form_zz, new_instance
from tests.rooms.forms.test_forms_pages import arrive, client_of
from tests.world import World


@pytest.fixture(autouse=True)
def without_second_factor(settings: Any) -> None:
    settings.KIMBILIO_DEMO = True


def collision(world: World, changes: dict[str, Any], **more: Any) -> Refusal:
    """A form, and another one under its number."""
    instance = new_instance()
    arrive(world, filled(instance=instance))
    arrive(world, filled(changes, instance=instance, **more))
    with acting_for(world.border.id):
        return Refusal.objects.get()


def test_who_has_no_tie_to_the_forms_compares_nothing(world: World) -> None:
    refusal = collision(world, {"sex": "man"})
    for name in ("ben", "dalia", "stefan", "ada"):
        with acting_for(world.border.id):
            with pytest.raises(NotVisible):
                refusal_compare(world.actor(name), refusal.id)
            assert destination_for("refused", world.actor(name), refusal.id) is None


def test_what_differs_stands_question_by_question_with_both_answers(world: World) -> None:
    refusal = collision(world, {"sex": "man", "health": ["medicine", "thirsty"], "stuck": []})
    with acting_for(world.border.id):
        found = refusal_compare(world.actor("sela"), refusal.id)
    lines = {line.label: (line.first, line.second) for line in found}
    assert lines["Sex or gender, as you say"] == (("Woman or girl",), ("Man or boy",))
    assert len(lines) == 3
    assert any(first and not second for first, second in lines.values())


def test_that_names_differ_is_told_and_the_names_only_after_a_tap_that_is_an_act(world: World) -> None:
    refusal = collision(world, {"name_used": "Invented Second"})
    sela = client_of(world, "sela")
    page = sela.get(f"/forms/refused/{refusal.id}/").content.decode()
    assert "They differ. Show the name to read both." in page
    assert "Invented Second" not in page
    assert "Invented Example" not in page
    with acting_for(world.border.id):
        assert not Act.objects.filter(act="name.shown").exists()
        assert set(Act.objects.filter(act="form.shown").values_list("subject", flat=True)) == {
            refusal.id,
            refusal.submission_id,
        }
    shown = sela.post(f"/forms/refused/{refusal.id}/name/").content.decode()
    assert "Invented Second" in shown
    assert "Invented Example" in shown
    with acting_for(world.border.id):
        assert Act.objects.filter(act="name.shown").count() == 2


def test_rows_of_a_repeat_are_compared_too(world: World) -> None:
    refusal = collision(world, {}, referrals=[YES | {"consent_refer": "no"}])
    with acting_for(world.border.id):
        (line,) = refusal_compare(world.actor("sela"), refusal.id)
    assert line.label.startswith("One referral for each pathway found 1: ")
    assert line.first != line.second


def test_forms_that_differ_in_nothing_that_was_answered_say_so(world: World) -> None:
    refusal = collision(world, {}, start=None)
    page = client_of(world, "sela").get(f"/forms/refused/{refusal.id}/").content.decode()
    assert "Every answer is the same." in page


def test_who_answers_for_the_organisation_is_told_once_and_no_more_when_it_is_settled(world: World) -> None:
    refusal = collision(world, {"sex": "man"})
    with acting_for(world.border.id):
        notice = Notice.objects.get(kind="refused")
        assert (notice.about, notice.urgency) == (refusal.id, "urgent")
        assert [row.member_id for row in notice.receivers.all()] == [world.member("sela").id]
        assert destination_for("refused", world.actor("sela"), refusal.id) == f"/forms/refused/{refusal.id}/"
        services.refusal_settle(actor=world.actor("sela"), refusal=refusal.id, note="The phone was set back.")
        notice.refresh_from_db()
        assert notice.settlement is not None


def test_a_form_that_breaks_a_condition_of_its_own_is_understood_and_shown(world: World) -> None:
    row = arrive(world, filled({"emergency": ["none", "frightened"]}))
    assert row.state == "needs_a_look"
    assert row.reasons.count("excludes_others") == 1
    assert "constraint_broken" not in row.reasons
    with acting_for(world.border.id):
        assert row.case is not None
        assert selectors.submissions_of_case(world.actor("sela"), row.case)


def test_a_needed_answer_that_is_missing_does_not_stop_the_form_and_is_shown(world: World) -> None:
    bind = '<bind nodeset="/data/page_A_1/post" type="string"'
    asks = form_zz().xform.replace(bind, f'{bind} required="true()"').replace(form_zz().version, "asks")
    assert asks.count('required="true()"') == 1
    newer = replace(form_zz(), version="asks", xform=asks, hash="md5:asks")
    services.version_publish(pack="zz", kind="screening", compiled=newer)
    row = arrive(world, filled(form=newer, without=["post"]))
    assert (row.state, row.reasons, row.case is not None) == ("needs_a_look", ["answer_missing"], True)
    assert arrive(world, filled(form=newer)).state == "understood"


def test_another_result_than_the_rules_find_is_shown_on_the_form_on_the_case_and_in_the_queue(
    world: World,
) -> None:
    row = arrive(world, filled(claims={"priority": "normal"}))
    words = "The phone came to another result than the rules here."
    sela = client_of(world, "sela")
    assert words in sela.get(f"/forms/{row.id}/").content.decode()
    assert words in sela.get("/").content.decode()
    with acting_for(world.border.id):
        assert row.case is not None
        code = case_by_id(world.actor("sela"), row.case, for_="casework").code
    assert words in sela.get(f"/cases/{code}/").content.decode()
    sela.post(f"/forms/{row.id}/settle/", {"note": "An old form."})
    assert words in sela.get(f"/cases/{code}/").content.decode()
