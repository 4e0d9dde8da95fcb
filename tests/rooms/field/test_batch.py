"""Many forms in one request: each is taken or refused by itself, and one commit stores them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from kimbilio.server.field import batch
from kimbilio.server.forms.models import Refusal, Submission
from kimbilio.server.forms.services import submission_receive
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Case
from tests.jobs import run_jobs
from tests.replay.filled import filled, new_instance
from tests.world import TOKEN, World


def _send(client: Client, *forms: bytes) -> Any:
    answer = client.post(
        "/openrosa/submissions",
        json.dumps({"forms": [form.decode() for form in forms]}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    assert answer.status_code == 200, answer.content
    return [receipt["status"] for receipt in answer.json()["receipts"]]


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{", '{"forms": []}', '{"forms": "<data/>"}', '{"forms": [1]}', '{"forms": ["<a/>"], "x"'],
)
def test_what_holds_no_forms_is_refused_with_a_sentence(world: World, client: Client, body: str) -> None:
    answer = client.post(f"/openrosa/{TOKEN}/submissions", body, content_type="application/json")
    assert answer.status_code == 400
    assert b"Send JSON with at most 100 forms" in answer.content


def test_more_forms_than_a_request_may_hold_are_refused(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "MOST", 2)
    body = json.dumps({"forms": ["<data/>"] * 3})
    answer = client.post(f"/openrosa/{TOKEN}/submissions", body, content_type="application/json")
    assert answer.status_code == 400


def test_without_a_token_nothing_is_taken(world: World, client: Client) -> None:
    answer = client.post("/openrosa/submissions", "{}", content_type="application/json")
    assert answer.status_code == 401


def test_each_form_becomes_a_case_and_an_act_of_its_own(world: World, client: Client) -> None:
    assert _send(client, *(filled(referrals=()) for _ in range(5))) == [201] * 5
    run_jobs()
    with acting_for(world.border.id):
        assert Case.objects.count() == 5
        assert Act.objects.filter(act="submission.received").count() == 5
        assert {row.state for row in Submission.objects.all()} == {"understood"}


def test_a_form_that_cannot_be_taken_holds_up_no_other(world: World, client: Client) -> None:
    unknown = filled().replace(b'version="', b'version="0')
    assert _send(client, filled(), b"<half", unknown, filled(corrects=new_instance()), filled()) == [
        201,
        400,
        404,
        404,
        201,
    ]
    with acting_for(world.border.id):
        assert Submission.objects.count() == 2


def test_the_same_form_twice_in_a_batch_or_in_two_is_there_once(world: World, client: Client) -> None:
    form = filled()
    assert _send(client, form, form) == [201, 201]
    assert _send(client, form, filled()) == [201, 201]
    with acting_for(world.border.id):
        assert Submission.objects.count() == 2


def test_another_form_under_one_number_is_kept_apart_also_within_a_batch(
    world: World, client: Client
) -> None:
    instance = new_instance()
    first, other = filled(instance=instance), filled({"sex": "man"}, instance=instance)
    assert _send(client, first, other) == [201, 409]
    with acting_for(world.border.id):
        assert Submission.objects.count() == 1
        assert Refusal.objects.count() == 1


def test_a_correction_in_the_batch_of_what_it_corrects_is_taken(world: World, client: Client) -> None:
    instance = new_instance()
    assert _send(client, filled(instance=instance), filled({"sex": "man"}, corrects=instance)) == [201, 201]
    with acting_for(world.border.id):
        assert Submission.objects.filter(corrects__instance=instance).count() == 1


def test_what_came_alone_before_is_recognised_in_a_batch(world: World, client: Client) -> None:
    form = filled()
    with acting_for(world.border.id):
        submission_receive(device=world.device, xml=form)
    assert _send(client, form) == [201]
    with acting_for(world.border.id):
        assert Submission.objects.count() == 1
