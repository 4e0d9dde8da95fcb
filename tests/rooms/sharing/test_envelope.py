"""What leaves an organisation: sealed to the receiver, written by the sender, never changed."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from kimbilio.server.kernel.crypto import Unreadable
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.sharing.models import Envelope
from kimbilio.server.sharing.services import envelope_open, envelope_send
from tests.world import World

VALUES = {"values": {"language": "ar"}}


def posted(world: World) -> Envelope:
    with acting_for(world.border.id):
        return envelope_send(
            actor=world.actor("asha"), receiver=world.welfare, kind="referral", thread=new_id(), values=VALUES
        )


def test_nobody_writes_an_envelope_in_anothers_name(world: World) -> None:
    with (
        acting_for(world.welfare.id),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        envelope_send(
            actor=world.actor("asha"), receiver=world.welfare, kind="referral", thread=new_id(), values=VALUES
        )


def test_an_envelope_cannot_be_sent_to_oneself(world: World) -> None:
    with acting_for(world.border.id), pytest.raises(IntegrityError), transaction.atomic():
        envelope_send(
            actor=world.actor("asha"), receiver=world.border, kind="referral", thread=new_id(), values=VALUES
        )


@pytest.mark.parametrize("act", ["update", "delete"])
def test_an_envelope_is_never_changed_or_taken_away(world: World, act: str) -> None:
    envelope = posted(world)
    rows = Envelope.objects.filter(id=envelope.id)
    with (
        acting_for(world.border.id),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
    ):
        rows.update(kind="state") if act == "update" else rows._raw_delete("default")


def test_the_sender_cannot_open_what_it_sealed(world: World) -> None:
    envelope = posted(world)
    with acting_for(world.border.id), pytest.raises(NotVisible):
        envelope_open(actor=world.actor("asha"), envelope=envelope.id)


def test_an_envelope_moved_to_another_thread_does_not_open(world: World) -> None:
    envelope = posted(world)
    with acting_for(world.border.id):
        Envelope.objects.create(
            sender=world.border,
            receiver=world.welfare,
            kind="referral",
            thread=(thread := new_id()),
            closed=envelope.closed,
        )
    with acting_for(world.welfare.id):
        moved = Envelope.objects.get(thread=thread)
        with pytest.raises(Unreadable):
            envelope_open(actor=world.actor("chen"), envelope=moved.id)


def test_the_receiver_opens_exactly_what_was_sealed_and_the_row_holds_none_of_it_in_clear(
    world: World,
) -> None:
    envelope = posted(world)
    with acting_for(world.welfare.id):
        row, values = envelope_open(actor=world.actor("chen"), envelope=envelope.id)
    assert values == VALUES
    assert b"language" not in bytes(row.closed)
