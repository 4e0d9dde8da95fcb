"""What of erasures waits on *Work*: those that another asked for, and records that were kept long enough."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member
from kimbilio.server.ui.panels import ROWS_SHOWN, QueueRow, register_queue

from .erasing import MAY_ERASE
from .models import Case, Erasure
from .retention import cases_kept_long_enough


def erasures_waiting(actor: Actor) -> list[QueueRow] | None:
    """Erasures that another member asked for and nobody has answered."""
    if actor.role not in MAY_ERASE:
        return None
    rows = Erasure.objects.filter(organisation_id=actor.organisation, answer=None).exclude(
        asked_by_id=actor.member
    )
    return [
        QueueRow(
            code=row.person.code,
            url=reverse("people:erase", args=[row.person.code]),
            text=_("Erase the record: %(reason)s") % {"reason": row.get_reason_display()},
            note=row.asked_by.name,
            since=row.asked_at,
        )
        for row in rows.select_related("person", "asked_by").order_by("id")[: ROWS_SHOWN + 1]
    ]


def erasures_due(actor: Actor) -> list[QueueRow] | None:
    """Records that the pack no longer keeps, for the steward."""
    if actor.role != Member.Role.STEWARD:
        return None
    rows: list[Case] = list(cases_kept_long_enough(actor)[: ROWS_SHOWN + 1])
    return [
        QueueRow(
            code=row.person.code,
            url=f"{reverse('people:erase', args=[row.person.code])}?reason={Erasure.Reason.RETENTION_ENDED}",
            text=_("Kept as long as the country's rules say"),
            since=row.opened_at,
        )
        for row in rows
    ]


def queues_register() -> None:
    """Put the queues of this room on *Work*."""
    register_queue(
        "erasures",
        _("Erasures to agree to"),
        80,
        erasures_waiting,
        explanation=_("Another member asked for them. Nothing is erased before a second person agrees."),
    )
    register_queue(
        "kept",
        _("Due for erasure"),
        90,
        erasures_due,
        explanation=_("These cases ended so long ago that the record should go. You decide."),
    )
