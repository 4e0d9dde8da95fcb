"""What this room puts on other pages: floods of emergencies on *Work*, and on the pages of the cases that wait."""

from __future__ import annotations

import uuid

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from kimbilio.server.identity.actor import Actor
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.people.selectors import Case
from kimbilio.server.ui.panels import ROWS_SHOWN, QueueRow

from .floods import DECIDERS
from .selectors import due_of, flood_get, flood_of_case, floods_open


def flood_rows(actor: Actor) -> list[QueueRow] | None:
    """One line for each phone, however many emergencies wait behind it. For those who decide alone."""
    if actor.role not in DECIDERS:
        return None
    return [
        QueueRow(
            code=flood.device.code,
            url=reverse("intake:flood", args=[flood.id]),
            text=ngettext("%(n)s emergency waits", "%(n)s emergencies wait", held) % {"n": held},
            priority="emergency",
            note=flood.device.name,
            due=due_of(flood),
            started=flood.opened_at,
        )
        for flood, held in floods_open(actor, limit=ROWS_SHOWN + 1)
    ]


def held_panel(actor: Actor, case: Case) -> SafeString | None:
    """Says on the page of a case that its referrals wait, and for whom."""
    flood = flood_of_case(case.id)
    if flood is None:
        return None
    return render_to_string("intake/held.html", {"flood": flood, "decides": actor.role in DECIDERS})


def flood_address(actor: Actor, flood: uuid.UUID) -> str | None:
    """The page of a flood, for those who may decide it."""
    try:
        return reverse("intake:flood", args=[flood_get(actor, flood).id])
    except NotVisible:
        return None
