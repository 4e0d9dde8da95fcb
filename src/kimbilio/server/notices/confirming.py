"""Sending the code that confirms an address or a number."""

from __future__ import annotations

import uuid

from django.conf import settings

from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.rows import acting_for

from .channels import mail, sms
from .models import Channel, Reach
from .reaching import way_code_make
from .wording import code_sentence, text_message


def way_code_send(*, organisation: uuid.UUID, way: uuid.UUID) -> None:
    """Make a code and send it. A failure is written down; the member asks for another code."""
    with acting_for(organisation):
        made = way_code_make(way=way)
        if made is None:
            return
        row, code = made
        reach = Reach.objects.filter(member=row.member_id).first()
        to = sealed.read(row)["to"]
    words = code_sentence(reach.language if reach else settings.LANGUAGE_CODE, code)
    if row.channel == Channel.SMS:
        outcome = sms.send(to, text=text_message(words), identifier=str(row.id))
    else:
        outcome = mail.send(to, subject=words, body=f"{words}\n")
    if not outcome.sent:
        with acting_for(organisation):
            act_record(
                actor=actor_of_system(organisation),
                act="notice.given_up",
                subject=row.id,
                codes={"channel": row.channel, "code": outcome.code},
            )
