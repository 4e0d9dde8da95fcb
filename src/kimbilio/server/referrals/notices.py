"""What the room has to tell members, and where its notices lead."""

from __future__ import annotations

import uuid

from django.urls import reverse

from kimbilio.server.identity.actor import Actor

from .selectors import referrals_visible


def referral_address(actor: Actor, referral: uuid.UUID) -> str | None:
    """The page of a referral, for an actor who may see it."""
    found = referrals_visible(actor).filter(id=referral).exists()
    return reverse("referrals:referral", args=[referral]) if found else None
