"""What this room puts on *Work*: phones whose code another phone has tried."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member
from kimbilio.server.identity.selectors import knocks_open
from kimbilio.server.ui.panels import ROWS_SHOWN, QueueRow


def knock_rows(actor: Actor) -> list[QueueRow] | None:
    """For a steward alone: each phone whose code another phone has tried, oldest first."""
    if actor.role != Member.Role.STEWARD:
        return None
    return [
        QueueRow(
            code=knock.device.code,
            url=reverse("access:organisation") + "#devices",
            text=_("Another phone tried this phone's code"),
            note=knock.device.name,
            since=knock.at,
        )
        for knock in knocks_open(actor.organisation)[: ROWS_SHOWN + 1]
    ]
