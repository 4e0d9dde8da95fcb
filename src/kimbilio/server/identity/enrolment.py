"""One-time codes of our own app: made by a steward, exchanged once for a token.

A code has 16 symbols: six find it, ten are secret (50 bits). It lives a quarter of an hour, dies at the fifth wrong
guess, and an address may try only so often. Not journalled here; the door and the pages of the organisation do.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from kimbilio.server.kernel import crypto

from .codes import GUESSES, code_draw, code_read, code_written, place_of_code, tried_too_often
from .models import Device, EnrolmentCode

LIFE = timedelta(minutes=15)
"""Long enough to hand over a phone at a desk, too short to guess or to find."""


class Refusal(StrEnum):
    """Why a code was not exchanged. A wrong, a used and an ended code are one answer: a guesser learns nothing."""

    NOT_GOOD = "not_good"
    TOO_OFTEN = "too_often"


@dataclass(frozen=True)
class Exchanged:
    """The phone that the code was for, and its new token, which is shown once and kept only as a hash."""

    device: Device
    token: str


def enrolment_offer(*, device: Device) -> str:
    """A one-time code for a phone that was enrolled and that nobody holds yet, in groups of four symbols."""
    symbols = code_draw()
    EnrolmentCode.objects.create(
        device=device,
        place=place_of_code(symbols),
        code_hash=crypto.hash_token(symbols),
        ends_at=timezone.now() + LIFE,
    )
    return code_written(symbols)


def enrolment_exchange(*, code: str, client: str, address: str) -> Exchanged | Refusal:
    """Exchange a code for a token, once, and bind it to the phone that calls itself `client`.

    The token that was shown beside the code dies with the exchange. `address` is the network address that asks.
    The tries must be kept when the exchange fails, so this is no single transaction.
    """
    if tried_too_often(address):
        return Refusal.TOO_OFTEN
    symbols = code_read(code)
    offered = EnrolmentCode.objects.filter(place=place_of_code(symbols)).first()
    # The comparison runs whether or not the place is known, so its time says nothing about places.
    known = bytes(offered.code_hash) if offered else crypto.hash_token("")
    if not hmac.compare_digest(known, crypto.hash_token(symbols)) or offered is None:
        EnrolmentCode.objects.filter(place=place_of_code(symbols)).update(wrong=F("wrong") + 1)
        return Refusal.NOT_GOOD
    return _use(offered, client) or Refusal.NOT_GOOD


@transaction.atomic
def _use(offered: EnrolmentCode, client: str) -> Exchanged | None:
    now = timezone.now()
    good = EnrolmentCode.objects.filter(id=offered.id, used_at=None, ends_at__gt=now, wrong__lt=GUESSES)
    if not good.update(used_at=now):  # of two at once, one finds it used
        return None
    token = secrets.token_urlsafe(32)
    free = Device.objects.filter(id=offered.device_id, revoked_at=None, bound_to=None, member__active=True)
    if not free.update(
        token_hash=crypto.hash_token(token),
        bound_to=crypto.hash_token(client),
        bound_at=now,
        first_use_by=None,
    ):
        return None
    return Exchanged(Device.objects.select_related("member", "organisation").get(id=offered.device_id), token)
