"""A phone that floods the desk with emergencies, and the other phones, which must not wait for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from kimbilio.packs import load
from kimbilio.rules import RuleError
from kimbilio.rules.tables import EMERGENCIES_AN_HOUR, read_emergencies_an_hour
from kimbilio.server.forms.models import Submission
from kimbilio.server.identity.services import device_enrol
from kimbilio.server.intake import floods
from kimbilio.server.intake.models import Emergency, Flood
from kimbilio.server.intake.selectors import floods_open
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.errors import NotAllowed, NotVisible
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices.models import Notice
from kimbilio.server.people.selectors import case_by_id
from kimbilio.server.referrals.models import Referral
from tests.jobs import run_jobs
from tests.replay.client import multipart
from tests.replay.filled import filled
from tests.rooms.people.test_pages import client_of
from tests.world import TOKEN, World

ALLOWED = load("zz").ruleset.emergencies_an_hour
YES = {
    "referral_for": "danger_now",
    "referral_agency": "ZZZ-CARE",
    "consent_refer": "yes",
    "handover": "waiting_here",
}


@pytest.fixture(autouse=True)
def without_second_factor(settings: Any) -> None:
    settings.KIMBILIO_DEMO = True


def send(count: int, token: str = TOKEN, answers: dict[str, Any] | None = None) -> None:
    """Emergencies through the door, each with the person's yes to being referred."""
    client = Client()
    for _ in range(count):
        xml = filled(answers or {"emergency": ["frightened"]}, referrals=[YES] if answers is None else [])
        content_type, body = multipart(xml)
        answer = client.generic("POST", f"/openrosa/{token}/submission?deviceID=x{token}", body, content_type)
        assert answer.status_code == 201


def sent(world: World) -> int:
    with acting_for(world.border.id):
        return Referral.objects.filter(side="sent").exclude(state="draft").count()


def counts(world: World) -> dict[str, int]:
    with acting_for(world.border.id):
        return {
            "understood": Submission.objects.filter(state="understood").count(),
            "emergencies": Emergency.objects.count(),
            "held": Emergency.objects.exclude(flood=None).count(),
            "floods": Flood.objects.count(),
        }


def flood_of(world: World) -> Flood:
    with acting_for(world.border.id):
        return Flood.objects.get()


def test_two_hundred_emergencies_of_one_phone_are_kept_and_wait_in_one_line_while_another_phone_is_heard_at_once(
    world: World,
) -> None:
    send(200)
    run_jobs(limit=2000)
    assert counts(world) == {"understood": 200, "emergencies": 200, "held": 200 - ALLOWED, "floods": 1}
    assert sent(world) == ALLOWED
    _device, token = device_enrol(member=world.member("ben"), desk=world.border_desk, name="Ben's phone")
    send(1, token)
    run_jobs(limit=2000)
    assert sent(world) == ALLOWED + 1
    assert counts(world)["held"] == 200 - ALLOWED
    with acting_for(world.border.id):
        ((flood, held),) = floods_open(world.actor("sela"))
        assert held == 200 - ALLOWED
        notice = Notice.objects.get(kind="flood")
        assert (notice.about, notice.urgency) == (flood.id, "emergency")
        assert [row.member_id for row in notice.receivers.all()] == [world.member("sela").id]


def test_only_who_answers_for_the_organisation_decides(world: World) -> None:
    send(ALLOWED + 1)
    run_jobs(limit=500)
    flood = flood_of(world)
    with acting_for(world.border.id):
        for name in ("asha", "ben", "dalia", "stefan", "ada"):
            assert floods_open(world.actor(name)) == []
            with pytest.raises((NotVisible, NotAllowed)):
                floods.flood_decide(actor=world.actor(name), flood=flood.id, decision="send_all")
    with acting_for(world.welfare.id), pytest.raises(NotVisible):
        floods.flood_decide(actor=world.actor("kito"), flood=flood.id, decision="send_all")
    for name in ("asha", "stefan", "kito"):
        assert client_of(world, name).get(f"/floods/{flood.id}/").status_code == 404, name
    assert client_of(world, "sela").post(f"/floods/{flood.id}/settle/", {"decision": "x"}).status_code == 404
    assert sent(world) == ALLOWED


