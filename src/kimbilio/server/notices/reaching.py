"""How members are reached: entering, confirming and removing a way, hours and language, the duty of a desk."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction as db
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk
from kimbilio.server.journal.selectors import acts_of_organisation
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import crypto, keystore, sealed
from kimbilio.server.kernel.custody import custody
from kimbilio.server.kernel.errors import NotVisible, Refused
from kimbilio.server.kernel.ids import new_id

from .channels import push
from .models import Channel, Duty, Reach, Way

CODE_HOLDS = timedelta(minutes=15)
CODE_AGAIN = timedelta(minutes=1)
WRONG_CODES = 5
WAYS_AT_MOST = 6
ENTERED_A_DAY = 20
LONGEST_DUTY = timedelta(hours=24)
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""International phone numbers, ITU-T E.164: at most fifteen digits after the plus."""


@db.atomic
def way_enter(*, actor: Actor, channel: str, address: str) -> Way:
    """Enter an e-mail address or a number, or ask for a new code to one that is not confirmed yet.

    A job makes the code and sends it. Raises Refused.
    """
    if channel == Channel.SMS:
        address = re.sub(r"[\s().-]", "", address)
        if not E164.fullmatch(address):
            raise Refused(_("Enter the number with its country, as +260 and the rest."))
    if _entered_today(actor) >= ENTERED_A_DAY:
        raise Refused(_("Too many codes were asked for today. Try again tomorrow, or tell your steward."))
    row = _way(actor, channel, {"to": address}, address.casefold())
    if row.confirmed_at is not None:
        raise Refused(_("This is confirmed already."))
    if row.code_until is not None and row.code_until - CODE_HOLDS + CODE_AGAIN > timezone.now():
        raise Refused(_("A code was sent a moment ago. Wait a minute before you ask for another."))
    job = app.configure_task("notices.code_send", queue="notices")
    job.defer(organisation=str(row.organisation_id), way=str(row.id))
    act_record(actor=actor, act="way.entered", subject=row.id, codes={"channel": channel})
    return row


@db.atomic
def way_code_make(*, way: uuid.UUID) -> tuple[Way, str] | None:
    """A fresh code for a way, for the job that sends it. None when the way needs none any more."""
    row = Way.objects.select_for_update().filter(id=way, confirmed_at=None).first()
    if row is None:
        return None
    code = f"{secrets.randbelow(10**6):06}"
    row.code_hash, row.code_until, row.tries = _code_hash(row, code), timezone.now() + CODE_HOLDS, 0
    row.save(update_fields=["code_hash", "code_until", "tries"])
    return row, code


def way_confirm(*, actor: Actor, way: uuid.UUID, code: str) -> Way:
    """Confirm a way with the code that was sent to it. Raises NotVisible, Refused.

    A wrong code is counted in a transaction of its own, so that the refusal does not undo the count.
    """
    with db.atomic():
        row = Way.objects.select_for_update().filter(id=way, member=actor.member).first()
        if row is None:
            raise NotVisible
        if row.confirmed_at is not None:
            return row
        live = row.code_until is not None and row.code_until > timezone.now() and row.tries < WRONG_CODES
        typed = re.sub(r"\D", "", code)
        right = live and secrets.compare_digest(bytes(row.code_hash or b""), _code_hash(row, typed))
        if right:
            row.confirmed_at, row.code_hash, row.code_until = timezone.now(), None, None
        elif live:
            row.tries += 1
        row.save(update_fields=["confirmed_at", "code_hash", "code_until", "tries"])
        if right:
            act_record(actor=actor, act="way.confirmed", subject=row.id, codes={"channel": row.channel})
    if not live:
        raise Refused(_("This code has run out. Ask for a new one."))
    if not right:
        raise Refused(_("This is not the code that was sent. Look at the newest message."))
    return row


@db.atomic
def push_subscribe(*, actor: Actor, subscription: Mapping[str, Any]) -> Way:
    """Take a browser's subscription as it came from its push service. Raises Refused for an unknown service."""
    keys = subscription.get("keys")
    endpoint = str(subscription.get("endpoint") or "")
    if not isinstance(keys, dict) or not push.is_push_service(endpoint):
        raise Refused(_("This browser's notices come from a service that this server does not use."))
    document = {
        "endpoint": endpoint,
        "keys": {name: str(keys.get(name) or "") for name in ("p256dh", "auth")},
    }
    if not push.is_whole(document):
        raise Refused(_("The browser's answer was not whole. Try once more."))
    row = _way(actor, Channel.PUSH, document, endpoint)
    if row.confirmed_at is None:
        row.confirmed_at = timezone.now()
        row.save(update_fields=["confirmed_at"])
        act_record(actor=actor, act="way.confirmed", subject=row.id, codes={"channel": row.channel})
    return row


