"""Acts on the organisation itself: founding it, opening desks, admitting members, enrolling and revoking devices.

They are journalled by the pages that call them (room `access` stands above); see `organisation` pages in `config`.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from kimbilio.server.kernel import crypto, keystore
from kimbilio.server.kernel.custody import custody
from kimbilio.server.kernel.ids import new_id

from .models import Desk, Device, Knock, Member, Organisation, User


@transaction.atomic
def organisation_found(*, name: str, kind: str, country: str, pack: str, **details: Any) -> Organisation:
    """A new organisation with a master key of its own."""
    identifier: uuid.UUID = details.pop("id", None) or new_id()
    custody().create(identifier)
    keystore.master_register(identifier, custody().ring(identifier).master.id)
    return Organisation.objects.create(
        id=identifier,
        name=name,
        kind=kind,
        country=country,
        pack=pack,
        envelope_key=crypto.envelope_public_key(custody().ring(identifier).envelope_secrets()[0]),
        **details,
    )


def desk_open(*, organisation: Organisation, name: str, **details: Any) -> Desk:
    """A new duty desk."""
    return Desk.objects.create(organisation=organisation, name=name, **details)


@transaction.atomic
def member_admit(
    *, organisation: Organisation, user: User, role: str, name: str, desks: list[Desk] | None = None
) -> Member:
    """Admit a user to an organisation in a role."""
    member = Member.objects.create(organisation=organisation, user=user, role=role, name=name)
    member.desks.set(desks or [])
    return member


@transaction.atomic
def member_change(*, member: Member, name: str, role: str, desks: list[Desk]) -> None:
    """Give a member another name, role or desks."""
    Member.objects.filter(id=member.id).update(name=name, role=role)
    member.desks.set(desks)


@transaction.atomic
def member_end(*, member: Member) -> None:
    """From now on the member opens nothing, their phones neither, and stands behind no desk."""
    Member.objects.filter(id=member.id).update(active=False)
    for point in ("focal_point_1", "focal_point_2"):
        Desk.objects.filter(**{point: member}).update(**{point: None})


def desk_change(*, desk: Desk, **details: Any) -> None:
    """Write another name, phone, hours or service of a desk."""
    for name, value in details.items():
        setattr(desk, name, value)
    desk.save(update_fields=list(details))


FIRST_USE_WITHIN = timedelta(hours=24)
"""How long a new code waits for its phone. A day lets a steward in town prepare the code and a post scan it on
the next shift; what lies about longer is found by somebody else."""


def device_enrol(
    *,
    member: Member,
    desk: Desk,
    name: str,
    token: str = "",
    first_use_within: timedelta | None = FIRST_USE_WITHIN,
) -> tuple[Device, str]:
    """Enrol a phone. Returns it and its token, which is shown once and kept only as a hash.

    Unused within `first_use_within` the token dies; None keeps it for ever, as the demo needs.
    """
    token = token or secrets.token_urlsafe(32)
    device = Device.objects.create(
        organisation=member.organisation,
        member=member,
        desk=desk,
        name=name,
        token_hash=crypto.hash_token(token),
        first_use_by=timezone.now() + first_use_within if first_use_within else None,
    )
    return device, token


@transaction.atomic
def device_revoke(*, device: Device, by: uuid.UUID | None = None) -> None:
    """From now on the device's token opens nothing; `by` is the member who says so."""
    Device.objects.filter(id=device.id, revoked_at=None).update(revoked_at=timezone.now())
    Knock.objects.filter(device=device, settled_at=None).update(settled_at=timezone.now(), settled_by_id=by)


def desk_verify(*, desk: Desk) -> None:
    """Note that a desk's entry was checked today."""
    Desk.objects.filter(id=desk.id).update(verified_on=timezone.localdate())


def envelope_key_publish(*, organisation: uuid.UUID) -> bool:
    """Give out the public key of the organisation's newest master. Returns whether it was another before."""
    public = crypto.envelope_public_key(custody().ring(organisation).envelope_secrets()[0])
    return bool(
        Organisation.objects.filter(id=organisation).exclude(envelope_key=public).update(envelope_key=public)
    )


def desk_place_keep(*, desk: Desk, kept: bool) -> None:
    """From now on the place of the desk is confidential, or is not."""
    Desk.objects.filter(id=desk.id).update(location_confidential=kept)
