"""Questions about envelopes. None of them opens one."""

from __future__ import annotations

import uuid

from kimbilio.server.identity.actor import Actor

from .models import Envelope


def envelopes_received(actor: Actor, *, thread: uuid.UUID) -> list[uuid.UUID]:
    """The envelopes of a thread that were sent to the actor's organisation, in the order in which they were
    made.
    """
    rows = Envelope.objects.filter(receiver_id=actor.organisation, thread=thread).order_by("id")
    return list(rows.values_list("id", flat=True))
