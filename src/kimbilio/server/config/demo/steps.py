"""The five steps of the first minute: which is done, which comes next, as whom it is taken and where."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from kimbilio.server.identity.models import Member

from .progress import Progress


@dataclass(frozen=True)
class Step:
    """One step. `url` is the page where it is taken, by the member `by`; the first step's url is empty."""

    key: str
    title: str
    text: str
    done: bool
    by: Member | None = None
    url: str = ""
    action: str = ""


def steps(progress: Progress, member: Member | None) -> list[Step]:
    """The steps, in order."""
    officer, receiver, code = progress.officer, progress.receiver, progress.case_code
    case_url = reverse("people:case", args=[code]) if code else ""
    at_the_desk = receiver is not None and member is not None and member.id == receiver.id
    return [
        Step(
            "send",
            _("Send a screening from the border"),
            _("The phone of the bridge post sends a filled form, the way ODK Collect does."),
            done=progress.submission is not None,
        ),
        Step(
            "arrive",
            _("Watch it arrive"),
            _("The server keeps the form as it came, then works out needs, reasons, the law and what to do."),
            done=code is not None,
            by=officer,
            url=case_url or reverse("people:work"),
            action=_("Open the case"),
        ),
        Step(
            "refer",
            _("Refer the person"),
            _("See, field by field, what the other desk will receive: what the person agreed to, no more."),
            done=progress.sent is not None,
            by=officer,
            url=reverse("referrals:refer", args=[code]) if code else "",
            action=_("Refer"),
        ),
        Step(
            "change",
            _("Change desk"),
            _("Go on as the colleague who answers at the desk that you chose."),
            done=at_the_desk or progress.accepted,
            by=receiver,
            url=reverse("demo:minute"),
        ),
        Step(
            "accept",
            _("Accept the referral"),
            _("Say how the person gets there, and whether a bed is held. The border hears it at once."),
            done=progress.accepted,
            by=receiver,
            url=reverse("referrals:referral", args=[progress.received.id]) if progress.received else "",
            action=_("Open the referral"),
        ),
    ]


def next_of(steps_: list[Step]) -> Step | None:
    """The first step that is not done."""
    return next((step for step in steps_ if not step.done), None)
