"""A form that is being understood while the database has no room for what follows from it."""

from __future__ import annotations

import pytest
from procrastinate.exceptions import ConnectorException

from kimbilio.server.forms import services
from kimbilio.server.forms.models import Submission
from kimbilio.server.intake import tasks
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Case
from tests.no_room import no_room
from tests.replay.filled import filled
from tests.world import world_get


def test_it_is_tried_again_and_not_set_before_a_person(committed: str) -> None:
    border = world_get().border.id
    with acting_for(border):
        row = services.submission_receive(device=world_get().device, xml=filled()).submission
    with no_room(committed), pytest.raises(ConnectorException):
        tasks.understand(str(border), str(row.id))
    with acting_for(border):
        assert Submission.objects.get().state == "received"
        assert Case.objects.count() == 0
    tasks.understand(str(border), str(row.id))
    with acting_for(border):
        assert Submission.objects.get().state == "understood"
        assert Case.objects.count() == 1
