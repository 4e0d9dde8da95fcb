"""The organisation's own pages: its desks, members and phones; and its journal."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from babel.dates import get_timezone_location
from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kimbilio.server.identity import services as identity
from kimbilio.server.identity.models import Desk, Device, Member
from kimbilio.server.identity.selectors import (
    colleagues_of,
    desks_of,
    devices_of,
    member_names,
    organisation_get,
)
from kimbilio.server.journal.acts import ACTS
from kimbilio.server.journal.selectors import acts_of_organisation
from kimbilio.server.journal.services import act_record
from kimbilio.server.ui.panels import ROWS_SHOWN, panels_for

from .doors import actor_of, as_member
from .showing import codes_shown

Role = Member.Role
KEEPERS = (Role.STEWARD,)
READERS_OF_THE_BOOK = (Role.SUPERVISOR, Role.COORDINATOR, Role.STEWARD, Role.AUDITOR)


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


@require_GET
@as_member()
def organisation(request: HttpRequest) -> HttpResponse:
    """Members, desks and phones. A steward can change them; everyone else can look."""
    actor = actor_of(request)
    found = organisation_get(actor.organisation)
    return render(
        request,
        "access/organisation.html",
        {
            "organisation": found,
            "town": get_timezone_location(found.time_zone, locale=get_language() or "en", return_city=True),
            "members": colleagues_of(actor.organisation),
            "desks": desks_of(actor.organisation),
            "devices": devices_of(actor.organisation),
            "keeper": actor.role in KEEPERS,
            "stale_before": timezone.localdate() - timedelta(days=90),
        },
    )


@require_http_methods(["GET", "POST"])
@as_member(*KEEPERS)
def device_enrol(request: HttpRequest) -> HttpResponse:
    """Enrol a phone; its address is shown once, and never again."""
    actor = actor_of(request)
    members = [
        row for row in colleagues_of(actor.organisation) if row.role in (Role.OFFICER, Role.CASEWORKER)
    ]
    desks = desks_of(actor.organisation)
    form = EnrolForm(request.POST or None, members=members, desks=desks)
    if request.method == "POST" and form.is_valid():
        device, token = identity.device_enrol(
            member=next(row for row in members if str(row.id) == form.cleaned_data["member"]),
            desk=next(row for row in desks if str(row.id) == form.cleaned_data["desk"]),
            name=form.cleaned_data["name"],
        )
        act_record(
            actor=actor, act="device.enrolled", subject=device.id, codes={"member": str(device.member_id)}
        )
        address = request.build_absolute_uri(f"/openrosa/{token}")
        return render(request, "access/enrolled.html", {"device": device, "address": address})
    return render(request, "access/enrol.html", {"form": form})


@require_POST
@as_member(*KEEPERS)
def device_revoke(request: HttpRequest, device: uuid.UUID) -> HttpResponse:
    """From now on the phone opens nothing."""
    actor = actor_of(request)
    row = Device.objects.filter(id=device, organisation_id=actor.organisation).first()
    if row is None:
        raise Http404
    identity.device_revoke(device=row)
    act_record(actor=actor, act="device.revoked", subject=row.id, codes={"member": str(row.member_id)})
    return redirect("access:organisation")


@require_POST
@as_member(*KEEPERS, Role.SUPERVISOR, Role.COORDINATOR)
def desk_verify(request: HttpRequest, desk: uuid.UUID) -> HttpResponse:
    """Note that the desk's entry was checked today."""
    actor = actor_of(request)
    row = Desk.objects.filter(id=desk, organisation_id=actor.organisation).first()
    if row is None:
        raise Http404
    identity.desk_verify(desk=row)
    act_record(actor=actor, act="desk.verified", subject=row.id, codes={"desk": str(row.id)})
    return redirect("access:organisation")


@require_GET
@as_member(*READERS_OF_THE_BOOK)
def journal(request: HttpRequest) -> HttpResponse:
    """The organisation's book, newest first, codes only."""
    actor = actor_of(request)
    before = request.GET.get("before", "")
    try:
        acts = list(
            acts_of_organisation(actor.organisation, before=uuid.UUID(before) if before else None)[
                : ROWS_SHOWN + 1
            ]
        )
    except ValueError as fault:
        raise Http404 from fault
    next_url = ""
    if len(acts) > ROWS_SHOWN:
        acts = acts[:ROWS_SHOWN]
        next_url = f"?before={acts[-1].id}"
    names = member_names({act.member for act in acts if act.member})
    codes = codes_shown(acts)
    rows = [
        {
            "at": act.at,
            "words": ACTS.get(act.act, act.act),
            "codes": codes[act.id],
            "by": names.get(act.member) if act.member else "",
        }
        for act in acts
    ]
    panels = panels_for("journal", actor, None)
    return render(request, "access/journal.html", {"rows": rows, "next_url": next_url, "panels": panels})
