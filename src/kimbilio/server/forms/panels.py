"""What this room puts on other pages: the forms of a case, and the queue of those that need a look."""

from __future__ import annotations

import uuid

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.people.selectors import Case, cases_visible
from kimbilio.server.ui.panels import ROWS_SHOWN, QueueRow

from .reasons import REASONS
from .selectors import Look, needs_a_look, refusal_visible, submissions_of_case


def forms_panel(actor: Actor, case: Case) -> SafeString | None:
    """The forms that speak of a case, newest first."""
    rows = [
        {"form": row, "reasons": [REASONS[code] for code in row.reasons]}
        for row in submissions_of_case(actor, case.id)
    ]
    return render_to_string("forms/panel.html", {"rows": rows}) if rows else None


def look_rows(actor: Actor) -> list[QueueRow]:
    """The forms that this actor should look at."""
    looks = needs_a_look(actor, limit=ROWS_SHOWN + 1)
    known = cases_visible(actor, for_=Purpose.CASEWORK).filter(
        id__in={look.case for look in looks if look.case}
    )
    codes = {case.id: case.code for case in known}
    return [_row(look, codes) for look in looks]


def refusal_address(actor: Actor, refusal: uuid.UUID) -> str | None:
    """The page that compares a refused form with the one that came first, for an actor who may see both."""
    return reverse("forms:refused", args=[refusal]) if refusal_visible(actor, refusal) else None


def short_code(form: uuid.UUID) -> str:
    """What a form without a case is called on a screen."""
    return f"F-{form.hex[-6:].upper()}"


def _row(look: Look, codes: dict[uuid.UUID, str]) -> QueueRow:
    return QueueRow(
        code=codes[look.case] if look.case in codes else short_code(look.id),
        url=reverse("forms:refused" if look.is_refusal else "forms:form", args=[look.id]),
        text=REASONS[look.reasons[0]],
        note=look.form_name if len(look.reasons) == 1 else _("There are further reasons."),
        since=look.received_at,
    )
