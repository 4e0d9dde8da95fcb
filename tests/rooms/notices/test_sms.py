"""Text messages through a gateway on the loopback that drops, delays, doubles and fails."""

from __future__ import annotations

import json
import logging
import time
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings as configured
from django.test import Client
from django.utils import timezone

from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices import services
from kimbilio.server.notices.channels import sms
from kimbilio.server.notices.models import Delivery
from kimbilio.server.notices.wording import code_sentence, fits_one_message, sentence, text_message
from tests.rooms.notices import steps
from tests.rooms.notices.loopback_http import Loopback
from tests.world import World

NUMBER = "+260970000001"
REFERENCE = "N-7Q4M-2XPB"


def urgent(world: World) -> Any:
    steps.way(world, "chen", "sms", to=NUMBER)
    return steps.notice(world, "chen", "urgent")


def report(status: str, delivery: object, secret: str = "") -> int:
    secret = quote(secret or configured.KIMBILIO_SMS_SECRET or "none")
    return int(Client().post(f"/n/report/{secret}/{status}", {"id": str(delivery)}).status_code)


def delivery_of(world: World) -> Delivery:
    with acting_for(world.welfare.id):
        return Delivery.objects.get(channel="sms")


def test_a_report_without_the_secret_changes_nothing(world: World, gateway: Loopback) -> None:
    made = urgent(world)
    steps.run(steps.jobs()[0])
    before = steps.attempts(made)
    assert report("delivered", delivery_of(world).id, "guessed") == 404
    assert report("delivered", "not an id") == 404
    assert report("eaten", delivery_of(world).id) == 404
    assert steps.attempts(made) == before


def test_without_a_secret_in_the_settings_no_report_is_taken(
    world: World, gateway: Loopback, settings: Any
) -> None:
    settings.KIMBILIO_SMS_SECRET = ""
    urgent(world)
    steps.run(steps.jobs()[0])
    assert Client().post("/n/report//delivered").status_code == 404
    assert report("delivered", delivery_of(world).id) == 404


