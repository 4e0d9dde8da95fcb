"""Making a notice and following its reference: refusals first."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices import selectors, services
from kimbilio.server.notices.models import Delivery, Duty, Notice, Reach, Receiver
from kimbilio.server.notices.quiet import quiet_ends
from kimbilio.server.notices.references import new_reference, read_reference
from tests.rooms.notices import steps
from tests.world import World


def as_(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.member(name).user)
    return client


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]


def test_a_notice_never_goes_to_a_member_of_another_organisation(world: World) -> None:
    with acting_for(world.border.id), pytest.raises(ValueError, match="nobody else"):
        services.notice_send(
            actor=actor_of_system(world.border.id),
            to=world.member("chen"),
            about=("thing", uuid.uuid4()),
            once="a",
        )


def test_a_notice_of_an_unknown_kind_is_refused(world: World) -> None:
    with acting_for(world.border.id), pytest.raises(ValueError, match="No destination"):
        services.notice_send(
            actor=actor_of_system(world.border.id),
            to=world.member("asha"),
            about=("nothing known", uuid.uuid4()),
            once="a",
        )


def test_the_reference_leads_only_its_receiver_to_the_thing(world: World) -> None:
    address = f"/n/{steps.notice(world, 'chen').reference}"
    for name, status in (("dora", 404), ("kito", 404), ("asha", 404), ("chen", 302)):
        assert as_(world, name).get(address).status_code == status, name
    visitor = Client().get(address)
    assert visitor.headers["Location"].startswith("/accounts/login/")


def test_an_expired_reference_leads_nowhere(world: World) -> None:
    old = timezone.now() - timedelta(days=15)
    address = f"/n/{steps.notice(world, 'chen', now=old).reference}"
    assert as_(world, "chen").get(address).status_code == 404


def test_a_reference_typed_from_a_text_message_leads_there_too(world: World) -> None:
    made = steps.notice(world, "chen")
    typed = made.reference.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    client = as_(world, "chen")
    assert client.post("/n/", {"reference": typed}).headers["Location"] == f"/n/{made.reference}"
    assert "looks like" in client.post("/n/", {"reference": "K-1"}).content.decode()


def test_the_same_request_is_the_same_notice(world: World) -> None:
    steps.notice(world, "chen", once="rung 1")
    with acting_for(world.welfare.id):
        again = services.notice_send(
            actor=actor_of_system(world.welfare.id),
            to=world.member("chen"),
            about=("thing", uuid.uuid4()),
            once="rung 1",
        )
        assert again is None
        assert Notice.objects.count() == 1
        assert Act.objects.filter(act="notice.sent").count() == 1


def test_references_say_nothing_and_are_read_as_a_hand_writes_them() -> None:
    made = {new_reference() for _ in range(500)}
    assert len(made) == 500
    assert all(read_reference(reference.lower()) == reference for reference in made)
    assert [read_reference(text) for text in ("", "K-7Q4M-2XPB-5", "N-7Q4M-2XP", "N-UUUU-UUUU")] == [None] * 4


def test_a_desk_is_reached_by_who_took_the_duty_else_by_its_focal_point_else_by_all(world: World) -> None:
    desk, kito, chen = world.welfare_desk, world.member("kito"), world.member("chen")
    with acting_for(world.welfare.id):
        assert {row.id for row in selectors.on_duty(desk)} == {chen.id, kito.id}
        desk.focal_point_1 = chen
        assert selectors.on_duty(desk) == [chen]
        now = timezone.now()
        Duty.objects.create(
            organisation=world.welfare, desk=desk, member=kito, until=now + timedelta(hours=2)
        )
        assert selectors.on_duty(desk, now=now) == [kito]
        assert selectors.on_duty(desk, now=now + timedelta(hours=3)) == [chen]


def test_a_normal_notice_spares_the_text_message_and_a_pressing_one_takes_every_way(world: World) -> None:
    steps.way(world, "chen", "email")
    steps.way(world, "chen", "sms", to="+260000000001")
    taken = {}
    for urgency in ("normal", "urgent", "emergency"):
        made = steps.notice(world, "chen", urgency)
        with acting_for(world.welfare.id):
            rows = Delivery.objects.filter(receiver__notice=made)
            taken[urgency] = set(rows.values_list("channel", flat=True))
    assert taken == {"normal": {"email"}, "urgent": {"email", "sms"}, "emergency": {"email", "sms"}}


@pytest.mark.parametrize(
    ("clock", "ends"),
    [
        ("21:59", None),
        ("22:00", "2026-03-02 06:00"),
        ("23:30", "2026-03-02 06:00"),
        ("05:59", "2026-03-01 06:00"),
    ],
)
def test_quiet_hours_pass_midnight(clock: str, ends: str | None) -> None:
    zone = ZoneInfo("Africa/Lusaka")
    local = datetime.combine(datetime(2026, 3, 1), time.fromisoformat(clock), tzinfo=zone)  # noqa: DTZ001
    found = quiet_ends(time(22), time(6), local)
    assert (found and f"{found:%Y-%m-%d %H:%M}") == ends


def test_only_an_emergency_rings_in_quiet_hours(world: World) -> None:
    steps.way(world, "chen")
    with acting_for(world.welfare.id):
        Reach.objects.create(
            organisation=world.welfare,
            member=world.member("chen"),
            language="en",
            quiet_from=time(0, 0),
            quiet_until=time(23, 59, 59),
        )
    noon = datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("Africa/Lusaka"))
    steps.notice(world, "chen", "urgent", now=noon)
    steps.notice(world, "chen", "emergency", now=noon)
    late, at_once = steps.jobs()
    assert late.scheduled_at == noon.replace(hour=23, minute=59, second=59)
    assert at_once.scheduled_at is None


def test_a_member_without_a_way_is_shown_and_the_notice_still_stands(world: World) -> None:
    made = steps.notice(world, "chen")
    with acting_for(world.welfare.id):
        assert list(selectors.without_a_way(world.welfare.id)) == [world.member("chen")]
        assert Receiver.objects.get(notice=made).member == world.member("chen")
    assert steps.jobs() == []
