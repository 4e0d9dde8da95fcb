"""E-mail through a real mail server on the loopback; doubled, refused, postponed and cut-off attempts."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices import delivering, services
from kimbilio.server.notices.models import Attempt, Delivery
from tests.rooms.notices import steps
from tests.rooms.notices.loopback_mail import MailServer
from tests.world import World


def test_a_doubled_job_sends_once(world: World, mail: MailServer) -> None:
    steps.way(world, "chen")
    made = steps.notice(world, "chen")
    (job,) = steps.jobs()
    steps.run(job)
    steps.run(job)
    assert len(mail.accepted) == 1
    assert steps.attempts(made) == [(1, "began", ""), (1, "sent", "accepted")]


def test_the_message_is_the_same_for_everything_and_loads_nothing(world: World, mail: MailServer) -> None:
    steps.way(world, "chen")
    made = steps.notice(world, "chen", "urgent")
    (job,) = steps.jobs()
    steps.run(job)
    ((receivers, message),) = mail.accepted
    assert receivers == ["chen@zuri.example"]
    assert message["Subject"] == "Something urgent waits for you. Sign in today."
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n").split("\n\n") == [
        "Something urgent waits for you. Sign in today.",
        f"https://kimbilio.example/n/{made.reference}",
        f"{made.reference}\n",
    ]
    assert str(made.about) not in message.as_string()
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_job_carries_ids_and_a_number(world: World) -> None:
    way = steps.way(world, "chen")
    steps.notice(world, "chen")
    (job,) = steps.jobs()
    with acting_for(world.welfare.id):
        delivery = Delivery.objects.get(way=way)
    assert job.args == {
        "organisation": str(world.welfare.id),
        "delivery": str(delivery.id),
        "attempt": 1,
    }


def test_a_passing_refusal_is_tried_again_with_growing_pauses_until_it_is_given_up(
    world: World, mail: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    steps.way(world, "chen")
    made = steps.notice(world, "chen", "urgent")
    mail.answers = ["451 <chen@zuri.example> later"] * 6
    pauses = []
    for _ in range(6):
        job = steps.jobs()[-1]
        if job.scheduled_at:
            pauses.append(round((job.scheduled_at - timezone.now()).total_seconds() / 60))
        ProcrastinateJob.objects.filter(id=job.id)
        steps.run(job)
    assert pauses == [1, 5, 15, 60, 180]
    assert steps.attempts(made)[-1] == (6, "gave_up", "smtp_451")
    assert mail.accepted == []
    with acting_for(world.welfare.id):
        (act,) = Act.objects.filter(act="notice.given_up")
    assert act.codes == {"channel": "email", "code": "smtp_451"}
    assert "zuri.example" not in caplog.text


def test_a_lasting_refusal_is_given_up_at_once(world: World, mail: MailServer) -> None:
    steps.way(world, "chen")
    made = steps.notice(world, "chen")
    mail.answers = ["550 nobody here"]
    steps.run(steps.jobs()[0])
    assert steps.attempts(made) == [(1, "began", ""), (1, "gave_up", "smtp_550")]
    assert len(steps.jobs()) == 1


def test_nothing_goes_out_once_the_thing_no_longer_waits(world: World, mail: MailServer) -> None:
    steps.way(world, "chen")
    made = steps.notice(world, "chen")
    with acting_for(world.welfare.id):
        services.notices_settle(actor=world.actor("chen"), about=(made.kind, made.about))
    steps.run(steps.jobs()[0])
    assert mail.accepted == []
    assert steps.attempts(made) == [(1, "skipped", "settled")]


@pytest.mark.parametrize(
    ("urgency", "sent", "last"),
    [("urgent", 0, (1, "gave_up", "cut_off")), ("emergency", 1, (1, "sent", "accepted"))],
)
def test_after_a_cut_an_emergency_is_sent_again_and_anything_else_is_given_up_aloud(
    world: World, mail: MailServer, urgency: str, sent: int, last: tuple[int, str, str]
) -> None:
    steps.way(world, "chen")
    made = steps.notice(world, "chen", urgency)
    (job,) = steps.jobs()
    with acting_for(world.welfare.id):
        delivery = Delivery.objects.get()
        Attempt.objects.create(organisation=world.welfare, delivery=delivery, n=1, step="began")
    steps.run(job)  # too early to know: the twin may still be sending
    assert mail.accepted == []
    assert len(steps.jobs()) == 2
    delivering.delivery_attempt(
        organisation=world.welfare.id,
        delivery=delivery.id,
        attempt=1,
        now=timezone.now() + timedelta(seconds=91),
    )
    assert len(mail.accepted) == sent
    assert steps.attempts(made)[-1] == last


def test_without_a_mail_server_the_notice_is_given_up_and_says_why(world: World) -> None:
    steps.way(world, "chen")
    made = steps.notice(world, "chen")
    steps.run(steps.jobs()[0])
    assert steps.attempts(made)[-1] == (1, "gave_up", "not_set_up")
