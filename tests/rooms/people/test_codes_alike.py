"""Two people never get one code, however chance falls."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kimbilio.server.forms.services import submission_receive
from kimbilio.server.kernel.ids import new_code
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import services
from kimbilio.server.people.models import Person
from tests.jobs import run_jobs
from tests.replay.filled import filled
from tests.world import World


def _drawing(*codes: str) -> Callable[[], str]:
    drawn = iter(codes)
    return lambda: next(drawn)


def test_a_code_that_is_taken_is_drawn_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, free = new_code(), new_code()
    monkeypatch.setattr(Person._meta.get_field("code"), "_get_default", lambda: taken)
    monkeypatch.setattr(services, "new_code", _drawing(taken, free))
    for _ in range(2):
        with acting_for(world.border.id):
            submission_receive(device=world.device, xml=filled(referrals=()))
        run_jobs()
    with acting_for(world.border.id):
        assert sorted(Person.objects.values_list("code", flat=True)) == sorted([taken, free])
