"""What the steward sees on *Work*: notices that were given up, and members whom none can reach."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member
from kimbilio.server.ui.panels import ROWS_SHOWN, QueueRow

from . import selectors
from .wording import failure_words


def not_reached(actor: Actor) -> list[QueueRow] | None:
    """Given-up deliveries, newest first, and before them how many members have no way. For stewards alone."""
    if actor.role != Member.Role.STEWARD:
        return None
    address = reverse("notices:lost")
    rows = [
        QueueRow(
            code=attempt.delivery.receiver.notice.reference,
            url=address,
            text=failure_words(attempt.code),
            priority=attempt.delivery.receiver.notice.urgency,
            note=attempt.delivery.get_channel_display(),
            since=attempt.at,
        )
        for attempt in selectors.given_up(actor.organisation)[: ROWS_SHOWN + 1]
    ]
    without = selectors.without_a_way(actor.organisation).count()
    if without:
        text = ngettext(
            "%(n)s member has no confirmed way to be reached",
            "%(n)s members have no confirmed way to be reached",
            without,
        )
        rows.insert(
            0, QueueRow(code="", url=address, text=text % {"n": without}, note=_("Ask them to enter one."))
        )
    return rows