def test_the_gateway_gets_the_sentence_the_reference_and_nothing_else(
    world: World, gateway: Loopback
) -> None:
    made = urgent(world)
    steps.run(steps.jobs()[0])
    (asked,) = gateway.asked
    assert asked.method == "POST"
    assert asked.form == {
        "id": str(delivery_of(world).id),
        "text": f"Something urgent waits for you. Sign in today. {made.reference}",
        "to": NUMBER,
        "from": "+260111",
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_values_are_written_as_their_place_asks(
    world: World, gateway: Loopback, settings: Any, method: str
) -> None:
    settings.KIMBILIO_SMS_METHOD = method
    settings.KIMBILIO_SMS_URL = f"{gateway.origin}/send?to={{{{to_no_plus}}}}&text={{{{text}}}}"
    settings.KIMBILIO_SMS_CONTENT_TYPE = "json"
    settings.KIMBILIO_SMS_BODY = '{"to": "{{to}}", "say": {{text}}}'
    assert sms.send(NUMBER, text='a "b" & ç', identifier="1").sent
    (asked,) = gateway.asked
    assert asked.query == {"to": "260970000001", "text": 'a "b" & ç'}
    if method == "POST":
        assert json.loads(asked.body) == {"to": NUMBER, "say": 'a "b" & ç'}
        assert asked.headers["content-type"] == "application/json"
    else:
        assert asked.body == b""


def test_a_doubled_job_and_a_doubled_report_count_once(world: World, gateway: Loopback) -> None:
    made = urgent(world)
    (job,) = steps.jobs()
    steps.run(job)
    steps.run(job)
    for _ in range(2):
        assert report("sent", delivery_of(world).id) == 200
        assert report("delivered", delivery_of(world).id) == 200
    assert len(gateway.asked) == 1
    assert steps.attempts(made) == [(1, "began", ""), (1, "sent", "accepted"), (1, "delivered", "")]


def test_a_gateway_that_drops_the_connection_is_tried_again(world: World, gateway: Loopback) -> None:
    gateway.answers = [0.0, 503]
    made = urgent(world)
    for _ in range(3):
        steps.run(steps.jobs()[-1])
    steps_taken = [entry for entry in steps.attempts(made) if entry[1] != "began"]
    assert steps_taken == [(1, "failed", "unreachable"), (2, "failed", "sms_503"), (3, "sent", "accepted")]


def test_a_gateway_that_delays_does_not_hold_the_worker(
    world: World, gateway: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms, "TIMEOUT", (0.2, 0.2))
    gateway.answers = [0.6]
    made = urgent(world)
    started = time.monotonic()
    steps.run(steps.jobs()[0])
    assert time.monotonic() - started < 0.5
    assert steps.attempts(made)[-1] == (1, "failed", "unreachable")


def test_a_refusal_or_another_answer_than_expected_is_not_taken_for_sent(
    world: World, gateway: Loopback, settings: Any
) -> None:
    settings.KIMBILIO_SMS_EXPECT = "queued"
    gateway.answers = ["no credit", 302, 400]
    codes = [(sms.send(NUMBER, text="x", identifier="1")) for _ in range(3)]
    assert [(each.sent, each.code, each.again) for each in codes] == [
        (False, "sms_unexpected_answer", True),
        (False, "sms_302", False),
        (False, "sms_400", False),
    ]
    assert not any("elsewhere" in asked.path for asked in gateway.asked)


def test_a_message_that_the_network_could_not_deliver_is_sent_again_later(
    world: World, gateway: Loopback
) -> None:
    made = urgent(world)
    steps.run(steps.jobs()[0])
    for _ in range(2):
        assert report("failed", delivery_of(world).id) == 200
    again = steps.jobs()[1:]
    assert [job.args["attempt"] for job in again] == [2]
    assert again[0].scheduled_at > timezone.now()
    assert steps.attempts(made)[-2:] == [(1, "undelivered", ""), (1, "failed", "not_delivered")]


def test_neither_the_number_nor_the_secret_reaches_a_log(
    world: World, gateway: Loopback, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.KIMBILIO_SMS_METHOD = "GET"
    settings.KIMBILIO_SMS_URL = f"{gateway.origin}/send?to={{{{to}}}}"
    gateway.answers = [0.0]
    urgent(world)
    steps.run(steps.jobs()[0])
    assert report("delivered", delivery_of(world).id, "guessed") == 404
    logger = configured.LOGGING["loggers"]["urllib3"]
    assert logger["level"] == "CRITICAL"
    ours = [record for record in caplog.records if not record.name.startswith("urllib3")]
    assert not any("260970000001" in record.getMessage() for record in ours)
    from kimbilio.server.config.logs import HideTokens

    for name in ("django.request", "django.security"):
        record = logging.LogRecord(name, 30, "", 0, "Not Found: /n/report/guessed/delivered", (), None)
        HideTokens().filter(record)
        assert "guessed" not in record.getMessage()


@pytest.mark.parametrize(
    ("words", "one"),
    [
        ("Something waits for you. Sign in.", True),
        ("à" * 148, True),
        ("ê" * 58, True),  # outside the basic alphabet: 70 characters with the reference
        ("ê" * 59, False),
        ("شيء ينتظرك. سجّل الدخول.", True),
        ("አንድ ነገር ይጠብቅዎታል። ይግቡ።", True),
        ("a" * 149, False),
    ],
)
def test_a_text_message_is_never_longer_than_one(words: str, one: bool) -> None:
    text = text_message(words, REFERENCE)
    assert fits_one_message(text)
    assert text == (f"{words} {REFERENCE}" if one else REFERENCE)


def test_the_sentences_of_every_language_fit_one_message() -> None:
    for language, _name in configured.LANGUAGES:
        for urgency in ("emergency", "urgent", "normal"):
            assert sentence(language, urgency) in text_message(sentence(language, urgency), REFERENCE), (
                language
            )
        assert "123456" in text_message(code_sentence(language, "123456")), language


def test_a_removed_number_is_sent_nothing(world: World, gateway: Loopback) -> None:
    row = steps.way(world, "chen", "sms", to=NUMBER)
    made = steps.notice(world, "chen", "urgent")
    with acting_for(world.welfare.id):
        services.way_remove(actor=world.actor("chen"), way=row.id)
    steps.run(steps.jobs()[0])
    assert gateway.asked == []
    assert steps.attempts(made)[-1] == (1, "gave_up", "way_removed")
