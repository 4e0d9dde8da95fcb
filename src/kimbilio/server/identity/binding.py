"""A token and its phone: the first phone that uses it holds it, another must wait for a steward, and one phone may
not take the whole door.

A deviceID is the client's word and proves nothing. It is enough against the danger meant here: somebody who has
photographed the code of a phone does not know what that phone calls itself. It is kept as a hash. Not journalled
here; the door and the pages of the organisation do that.
"""

from __future__ import annotations

import hmac
import math
import uuid
from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from kimbilio.server.kernel import crypto
from kimbilio.server.kernel.ids import new_id

from .models import Device, Knock
from .services import FIRST_USE_WITHIN

_ENTER = """
with drained as (
    select phone.id, greatest(0, phone.owed - %(rate)s * extract(epoch from clock_timestamp()
        - coalesce(phone.seen_at, clock_timestamp()))) as owed
    from identity_device as phone join identity_member as member on member.id = phone.member_id
    where phone.token_hash = %(token)s and phone.revoked_at is null and member.active
    for no key update of phone)
update identity_device as device
set seen_at = clock_timestamp(),
    owed = case when drained.owed + 1 > %(burst)s then drained.owed else drained.owed + 1 end
from drained where device.id = drained.id
returning drained.owed, {columns}{lightly}
"""
# A crash may forget the last second of contacts. The form has a transaction of its own, which is never light.
_LIGHTLY = ", set_config('synchronous_commit', 'off', true)"
_FIELDS = [field.attname for field in Device._meta.concrete_fields]  # each is called as its column


class Standing(StrEnum):
    """How a phone stands to the token it shows."""

    HOLDS = "holds"
    BOUND_NOW = "bound_now"
    TOO_LATE = "too_late"
    ANOTHER = "another"


def device_stand(*, device: Device, client: str) -> Standing:
    """Whether the phone that calls itself `client` may use the device's token; the first that says a name binds it.

    A phone that says no name may use a token that nobody holds, and none that somebody holds. The one code of the demo
    serves its own samples and whatever phone a visitor tries, so nobody holds it.
    """
    if settings.KIMBILIO_DEMO and device.first_use_by is None:
        return Standing.HOLDS
    bound_to = device.bound_to
    if bound_to is None:
        if device.first_use_by is not None and device.first_use_by < timezone.now():
            return Standing.TOO_LATE
        if not client:
            return Standing.HOLDS
        free = Device.objects.filter(id=device.id, bound_to=None, revoked_at=None)
        if free.update(bound_to=crypto.hash_token(client), bound_at=timezone.now()):
            return Standing.BOUND_NOW
        bound_to = Device.objects.values_list("bound_to", flat=True).get(id=device.id) or b""
    same = hmac.compare_digest(bytes(bound_to), crypto.hash_token(client))
    return Standing.HOLDS if same and client else Standing.ANOTHER


def device_knocked(*, device: Device) -> Knock | None:
    """Another phone tried the token; None when one waits for the steward already."""
    knock = Knock(id=new_id(), device=device, at=timezone.now())
    Knock.objects.bulk_create([knock], ignore_conflicts=True)
    return Knock.objects.filter(id=knock.id).first()


@transaction.atomic
def device_release(*, device: Device, by: uuid.UUID) -> bool:
    """Let the next phone hold the token, within a day; False when nobody held it."""
    held = Device.objects.filter(id=device.id, revoked_at=None).exclude(bound_to=None)
    released = held.update(bound_to=None, bound_at=None, first_use_by=timezone.now() + FIRST_USE_WITHIN)
    Knock.objects.filter(device=device, settled_at=None).update(settled_at=timezone.now(), settled_by_id=by)
    return bool(released)


def device_enter(token: str) -> tuple[Device, timedelta | None] | None:
    """The live device that holds `token`, whose member is still active; noted as in contact now, and counted.

    With it comes how long it must wait, or None when it may go on. A phone may make `KIMBILIO_DEVICE_BURST` requests
    at once and earns `KIMBILIO_DEVICE_HOURLY` more an hour. All in one statement, in the database, so that it holds
    across processes; outside a transaction it does not wait for the disk.
    """
    burst, rate = settings.KIMBILIO_DEVICE_BURST, settings.KIMBILIO_DEVICE_HOURLY / 3600
    statement = _ENTER.format(
        columns=", ".join(f"device.{name}" for name in _FIELDS),
        lightly="" if connection.in_atomic_block else _LIGHTLY,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"token": crypto.hash_token(token), "burst": burst, "rate": rate})
        row = cursor.fetchone()
    if row is None:
        return None
    over = row[0] + 1 - burst
    device: Device = Device.from_db("default", _FIELDS, row[1 : 1 + len(_FIELDS)])
    return device, timedelta(seconds=math.ceil(over / rate)) if over > 0 else None
