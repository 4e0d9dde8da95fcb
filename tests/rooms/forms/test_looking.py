"""The needs-a-look queue and the reading of a filled form: who may, what they see, what is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kimbilio.server.forms import selectors, services
from kimbilio.server.forms.models import FormVersion, Submission
from kimbilio.server.forms.reasons import REASONS
from kimbilio.server.journal.models import Act
from kimbilio.server.journal.selectors import details_of
from kimbilio.server.kernel.errors import NotVisible, Refused
from kimbilio.server.kernel.rows import acting_for
from tests.jobs import run_jobs
from tests.replay.filled import filled, new_instance, photo_form, photos_publish
from tests.world import World


def arrive(world: World, xml: bytes, files: list[tuple[str, bytes]] | None = None) -> Submission:
    with acting_for(world.border.id):
        row = services.submission_receive(device=world.device, xml=xml, files=files or []).submission
    run_jobs()
    with acting_for(world.border.id):
        return Submission.objects.get(id=row.id)


@pytest.fixture
def aside(world: World) -> Submission:
    """A form set aside for an answer that nobody knows."""
    return arrive(world, filled().replace(b"<sex>woman</sex>", b"<sex>moon</sex>"))


@pytest.mark.parametrize("name", ["ben", "dalia", "stefan", "ada"])
def test_who_has_no_tie_to_a_form_neither_lists_nor_opens_nor_settles_it(
    world: World, aside: Submission, name: str
) -> None:
    actor = world.actor(name)
    with acting_for(world.border.id):
        assert selectors.needs_a_look(actor) == []
        assert selectors.received_count(actor) == 0
        for act in (
            lambda: selectors.submission_open(actor, aside.id),
            lambda: services.submission_settle(actor=actor, submission=aside.id, note="x"),
            lambda: services.submission_retry(actor=actor, submission=aside.id),
        ):
            with pytest.raises(NotVisible):
                act()
        assert not Act.objects.filter(act="form.shown").exists()


def test_another_organisation_finds_nothing(world: World, aside: Submission) -> None:
    with acting_for(world.welfare.id), pytest.raises(NotVisible):
        selectors.submission_open(world.actor("kito"), aside.id)


def test_a_form_is_settled_with_a_word_of_what_was_decided_and_only_once(
    world: World, aside: Submission
) -> None:
    sela = world.actor("sela")
    with acting_for(world.border.id):
        with pytest.raises(Refused):
            services.submission_settle(actor=sela, submission=aside.id, note="  ")
        services.submission_settle(actor=sela, submission=aside.id, note="Invented was met again.")
        assert selectors.needs_a_look(sela) == []
        act = Act.objects.get(act="submission.settled")
        assert details_of([act])[act.id] == {"note": "Invented was met again."}
        assert b"Invented" not in bytes(act.sealed)
        with pytest.raises(Refused):
            services.submission_settle(actor=sela, submission=aside.id, note="again")


def test_what_became_a_case_is_not_read_again(world: World) -> None:
    row = arrive(world, filled({"private_place": "no"}))
    with acting_for(world.border.id), pytest.raises(Refused):
        services.submission_retry(actor=world.actor("sela"), submission=row.id)


def test_the_queue_shows_what_was_set_aside_refused_or_waits_too_long_oldest_first(
    world: World, aside: Submission
) -> None:
    instance = new_instance()
    kept = arrive(world, filled(instance=instance))
    arrive(world, filled({"sex": "man"}, instance=instance))
    with acting_for(world.border.id):
        late = services.submission_receive(device=world.device, xml=filled()).submission
        Submission.objects.filter(id=late.id).update(received_at=timezone.now() - timedelta(hours=1))
        looks = selectors.needs_a_look(world.actor("asha"))
        assert [(look.submission, look.is_refusal, look.reasons) for look in looks] == [
            (aside.id, False, ("unknown_answer",)),
            (kept.id, True, ("refused",)),
            (late.id, False, ("waiting",)),
        ]
        assert all(str(REASONS[code]) for look in looks for code in look.reasons)
        services.refusal_settle(
            actor=world.actor("sela"), refusal=looks[1].id, note="The phone was set back."
        )
        assert len(selectors.needs_a_look(world.actor("sela"))) == 2


def test_a_filled_form_is_read_in_words_and_the_reading_is_an_act(world: World) -> None:
    row = arrive(world, filled())
    with acting_for(world.border.id):
        form = selectors.submission_open(world.actor("asha"), row.id)
        act = Act.objects.get(act="form.shown")
    shown = {line.question: line for line in form.answered}
    assert (shown["sex"].label, shown["sex"].answers) == ("Sex or gender, as you say", ("Woman or girl",))
    assert shown["work_conditions"].answers == ("Not paid", "My papers were kept")
    assert "needs_found" not in shown
    assert [line.question for line in form.answered][:3] == ["post", "group_size", "private_place"]
    label, (referral,) = form.repeats[0]
    assert label == "One referral for each pathway found"
    assert ("Care Office",) in [line.answers for line in referral]
    assert (act.subject, act.case, act.member) == (row.id, row.case, world.member("asha").id)


def test_the_name_is_shown_only_when_asked_for_and_that_is_an_act_of_its_own(world: World) -> None:
    row = arrive(world, filled())
    with acting_for(world.border.id):
        asha = world.actor("asha")
        closed = {line.question: line for line in selectors.submission_open(asha, row.id).answered}
        assert (closed["name_used"].hidden, closed["name_used"].answers) == (True, ())
        assert not Act.objects.filter(act="name.shown").exists()
        opened = selectors.submission_open(asha, row.id, with_name=True)
        assert ("Invented Example",) in [line.answers for line in opened.answered]
        assert Act.objects.filter(act="name.shown").count() == 1


def test_without_the_pack_every_text_is_kept_back_and_codes_are_shown(world: World) -> None:
    row = arrive(world, filled())
    FormVersion.objects.update(pack="atlantis")
    with acting_for(world.border.id):
        lines = {
            line.question: line for line in selectors.submission_open(world.actor("asha"), row.id).answered
        }
    assert lines["name_used"].hidden
    assert lines["sex"].answers == ("woman",)


def test_a_form_that_cannot_be_read_is_shown_as_it_was_sent(world: World) -> None:
    row = arrive(world, filled().replace(b"<sex>woman</sex>", b"<sex>woman</sex><g><sex>man</sex></g>"))
    with acting_for(world.border.id):
        form = selectors.submission_open(world.actor("sela"), row.id)
    assert form.answered == ()
    assert "<sex>woman</sex>" in form.verbatim


def test_files_that_came_and_files_that_are_missing_are_named(world: World) -> None:
    photos_publish()
    row = arrive(world, photo_form("here.jpg", "missing.jpg"), [("here.jpg", b"photo")])
    with acting_for(world.border.id):
        sela = world.actor("sela")
        form = selectors.submission_open(sela, row.id)
        assert [file.name for file in form.files] == ["here.jpg"]
        assert form.missing == ("missing.jpg",)
        assert selectors.attachment_open(sela, form.files[0].id) == ("here.jpg", b"photo")
        with pytest.raises(NotVisible):
            selectors.attachment_open(world.actor("ben"), form.files[0].id)


def test_the_forms_of_a_case_are_found_by_whoever_may_see_the_case(world: World) -> None:
    row = arrive(world, filled())
    with acting_for(world.border.id):
        assert row.case is not None
        assert [found.id for found in selectors.submissions_of_case(world.actor("sela"), row.case)] == [
            row.id
        ]
        with pytest.raises(NotVisible):
            selectors.submissions_of_case(world.actor("ben"), row.case)
