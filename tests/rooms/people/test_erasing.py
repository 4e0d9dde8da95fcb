"""Erasing a person: two people, keys gone for good, and nothing left that waits or runs."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from kimbilio.server.forms.models import Attachment, Refusal, Submission
from kimbilio.server.forms.selectors import needs_a_look
from kimbilio.server.forms.services import submission_receive
from kimbilio.server.journal.models import Act
from kimbilio.server.journal.selectors import details_of
from kimbilio.server.kernel import blobs, keystore, sealed, tombstones
from kimbilio.server.kernel.errors import KeyDestroyed, NotAllowed, NotVisible, Refused
from kimbilio.server.kernel.models import Key
from kimbilio.server.kernel.routers import STORE
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.erasing import erasure_ask, erasure_decline, person_erase
from kimbilio.server.people.models import Case, Consent, Erasure, ErasureAnswer, FindingCode, Person
from kimbilio.server.people.retention import cases_kept_long_enough
from kimbilio.server.people.services import case_stage_move
from kimbilio.server.referrals.models import Referral
from tests.jobs import run_jobs
from tests.replay.filled import filled, new_instance, photo_form, photos_publish
from tests.rooms.referrals.story import CONTROLLED, TRAFFICKED, arrived_at, case_of
from tests.world import World


def erased(world: World, person: uuid.UUID, reason: str = "person_wish") -> ErasureAnswer:
    with acting_for(world.border.id):
        asked = erasure_ask(actor=world.actor("sela"), person=person, reason=reason)
        return person_erase(actor=world.actor("stefan"), erasure=asked.id)


@pytest.mark.parametrize("name", ["asha", "dalia", "ada"])
def test_only_a_supervisor_or_a_steward_asks(world: World, name: str) -> None:
    with acting_for(world.border.id), pytest.raises(NotAllowed):
        erasure_ask(
            actor=world.actor(name), person=case_of(world, CONTROLLED).person_id, reason="person_wish"
        )


def test_another_organisation_s_person_cannot_be_asked_for(world: World) -> None:
    mine, _ = arrived_at(world, CONTROLLED, TRAFFICKED)
    coordinator = world.member("kito")
    coordinator.role = "supervisor"
    with acting_for(world.welfare.id), pytest.raises(NotVisible):
        erasure_ask(actor=world.actor("kito"), person=mine.case.person_id, reason="person_wish")


def test_who_asked_cannot_agree(world: World) -> None:
    with acting_for(world.border.id):
        person = case_of(world, CONTROLLED).person_id
        asked = erasure_ask(actor=world.actor("sela"), person=person, reason="person_wish")
        with pytest.raises(Refused, match="second person"):
            person_erase(actor=world.actor("sela"), erasure=asked.id)
        with pytest.raises(IntegrityError), transaction.atomic():
            ErasureAnswer.objects.create(
                organisation_id=world.border.id,
                erasure=asked,
                agreed=True,
                asked_by=world.member("sela"),
                answered_by=world.member("sela"),
            )


def test_a_reason_is_needed_and_asking_twice_is_asking_once(world: World) -> None:
    with acting_for(world.border.id):
        person = case_of(world, CONTROLLED).person_id
        with pytest.raises(Refused, match="reason"):
            erasure_ask(actor=world.actor("sela"), person=person, reason="")
        first = erasure_ask(actor=world.actor("sela"), person=person, reason="by_mistake")
        assert erasure_ask(actor=world.actor("stefan"), person=person, reason="person_wish") == first


def test_after_a_no_the_record_stays_and_it_may_be_asked_again(world: World) -> None:
    with acting_for(world.border.id):
        case = case_of(world, CONTROLLED)
        asked = erasure_ask(actor=world.actor("sela"), person=case.person_id, reason="by_mistake")
        erasure_decline(actor=world.actor("stefan"), erasure=asked.id)
        assert sealed.readable(case.person)
        with pytest.raises(Refused, match="answered meanwhile"):
            person_erase(actor=world.actor("stefan"), erasure=asked.id)
        again = erasure_ask(actor=world.actor("stefan"), person=case.person_id, reason="person_wish")
        assert again != asked


def test_everything_of_the_person_becomes_unreadable(world: World) -> None:
    photos_publish()
    with acting_for(world.border.id):
        instance = new_instance()
        submission_receive(device=world.device, xml=filled(instance=instance))
    run_jobs()
    with acting_for(world.border.id):
        original = Submission.objects.get()
        submission_receive(device=world.device, xml=filled({"sex": "man"}, instance=instance))
        correction = submission_receive(
            device=world.device, xml=filled({"sex": "man"}, corrects=instance)
        ).submission
        photo = submission_receive(
            device=world.device, xml=photo_form("a.jpg"), files=[("a.jpg", b"\xff\xd8")]
        )
        Submission.objects.filter(id=photo.submission.id).update(case=original.case)
        case = Case.objects.get()
        acts = list(Act.objects.filter(case=case.id).exclude(sealed=None))
        assert details_of(acts)
        rows = [
            case,
            case.person,
            *Consent.objects.all(),
            *Submission.objects.all(),
            *Refusal.objects.all(),
            *Attachment.objects.all(),
            *Referral.objects.filter(side="sent"),
        ]
        assert len(rows) >= 9
        attachment = Attachment.objects.get()
        key = sealed.key_of(attachment)
        assert blobs.blob_read(key, attachment.id) == b"\xff\xd8"

    assert erased(world, case.person_id).agreed

    with acting_for(world.border.id):
        assert sealed.read_many(rows) == {}
        assert details_of(acts) == {}
        assert not FindingCode.objects.filter(case=case.id).exists()
        with pytest.raises(KeyDestroyed):
            keystore.key_get(key.id)
        assert key.id in tombstones.read()
    ran = run_jobs()
    assert "intake.erased_settle" in ran
    assert "intake.understand" in ran  # the correction's job was waiting: it finds nothing to read
    with acting_for(world.border.id):
        assert Submission.objects.get(id=correction.id).state == "settled"
        assert needs_a_look(world.actor("sela")) == []


def test_a_correction_of_a_correction_that_waited_is_erased_with_the_person(world: World) -> None:
    instance, second, third = new_instance(), new_instance(), new_instance()
    with acting_for(world.border.id):
        submission_receive(device=world.device, xml=filled(instance=instance))
    run_jobs()
    with acting_for(world.border.id):
        for number, before in ((second, instance), (third, second)):
            submission_receive(device=world.device, xml=filled(instance=number, corrects=before))
        erased(world, Case.objects.get().person_id)
    run_jobs()
    with acting_for(world.border.id):
        assert Case.objects.count() == 1, "The erased person came back as a case of their own."
        (last,) = Submission.objects.filter(instance=third)
        assert (last.state, sealed.readable(last)) == ("settled", False)


def test_what_was_sent_stays_with_the_receiver_and_their_answer_does_no_harm(world: World) -> None:
    mine, theirs = arrived_at(world, CONTROLLED, TRAFFICKED)
    erased(world, mine.case.person_id)
    run_jobs()
    with acting_for(world.border.id):
        row = Referral.objects.get(id=mine.id)
        assert (row.state, row.due_at, row.escalate_at) == ("closed", None, None)
        assert Case.objects.get(id=mine.case_id).stage == "closed"
    with acting_for(world.welfare.id):
        from kimbilio.server.referrals.services import referral_acknowledge

        assert sealed.readable(Person.objects.get(id=theirs.case.person_id))
        referral_acknowledge(actor=world.actor("chen"), referral=theirs)
    assert run_jobs() == ["referrals.envelope_apply"]
    with acting_for(world.border.id):
        assert Referral.objects.get(id=mine.id).state == "closed"


def test_an_erasure_that_was_cut_off_before_its_answer_is_completed(world: World) -> None:
    with acting_for(world.border.id):
        person = case_of(world, CONTROLLED).person
        asked = erasure_ask(actor=world.actor("sela"), person=person.id, reason="person_wish")
        keystore.ring_destroy(person.ring)
        answer = person_erase(actor=world.actor("stefan"), erasure=asked.id)
        assert Erasure.objects.get(answer=answer) == asked
        with pytest.raises(Refused, match="erased already"):
            erasure_ask(actor=world.actor("sela"), person=person.id, reason="person_wish")


def test_a_key_store_from_before_the_erasure_is_erased_again_from_the_list_outside_it(world: World) -> None:
    with acting_for(world.border.id):
        person = case_of(world, CONTROLLED).person
    before = list(Key.objects.using(STORE).filter(ring=person.ring))
    erased(world, person.id)
    from kimbilio.server.kernel.models import Tombstone

    Tombstone.objects.using(STORE).all().delete()
    Key.objects.using(STORE).bulk_create(before)
    assert sealed.readable(person)
    assert keystore.tombstones_replay() == len(before)
    assert not sealed.readable(person)


def test_the_pages_of_an_erased_person_say_so(world: World, settings: object) -> None:
    mine, _ = arrived_at(world, CONTROLLED, TRAFFICKED)
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # without a second factor
    sela, stefan = Client(), Client()
    sela.force_login(world.member("sela").user)
    stefan.force_login(world.member("stefan").user)
    page = f"/cases/{mine.case.code}/erase/"
    assert "Welfare Office of Zuri" in sela.get(page).content.decode()
    assert sela.post(page, {"reason": "person_wish"}).status_code == 302
    work = stefan.get("/").content.decode()
    assert "Erasures to agree to" in work
    assert mine.case.code in work
    shown = stefan.get(page).content.decode()
    assert "Invented Example" not in shown
    assert "Agree, and erase for good" in shown
    assert "Agree, and erase for good" not in sela.get(page).content.decode()
    stefan.post(page, {"do": "agree"})
    assert sela.get(f"/cases/{mine.case.code}/").status_code == 410
    assert sela.get(f"/referrals/{mine.id}/").status_code == 410
    assert "erased" in stefan.get(page).content.decode()


def test_officers_find_no_queue_of_erasures(world: World, settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # likewise
    asha = Client()
    asha.force_login(world.member("asha").user)
    assert "Erasures to agree to" not in asha.get("/").content.decode()


def test_a_case_is_proposed_when_it_ended_before_the_pack_s_period(world: World) -> None:
    with acting_for(world.border.id):
        old, fresh, running = (case_of(world, CONTROLLED) for _ in range(3))
        long_ago = timezone.now() - timedelta(days=800)
        Case.objects.exclude(id=fresh.id).update(opened_at=long_ago, stage="closed")
        Case.objects.filter(id=running.id).update(stage="in_care")
        assert [case.id for case in cases_kept_long_enough(world.actor("stefan"))] == [old.id]
        case_stage_move(actor=world.actor("sela"), case=old, stage="closed")
        assert not cases_kept_long_enough(world.actor("stefan")).exists()
