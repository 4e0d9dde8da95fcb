"""What else there is to see after the first minute: one link each, taken as the colleague whose work it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from kimbilio.server.identity.models import Member

from .personas import member_as
from .progress import Progress


@dataclass(frozen=True)
class Look:
    """One thing to see, at `url`, by the member `by`. Without a `url` it waits for an earlier step."""

    title: str
    text: str
    by: Member
    url: str


def further(progress: Progress) -> list[Look]:
    """All of it, in the order in which a newcomer would wish to see it."""
    officer, code, sent = progress.officer, progress.case_code, progress.sent
    return [
        Look(
            _("Practise on an invented person"),
            _(
                "Ask, look, and see afterwards what a good officer would have noticed. It never becomes a case."
            ),
            officer,
            reverse("practice:people"),
        ),
        Look(
            _("Read the law"),
            _(
                "What protects the person, article by article, whom it binds, and whether this State has joined."
            ),
            officer,
            reverse("country:law"),
        ),
        Look(
            _("Print a blank form"),
            _("For a post without a phone. Its number brings the sheet back to its record."),
            officer,
            reverse("forms:paper"),
        ),
        Look(
            _("Give the person a slip"),
            _("A paper that tells a stranger nothing, or none at all.")
            if sent
            else _("It can be given as soon as a referral is sent: the third step."),
            officer,
            reverse("referrals:slip", args=[sent.id]) if sent else "",
        ),
        Look(
            _("Enrol another phone"),
            _("The codes that a phone scans. They are shown once."),
            member_as("steward"),
            reverse("access:device_enrol"),
        ),
        Look(
            _("See how a duty desk is reached"),
            _("A message says that something waits, and nothing else. No message leaves the demo."),
            member_as("duty_desk"),
            reverse("notices:ways"),
        ),
        Look(
            _("See the seal of the journal"),
            _("A code on paper that shows whether anybody changed the journal afterwards."),
            member_as("auditor"),
            reverse("access:seal"),
        ),
        Look(
            _("Ask for a record to be erased"),
            _("A second person must agree; then nobody can read it again, not even from a backup.")
            if code
            else _("It can be asked for as soon as a screening has arrived: the second step."),
            member_as("border_supervisor"),
            reverse("people:erase", args=[code]) if code else "",
        ),
    ]