@db.atomic
def way_remove(*, actor: Actor, way: uuid.UUID) -> None:
    """Forget a way and destroy its key: no backup tells it any more. Raises NotVisible."""
    rows = Way.objects.filter(id=way)
    row = (rows if actor.is_system else rows.filter(member=actor.member)).first()
    if row is None:
        raise NotVisible
    act_record(actor=actor, act="way.removed", subject=row.id, codes={"channel": row.channel})
    ring = row.ring
    row.delete()
    db.on_commit(lambda: keystore.ring_destroy(ring) and None)


@db.atomic
def reach_set(
    *, actor: Actor, language: str, quiet_from: time | None = None, quiet_until: time | None = None
) -> Reach:
    """Choose the language and the hours in which only an emergency rings. Raises Refused."""
    if language not in dict(settings.LANGUAGES):
        raise Refused(_("Choose a language of the list."))
    if (quiet_from is None) != (quiet_until is None):
        raise Refused(_("Enter both ends of the quiet hours, or neither."))
    row, _made = Reach.objects.update_or_create(
        member_id=_member(actor),
        defaults={
            "organisation_id": actor.organisation,
            "language": language,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
        },
    )
    act_record(actor=actor, act="reach.set", subject=_member(actor), codes={"language": language})
    return row


@db.atomic
def duty_take(*, actor: Actor, desk: Desk, until: datetime) -> Duty:
    """Take the duty of a desk that one serves, for a day at most. Raises NotVisible, Refused."""
    now = timezone.now()
    if desk.id not in actor.desks:
        raise NotVisible
    if not now < until <= now + LONGEST_DUTY:
        raise Refused(_("A duty lasts a day at most. Choose a nearer time."))
    Duty.objects.filter(desk=desk, member=actor.member, until__gt=now).update(until=now)
    row = Duty.objects.create(
        organisation_id=actor.organisation, desk=desk, member_id=_member(actor), until=until
    )
    act_record(actor=actor, act="duty.taken", subject=row.id, codes={"desk": str(desk.id)})
    return row


@db.atomic
def duty_end(*, actor: Actor, desk: Desk) -> None:
    """Lay down the duty of a desk."""
    now = timezone.now()
    for row in Duty.objects.filter(desk=desk, member=actor.member, until__gt=now):
        row.until = now
        row.save(update_fields=["until"])
        act_record(actor=actor, act="duty.ended", subject=row.id, codes={"desk": str(desk.id)})


def _way(actor: Actor, channel: str, document: Mapping[str, Any], address: str) -> Way:
    """The row of this address, made when it is new. Raises Refused when there are too many."""
    mark = crypto.keyed_hash(_secret(actor.organisation), channel.encode(), address.encode())
    member = _member(actor)
    found = Way.objects.select_for_update().filter(member=member, fingerprint=mark).first()
    if found is not None:
        return found
    if Way.objects.filter(member=member).count() >= WAYS_AT_MOST:
        raise Refused(_("There are six ways to reach you already. Remove one first."))
    key, ring = keystore.key_create(actor.organisation)
    row = Way(
        id=new_id(),
        organisation_id=actor.organisation,
        member_id=member,
        channel=channel,
        ring=ring,
        fingerprint=mark,
    )
    sealed.write(row, key, document)
    row.save(force_insert=True)
    return row


def _member(actor: Actor) -> uuid.UUID:
    if actor.member is None:
        raise NotVisible
    return actor.member


def _entered_today(actor: Actor) -> int:
    since = timezone.now() - timedelta(days=1)
    acts = acts_of_organisation(actor.organisation)
    return acts.filter(act="way.entered", member=actor.member, at__gt=since).count()


def _code_hash(row: Way, code: str) -> bytes:
    return crypto.keyed_hash(_secret(row.organisation_id), b"code", row.id.bytes, code.encode())


def _secret(organisation: uuid.UUID) -> bytes:
    return custody().secret(organisation, "ways")
