"""The phones of an organisation: enrol one, release its code for another, revoke it. A steward's pages."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from kimbilio.server.identity import services as identity
from kimbilio.server.identity.binding import device_release as binding_release
from kimbilio.server.identity.enrolment import LIFE, enrolment_offer
from kimbilio.server.identity.models import Desk, Device, Member
from kimbilio.server.identity.selectors import colleagues_of, desks_of, organisation_get
from kimbilio.server.identity.services import FIRST_USE_WITHIN
from kimbilio.server.journal.services import act_record

from .doors import actor_of, as_member, freshly_proven
from .setup import app_qr, collect_qr, qr_picture

KEEPERS = (Member.Role.STEWARD,)


class EnrolForm(forms.Form):
    """Which phone, in whose hands, at which desk."""

    name = forms.CharField(label=_("Name of the phone"), max_length=80)
    member = forms.ChoiceField(label=_("Who carries it"), choices=[])
    desk = forms.ChoiceField(label=_("Where its cases start"), choices=[])

    def __init__(self, *args: Any, members: list[Member], desks: list[Desk], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].error_messages["required"] = _("Enter a name by which colleagues know the phone.")
        self.fields["member"].choices = [(str(row.id), row.name) for row in members]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["desk"].choices = [(str(row.id), row.called) for row in desks]  # type: ignore[attr-defined]  # a ChoiceField


@require_http_methods(["GET", "POST"])
@as_member(*KEEPERS)
@freshly_proven
def device_enrol(request: HttpRequest) -> HttpResponse:
    """Enrol a phone; its codes are shown once, and never again. Whichever is used first ends the other."""
    actor = actor_of(request)
    members = [
        row
        for row in colleagues_of(actor.organisation)
        if row.role in (Member.Role.OFFICER, Member.Role.CASEWORKER)
    ]
    desks = desks_of(actor.organisation)
    form = EnrolForm(request.POST or None, members=members, desks=desks)
    if request.method == "POST" and form.is_valid():
        device, token = identity.device_enrol(
            member=next(row for row in members if str(row.id) == form.cleaned_data["member"]),
            desk=next(row for row in desks if str(row.id) == form.cleaned_data["desk"]),
            name=form.cleaned_data["name"],
        )
        code = enrolment_offer(device=device)
        act_record(
            actor=actor, act="device.enrolled", subject=device.id, codes={"member": str(device.member_id)}
        )
        server = request.build_absolute_uri("/").rstrip("/")
        key = bytes(organisation_get(actor.organisation).envelope_key)
        context = {
            "device": device,
            "address": f"{server}/openrosa/{token}",
            "collect": qr_picture(collect_qr(token=token, base_url=server)),
            "app": qr_picture(app_qr(code=code, base_url=server, key=key)),
            "code": code,
            "hours": int(FIRST_USE_WITHIN.total_seconds() // 3600),
            "minutes": int(LIFE.total_seconds() // 60),
        }
        return render(request, "access/enrolled.html", context)
    return render(request, "access/enrol.html", {"form": form})


@require_POST
@as_member(*KEEPERS)
def device_revoke(request: HttpRequest, device: uuid.UUID) -> HttpResponse:
    """From now on the phone opens nothing."""
    actor, row = actor_of(request), _own(request, device)
    identity.device_revoke(device=row, by=actor.member)
    act_record(actor=actor, act="device.revoked", subject=row.id, codes={"member": str(row.member_id)})
    return redirect("access:organisation")


@require_POST
@as_member(*KEEPERS)
def device_release(request: HttpRequest, device: uuid.UUID) -> HttpResponse:
    """The next phone that shows the code within a day holds it."""
    actor, row = actor_of(request), _own(request, device)
    if actor.member is not None and binding_release(device=row, by=actor.member):
        act_record(actor=actor, act="device.released", subject=row.id, codes={"member": str(row.member_id)})
    return redirect("access:organisation")


def _own(request: HttpRequest, device: uuid.UUID) -> Device:
    row = Device.objects.filter(id=device, organisation_id=actor_of(request).organisation).first()
    if row is None:
        raise Http404
    return row
