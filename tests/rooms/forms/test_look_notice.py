"""A form that needs a look reaches the supervisor, once an hour and desk."""

from __future__ import annotations

from django.test import Client

from kimbilio.server.forms.services import submission_receive, submission_set_aside
from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices.models import Notice, Receiver
from tests.replay.filled import filled
from tests.world import World


def test_the_supervisor_is_told_once_however_many_forms_need_a_look(world: World, settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]
    with acting_for(world.border.id):
        for _ in range(3):
            row = submission_receive(device=world.device, xml=filled()).submission
            submission_set_aside(
                actor=actor_of_system(world.border.id), submission=row.id, reasons=["unreadable"]
            )
        notice = Notice.objects.get(kind="form")
        assert [each.member.name for each in Receiver.objects.filter(notice=notice)] == ["Sela"]
    sela = Client()
    sela.force_login(world.member("sela").user)
    assert sela.get(f"/n/{notice.reference}").headers["Location"] == f"/forms/{notice.about}/"
