"""Two workers at the same delivery at the same moment, with real commits."""

from __future__ import annotations

import threading
from typing import Any

from django.db import connections
from django.utils import timezone

from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices import services
from kimbilio.server.notices.models import Attempt, Delivery
from tests.rooms.notices import steps
from tests.rooms.notices.loopback_mail import MailServer
from tests.world import world_get


def test_twenty_deliveries_each_run_by_two_workers_at_once_send_twenty_messages(
    committed: str, mail: MailServer
) -> None:
    world = world_get()
    steps.way(world, "chen")
    for _ in range(20):
        steps.notice(world, "chen", "emergency")
    with acting_for(world.welfare.id):
        deliveries = list(Delivery.objects.values_list("id", flat=True))
    faults: list[BaseException] = []

    def worker(gate: threading.Barrier) -> None:
        try:
            for delivery in deliveries:
                gate.wait(10)
                services.delivery_attempt(
                    organisation=world.welfare.id, delivery=delivery, attempt=1, now=timezone.now()
                )
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    gate = threading.Barrier(2)
    twins = [threading.Thread(target=worker, args=(gate,)) for _ in range(2)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join(60)
    assert faults == []
    assert len(mail.accepted) == 20
    with acting_for(world.welfare.id):
        ended: Any = Attempt.objects.filter(step="sent").values_list("delivery", flat=True)
        assert sorted(ended) == sorted(deliveries)
