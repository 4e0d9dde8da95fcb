"""One attempt to deliver one notice by one way.

A row is committed before anything is sent, so a doubled job finds it and sends nothing. A worker that dies between
that row and the next leaves it unknown whether the message left: an emergency is then sent again (at least once),
anything else is given up aloud (at most once).
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction as db
from django.urls import reverse
from django.utils.translation import get_language_info

from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import KeyDestroyed
from kimbilio.server.kernel.rows import acting_for

from .channels import mail, push, sms
from .channels.outcome import Outcome
from .models import Attempt, Channel, Delivery, Notice, Reach, Urgency
from .reaching import way_remove
from .sending import delivery_defer
from .wording import sentence, text_message

Step = Attempt.Step

PAUSES = {
    Urgency.EMERGENCY: tuple(timedelta(seconds=s) for s in (20, 60, 120, 300, 600, 1200)),
    Urgency.URGENT: tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180)),
    Urgency.NORMAL: tuple(timedelta(minutes=m) for m in (2, 15, 60, 240, 720)),
}
"""How long to wait after each failed attempt; after the last the delivery is given up."""

CUT_OFF = timedelta(seconds=90)
"""An attempt that began so long ago and has no end was cut off; sending itself takes at most 20 seconds."""


def delivery_attempt(*, organisation: uuid.UUID, delivery: uuid.UUID, attempt: int, now: datetime) -> None:
    """Do attempt number `attempt` of a delivery, unless it was done; on a passing failure put the next in the queue.

    Opens transactions of its own, because the row before sending must be committed before anything is sent.
    """
    with acting_for(organisation):
        row = _found(delivery)
        if row is None or not _begin(row, attempt, now):
            return
    outcome = _send(row)
    with acting_for(organisation):
        delivery_end(row, attempt, outcome, now)


def _found(delivery: uuid.UUID) -> Delivery | None:
    return (
        Delivery.objects.select_related("receiver__notice__settlement", "receiver__member", "way")
        .filter(id=delivery)
        .first()
    )


def _begin(row: Delivery, n: int, now: datetime) -> bool:
    """Whether to send now. Writes that the attempt began, or why it need not."""
    if row.attempts.filter(n=n).exclude(step=Step.BEGAN).exists():
        return False
    notice = row.receiver.notice
    if hasattr(notice, "settlement") or notice.expires_at <= now:
        delivery_note(row, n, Step.SKIPPED, "settled" if hasattr(notice, "settlement") else "expired")
        return False
    if delivery_note(row, n, Step.BEGAN, ""):
        return True
    began = row.attempts.get(n=n, step=Step.BEGAN)
    if now - began.at < CUT_OFF:
        delivery_defer(row, attempt=n, at=began.at + CUT_OFF)  # its twin may still be sending: look again
        return False
    if notice.urgency == Urgency.EMERGENCY:
        return True
    _give_up(row, n, "cut_off")
    return False


def _send(row: Delivery) -> Outcome:
    if row.way is None or row.way.confirmed_at is None:
        return Outcome(False, "way_removed")
    try:
        with acting_for(row.organisation_id):
            address = sealed.read(row.way)
            language = _language(row)
    except KeyDestroyed:
        return Outcome(False, "way_removed")
    notice = row.receiver.notice
    words = sentence(language, notice.urgency)
    match row.channel:
        case Channel.SMS:
            return sms.send(address["to"], text=text_message(words, notice.reference), identifier=str(row.id))
        case Channel.PUSH:
            payload = {
                "words": words,
                "reference": notice.reference,
                "address": reverse("notices:notice", args=[notice.reference]),
                "lang": language,
                "dir": "rtl" if get_language_info(language)["bidi"] else "ltr",
                "pressing": notice.urgency == Urgency.EMERGENCY,
            }
            return push.send(address, payload=payload, urgency=notice.urgency)
        case Channel.EMAIL:
            body = "\n\n".join(part for part in (words, link_to(notice), notice.reference) if part)
            return mail.send(address["to"], subject=words, body=body + "\n")
        case _:
            raise ValueError(f"There is no channel {row.channel!r}.")


def link_to(notice: Notice) -> str:
    """The address that leads to the thing after sign-in; empty when the server does not know its own name."""
    return f"{settings.KIMBILIO_ADDRESS}{reverse('notices:notice', args=[notice.reference])}"


def _language(row: Delivery) -> str:
    reach = Reach.objects.filter(member=row.receiver.member).first()
    return reach.language if reach else settings.LANGUAGE_CODE


@db.atomic
def delivery_end(row: Delivery, n: int, outcome: Outcome, now: datetime) -> None:
    """Write how an attempt ended: sent, tried again after a pause, or given up. A way that is gone is forgotten."""
    if outcome.gone and row.way is not None:
        way_remove(actor=actor_of_system(row.organisation_id), way=row.way.id)
    if outcome.sent:
        delivery_note(row, n, Step.SENT, outcome.code)
        return
    pauses = PAUSES[Urgency(row.receiver.notice.urgency)]
    if outcome.again and n <= len(pauses):
        if delivery_note(row, n, Step.FAILED, outcome.code):
            delivery_defer(row, attempt=n + 1, at=now + pauses[n - 1])
        return
    _give_up(row, n, outcome.code)


def _give_up(row: Delivery, n: int, code: str) -> None:
    if delivery_note(row, n, Step.GAVE_UP, code):
        act_record(
            actor=actor_of_system(row.organisation_id),
            act="notice.given_up",
            subject=row.id,
            codes={"channel": row.channel, "code": code},
        )


def delivery_note(row: Delivery, n: int, step: str, code: str) -> bool:
    """Write one step of an attempt. False when it was written before."""
    attempt = Attempt(organisation_id=row.organisation_id, delivery=row, n=n, step=step, code=code)
    Attempt.objects.bulk_create([attempt], ignore_conflicts=True)
    return Attempt.objects.filter(id=attempt.id).exists()
