"""Telling stewards that the last backup is too old; where that notice leads."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.urls import reverse

from kimbilio.server.identity.actor import Actor, actor_of_system
from kimbilio.server.identity.models import Member
from kimbilio.server.identity.selectors import organisations_all
from kimbilio.server.journal.selectors import acts_of_organisation
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices import selectors as notices
from kimbilio.server.notices.services import notice_send

ABOUT = "backup"
TOO_OLD = timedelta(hours=26)
"""A daily backup that ran late is still a daily one; `kimbilio doctor` counts alike."""


def backup_age_tell(*, now: datetime) -> None:
    """One notice a day to the stewards of each organisation whose last backup is too old, or that has none."""
    for organisation in organisations_all():
        with acting_for(organisation.id):
            made = acts_of_organisation(organisation.id).filter(act="backup.made").first()
            if made is not None and now - made.at <= TOO_OLD:
                continue
            notice_send(
                actor=actor_of_system(organisation.id),
                to=notices.in_role(organisation.id, Member.Role.STEWARD),
                about=(ABOUT, organisation.id),
                urgency="urgent",
                once=f"backup {now:%Y-%m-%d}",
                lasts=timedelta(days=1),
                now=now,
            )


def backup_address(actor: Actor, organisation: uuid.UUID) -> str | None:
    """The journal, which says when the last backup was made; for a steward of the organisation."""
    mine = actor.role == Member.Role.STEWARD and actor.organisation == organisation
    return reverse("access:journal") if mine else None
