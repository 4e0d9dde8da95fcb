"""What a phone is told while the database is away or has no room: later, and never that the program failed."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client

from kimbilio.server.forms.models import Submission
from kimbilio.server.kernel.rows import acting_for
from tests.no_room import GOES_AWAY, no_room
from tests.replay.client import multipart
from tests.replay.filled import filled
from tests.world import TOKEN, world_get


def post(xml: bytes) -> HttpResponse:
    content_type, body = multipart(xml)
    return Client().generic("POST", f"/openrosa/{TOKEN}/submission?deviceID=x", body, content_type)


def assert_told_later(response: HttpResponse) -> None:
    assert response.status_code == 503
    assert b"The form stays on the phone; send it again later." in response.content


def count() -> int:
    with acting_for(world_get().border.id):
        return Submission.objects.count()


def test_a_form_whose_job_finds_no_room_is_not_kept_and_its_phone_sends_it_again(committed: str) -> None:
    xml = filled()
    with no_room(committed):
        assert_told_later(post(xml))
    assert count() == 0
    assert post(xml).status_code == 201
    assert count() == 1


@pytest.mark.parametrize("table", ["procrastinate_jobs", "journal_act"])
def test_a_form_in_the_midst_of_which_the_database_goes_away_is_not_kept(committed: str, table: str) -> None:
    xml = filled()
    with no_room(committed, what=GOES_AWAY, table=table):
        assert_told_later(post(xml))
        assert_told_later(post(xml))
    assert post(xml).status_code == 201
    assert count() == 1
