"""Whether the phone that shows a token may use it now: is it the one that holds it, and does it come too often?

Knows the answers and writes the acts; `identity.binding` knows the rules.
"""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kimbilio.server.identity.actor import Actor, actor_of_device
from kimbilio.server.identity.binding import Standing, device_enter, device_knocked, device_stand
from kimbilio.server.identity.models import Device, Member
from kimbilio.server.identity.selectors import device_find, stewards_of
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices.services import notice_send

from .answers import message

ABOUT = "phone"


def admit(request: HttpRequest, token: str) -> Device | HttpResponse:
    """The phone that may come in, or the answer that keeps it out. HEAD alone is not counted."""
    if request.method == "HEAD":
        device, wait = device_find(token), None
    else:
        device, wait = device_enter(token) or (None, None)
    if device is None:
        return message(
            403, _("This address opens nothing here. Ask your organisation to set up the phone again.")
        )
    match device_stand(device=device, client=request.GET.get("deviceID", "")):
        case Standing.TOO_LATE:
            return message(
                403,
                _(
                    "This code was not used within a day, so it has ended. Ask your organisation for a new one."
                ),
            )
        case Standing.ANOTHER:
            return _another(device)
        case Standing.BOUND_NOW:
            _write(device, "device.bound")
    if wait is None:
        return device
    late = message(
        429,
        _(
            "This phone has sent very much in a short time. The forms stay on the phone; send them again later."
        ),
    )
    late["Retry-After"] = str(int(wait.total_seconds()))
    return late


def _another(device: Device) -> HttpResponse:
    if (knock := device_knocked(device=device)) is not None:
        _write(device, "device.knocked", knock=str(knock.id))
        _tell_stewards(device, knock.id)
    return message(
        403,
        _(
            "This code belongs to another phone. If you changed your phone or installed the app again, ask your "
            "organisation to release the code. Forms that are not sent yet stay on the phone."
        ),
    )


def phones_address(actor: Actor, _device: uuid.UUID) -> str | None:
    """Where a steward releases or revokes a phone's code."""
    return reverse("access:organisation") + "#devices" if actor.role == Member.Role.STEWARD else None


def _tell_stewards(device: Device, knock: uuid.UUID) -> None:
    with acting_for(device.organisation_id):
        notice_send(
            actor=actor_of_device(device),
            to=stewards_of(device.organisation_id),
            about=(ABOUT, device.id),
            urgency="urgent",
            once=f"knock {knock}",
        )


def _write(device: Device, act: str, **codes: str) -> None:
    with acting_for(device.organisation_id):
        act_record(
            actor=actor_of_device(device),
            act=act,
            subject=device.id,
            codes={"member": str(device.member_id), **codes},
        )