def test_real_means_that_all_are_sent_once_and_that_the_phone_is_heard_again(world: World) -> None:
    send(ALLOWED + 5)
    run_jobs(limit=500)
    assert sent(world) == ALLOWED
    flood, sela = flood_of(world), client_of(world, "sela")
    assert f"/floods/{flood.id}/" in sela.get("/").content.decode()
    page = sela.get(f"/floods/{flood.id}/").content.decode()
    assert "5 emergencies came from this phone" in page
    assert "Invented" not in page.replace("<b>Invented.</b>", "").replace('aria-label="Invented"', "")
    for _ in range(2):
        assert sela.post(f"/floods/{flood.id}/settle/", {"decision": "send_all"}).status_code == 302
    run_jobs(limit=500)
    assert sent(world) == ALLOWED + 5
    assert f"/floods/{flood.id}/" not in sela.get("/").content.decode()
    with acting_for(world.border.id):
        act = Act.objects.get(act="flood.decided")
        assert (act.member, act.codes) == (world.member("sela").id, {"decision": "send_all", "found": 5})
        for emergency in Emergency.objects.exclude(flood=None):
            floods.emergency_release(actor=world.actor("sela"), emergency=emergency.id)
    assert sent(world) == ALLOWED + 5
    send(1)
    run_jobs(limit=500)
    assert sent(world) == ALLOWED + 6


def test_look_at_each_makes_drafts_and_sends_nothing(world: World) -> None:
    send(ALLOWED + 2)
    run_jobs(limit=500)
    flood = flood_of(world)
    client_of(world, "sela").post(f"/floods/{flood.id}/settle/", {"decision": "look_at_each"})
    run_jobs(limit=500)
    with acting_for(world.border.id):
        held = list(Emergency.objects.filter(flood=flood).values_list("case", flat=True))
        states = Referral.objects.filter(side="sent", case_id__in=held).values_list("state", flat=True)
        assert set(states) == {"draft"}
    assert sent(world) == ALLOWED
    send(1)
    run_jobs(limit=500)
    assert sent(world) == ALLOWED


def test_the_page_of_a_case_says_that_it_waits(world: World) -> None:
    send(ALLOWED + 1)
    run_jobs(limit=500)
    with acting_for(world.border.id):
        held = Emergency.objects.exclude(flood=None).get()
        code = case_by_id(world.actor("sela"), held.case, for_="casework").code
    assert (
        "Nothing has been sent for this emergency yet"
        in client_of(world, "asha").get(f"/cases/{code}/").content.decode()
    )


def test_what_is_no_emergency_is_neither_counted_nor_held(world: World) -> None:
    send(ALLOWED + 3, answers={"officer_note": "calm"})
    run_jobs(limit=500)
    assert counts(world) == {"understood": ALLOWED + 3, "emergencies": 0, "held": 0, "floods": 0}


def test_emergencies_spread_over_hours_are_no_flood(world: World) -> None:
    send(ALLOWED)
    run_jobs(limit=500)
    with acting_for(world.border.id):
        Emergency.objects.update(received_at=timezone.now() - timedelta(minutes=61))
    send(ALLOWED)
    run_jobs(limit=500)
    assert counts(world)["held"] == 0


def test_a_pack_says_from_how_many_on_and_without_a_word_the_default_holds() -> None:
    assert read_emergencies_an_hour({}) == EMERGENCIES_AN_HOUR
    assert read_emergencies_an_hour({"emergency_flood": {"from_one_phone_in_an_hour": 3}}) == 3


@pytest.mark.parametrize("number", [0, -1, "many", 2.5, True, None])
def test_a_number_that_is_none_is_refused(number: object) -> None:
    with pytest.raises(RuleError, match="whole number"):
        read_emergencies_an_hour({"emergency_flood": {"from_one_phone_in_an_hour": number}})
