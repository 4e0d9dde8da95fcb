"""How a member is reached: entered, confirmed, removed, by the member alone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices import selectors
from kimbilio.server.notices.models import Duty, Reach, Way
from tests.jobs import run_jobs
from tests.rooms.notices import steps
from tests.rooms.notices.loopback_http import Loopback
from tests.rooms.notices.loopback_mail import MailServer
from tests.world import World

PAGE = "/n/ways/"


@pytest.fixture(autouse=True)
def without_second_factor(settings: Any) -> None:
    settings.KIMBILIO_DEMO = True


@pytest.fixture
def chen(world: World) -> Client:
    client = Client()
    client.force_login(world.member("chen").user)
    return client


def post(client: Client, **given: Any) -> str:
    return client.post(PAGE, given, follow=True).content.decode()


def only_way(world: World) -> Way:
    with acting_for(world.welfare.id):
        return Way.objects.get()


def code_in(mail: MailServer) -> str:
    found = re.search(r"\b\d{6}\b", mail.accepted[-1][1].get_content())
    assert found
    return found[0]


def entered(world: World, chen: Client, mail: MailServer) -> tuple[Way, str]:
    post(chen, do="add", channel="email", address="chen@zuri.example")
    run_jobs()
    return only_way(world), code_in(mail)


def test_nobody_confirms_removes_or_sees_the_way_of_another(
    world: World, chen: Client, mail: MailServer
) -> None:
    row, code = entered(world, chen, mail)
    kito = Client()
    kito.force_login(world.member("kito").user)
    for do in ("confirm", "remove"):
        assert kito.post(PAGE, {"do": do, "way": row.id, "code": code}).status_code == 404
    assert "zuri.example" not in kito.get(PAGE).content.decode()
    assert only_way(world).confirmed_at is None


def test_after_five_wrong_codes_the_right_one_opens_nothing(
    world: World, chen: Client, mail: MailServer
) -> None:
    row, code = entered(world, chen, mail)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(5):
        assert "not the code" in post(chen, do="confirm", way=row.id, code=wrong)
    assert "has run out" in post(chen, do="confirm", way=row.id, code=code)
    assert only_way(world).confirmed_at is None


def test_a_code_runs_out_after_its_time(world: World, chen: Client, mail: MailServer) -> None:
    row, code = entered(world, chen, mail)
    with acting_for(world.welfare.id):
        Way.objects.update(code_until=timezone.now() - timedelta(seconds=1))
    assert "has run out" in post(chen, do="confirm", way=row.id, code=code)


def test_codes_are_not_sent_one_after_another(world: World, chen: Client, mail: MailServer) -> None:
    entered(world, chen, mail)
    again = post(chen, do="add", channel="email", address="Chen@zuri.example")
    assert "a moment ago" in again
    assert "Chen@zuri.example" in again  # what was typed stays
    assert len(mail.accepted) == 1


@pytest.mark.parametrize(
    ("channel", "address", "says"),
    [
        ("email", "chen", "whole e-mail address"),
        ("sms", "0970000001", "with its country"),
        ("sms", "+0970000001", "with its country"),
        ("email", "", "where a notice shall go"),
    ],
)
def test_what_is_not_an_address_is_refused_in_words(
    world: World, chen: Client, channel: str, address: str, says: str
) -> None:
    assert says in post(chen, do="add", channel=channel, address=address)
    with acting_for(world.welfare.id):
        assert not Way.objects.exists()


def test_an_address_is_confirmed_by_the_code_that_reached_it(
    world: World, chen: Client, mail: MailServer
) -> None:
    row, code = entered(world, chen, mail)
    with acting_for(world.welfare.id):
        assert not selectors.ways_of(world.member("chen").id, confirmed=True).exists()
    page = post(chen, do="confirm", way=row.id, code=f" {code[:3]} {code[3:]}")
    assert "c…@zuri.example" in page
    assert "chen@zuri.example" not in page
    with acting_for(world.welfare.id):
        assert selectors.ways_of(world.member("chen").id, confirmed=True).get() == row
        words = list(Act.objects.filter(subject=row.id).order_by("id").values_list("act", flat=True))
    assert words == ["way.entered", "way.confirmed"]


def test_a_number_is_confirmed_by_text_message(world: World, chen: Client, gateway: Loopback) -> None:
    post(chen, do="add", channel="sms", address="+260 970-000 001")
    run_jobs()
    (asked,) = gateway.asked
    assert asked.form["to"] == "+260970000001"
    code = re.search(r"\d{6}", asked.form["text"])
    assert code
    assert "+260 … 001" in post(chen, do="confirm", way=only_way(world).id, code=code[0])


def test_no_table_tells_an_address(world: World, chen: Client, mail: MailServer) -> None:
    _row, code = entered(world, chen, mail)
    with acting_for(world.welfare.id), connection.cursor() as cursor:
        for table in ("notices_way", "procrastinate_jobs", "journal_act"):
            cursor.execute(f"select * from {table}")  # noqa: S608  # names from this line
            told = repr(cursor.fetchall())
            assert "zuri.example" not in told
            assert code not in told


def test_a_removed_way_is_gone_with_its_key(
    world: World, chen: Client, mail: MailServer, django_capture_on_commit_callbacks: Any
) -> None:
    row, _code = entered(world, chen, mail)
    with django_capture_on_commit_callbacks(execute=True):
        assert "Removed" in post(chen, do="remove", way=row.id)
    from kimbilio.server.kernel.sealed import readable

    assert not readable(row)


def test_language_and_quiet_hours_are_kept_and_half_of_them_is_refused(world: World, chen: Client) -> None:
    assert "both ends" in post(chen, do="reach", language="ar", quiet_from="22:00", quiet_until="")
    post(chen, do="reach", language="ar", quiet_from="22:00", quiet_until="06:00")
    with acting_for(world.welfare.id):
        row = Reach.objects.get()
    assert (row.language, f"{row.quiet_from:%H:%M}", f"{row.quiet_until:%H:%M}") == ("ar", "22:00", "06:00")


def test_the_duty_of_a_desk_is_taken_only_by_who_serves_it(world: World, chen: Client) -> None:
    assert chen.post(PAGE, {"do": "duty", "desk": world.other_desk.id, "hours": 4}).status_code == 404
    assert "You have the duty until" in post(chen, do="duty", desk=world.welfare_desk.id, hours=4)
    with acting_for(world.welfare.id):
        assert selectors.on_duty(world.welfare_desk) == [world.member("chen")]
        assert Duty.objects.count() == 1
    assert "Take the duty" in post(chen, do="duty-end", desk=world.welfare_desk.id)


def test_the_steward_sees_who_was_not_reached_and_why(world: World) -> None:
    steps.way(world, "asha")
    steps.notice(world, "asha")
    steps.notice(world, "ben")
    steps.run(steps.jobs()[0])
    stefan = Client()
    stefan.force_login(world.member("stefan").user)
    work = stefan.get("/").content.decode()
    assert "1 member has no confirmed way" in work
    page = stefan.get("/n/lost/").content.decode()
    assert "not set up for this way" in page
    assert "Asha" in page
    assert "Ben" in page
    ben = Client()
    ben.force_login(world.member("ben").user)
    assert "Not reached" not in ben.get("/").content.decode()


def test_the_worker_of_the_browser_reaches_no_other_page(world: World) -> None:
    answer = Client().get("/n/worker.js")
    assert answer.headers["Content-Type"] == "text/javascript"
    assert "Service-Worker-Allowed" not in answer.headers
    assert b"fetch" not in answer.content
