"""Two of the same at the same instant, with real commits: one draft, one send, one case."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import IntegrityError, connections

from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Case
from kimbilio.server.referrals import services
from kimbilio.server.referrals.models import Referral
from kimbilio.server.sharing.models import Envelope
from tests.rooms.referrals import story
from tests.world import world_get


def at_once(act: Callable[[], object]) -> list[object]:
    """What two threads got that did the same at once, each on a connection of its own."""
    gate = Barrier(2)

    def run(_: int) -> object:
        try:
            gate.wait(timeout=10)
            return act()
        except IntegrityError as fault:
            return fault
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(run, range(2)))


def test_two_presses_at_once_make_one_draft_and_one_envelope(committed: str) -> None:
    world = world_get()
    with acting_for(world.border.id):
        case = story.case_of(world, story.WORKER)
        story.consent(world, case, story.WORK)
    press = new_id()

    def refer() -> object:
        with acting_for(world.border.id):
            draft = story.drafted(world, case, story.WORK, transaction=press)
            return services.referral_send(actor=world.actor("asha"), referral=draft, transaction=press)

    assert len(set(at_once(refer))) == 1
    with acting_for(world.border.id):
        assert (Referral.objects.count(), Envelope.objects.count()) == (1, 1)


def test_two_workers_that_apply_one_referral_open_one_case(committed: str) -> None:
    world = world_get()
    with acting_for(world.border.id):
        story.sent(world, story.WORKER, story.WORK)
        envelope = Envelope.objects.get().id

    def apply() -> object:
        with acting_for(world.welfare.id):
            return services.envelope_apply(actor=actor_of_system(world.welfare.id), envelope=envelope)

    # The slower one may find the row taken; its job is tried again and then finds everything applied
    assert None in at_once(apply)
    assert apply() is None
    with acting_for(world.welfare.id):
        assert (Referral.objects.count(), Case.objects.count()) == (1, 1)
