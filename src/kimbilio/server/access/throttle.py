"""How often a member may search. Never asked where a record is opened by its code or from a list: an emergency at
one's own desk opens however much was searched before.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from kimbilio.rules.looking import SPAN, search_from
from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.selectors import searches_since


def search_again_at(actor: Actor) -> datetime | None:
    """When the member may search again; None when they may now."""
    if actor.member is None:
        return None
    now = timezone.now()
    return search_from(searches_since(actor.organisation, actor.member, now - SPAN), now)
