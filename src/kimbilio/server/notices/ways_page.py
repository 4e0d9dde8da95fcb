"""The page *How you are reached*: a member's own ways, language, quiet hours and duty. Nobody else sees it."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kimbilio.server.access.doors import actor_of, as_member, member_of
from kimbilio.server.identity.models import Desk
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import Refused

from . import selectors, services
from .channels import push
from .forms import CodeForm, DutyForm, ReachForm, WayForm
from .models import Channel, Duty, Reach, Way


@require_http_methods(["GET", "POST"])
@as_member()
def ways(request: HttpRequest) -> HttpResponse:
    """The page, and each thing that is done on it. What was typed stays when it is refused."""
    if request.method == "GET":
        return _page(request)
    wanted = request.POST.get("do", "")
    form = _form(wanted, request)
    if form is not None and not form.is_valid():
        return _page(request, wanted, form)
    try:
        _do(wanted, request, form.cleaned_data if form is not None else {})
    except Refused as refusal:
        if form is None:
            messages.error(request, str(refusal))
            return redirect("notices:ways")
        form.add_error(next(iter(form.fields)) if wanted == "confirm" else None, str(refusal))
        return _page(request, wanted, form)
    return redirect("notices:ways")


def _form(wanted: str, request: HttpRequest) -> forms.Form | None:
    match wanted:
        case "add":
            return WayForm(request.POST)
        case "confirm":
            return CodeForm(request.POST, auto_id=f"{request.POST.get('way', '')}-%s")
        case "reach":
            return ReachForm(request.POST)
        case "duty":
            return DutyForm(request.POST, auto_id=f"{request.POST.get('desk', '')}-%s")
        case _:
            return None


def _do(wanted: str, request: HttpRequest, given: dict[str, Any]) -> None:
    """Raises Refused, and Http404 for what nobody offers."""
    actor = actor_of(request)
    match wanted:
        case "add":
            services.way_enter(actor=actor, channel=given["channel"], address=given["address"])
            messages.success(request, _("A code is on its way. Enter it here within 15 minutes."))
        case "confirm":
            services.way_confirm(actor=actor, way=_id(request, "way"), code=given["code"])
            messages.success(request, _("Confirmed. Notices reach you there."))
        case "remove":
            services.way_remove(actor=actor, way=_id(request, "way"))
            messages.success(request, _("Removed. Its key is destroyed."))
        case "push":
            services.push_subscribe(actor=actor, subscription=_subscription(request))
            messages.success(request, _("This browser shows notices now."))
        case "reach":
            services.reach_set(actor=actor, **given)
            messages.success(request, _("Kept."))
        case "duty":
            until = timezone.now() + timedelta(hours=given["hours"])
            services.duty_take(actor=actor, desk=_desk(request), until=until)
        case "duty-end":
            services.duty_end(actor=actor, desk=_desk(request))
        case _:
            raise Http404


def _page(request: HttpRequest, wanted: str = "", bound: forms.Form | None = None) -> HttpResponse:
    member = member_of(request)
    rows = list(selectors.ways_of(member.id))
    documents = sealed.read_many(rows)
    waiting = [row.id for row in rows if row.confirmed_at is None]
    named = request.POST.get("way" if wanted == "confirm" else "desk", "")
    reach = Reach.objects.filter(member=member).first()
    initial = {"language": reach.language if reach else get_language() or settings.LANGUAGE_CODE}
    if reach:
        initial |= {"quiet_from": reach.quiet_from, "quiet_until": reach.quiet_until}  # type: ignore[dict-item]  # times

    def form_for(what: str, own: str, fresh: forms.Form) -> forms.Form:
        return bound if bound is not None and wanted == what and named == own else fresh

    now = timezone.now()
    return render(
        request,
        "notices/ways.html",
        {
            "bound": bound,
            "ways": [
                {
                    "id": row.id,
                    "channel": row.get_channel_display(),
                    "hint": hint(row, documents.get(row.id, {})),
                    "confirmed": row.confirmed_at,
                    "first": waiting[:1] == [row.id],
                    "form": form_for("confirm", str(row.id), CodeForm(auto_id=f"{row.id}-%s")),
                }
                for row in rows
            ],
            "waiting": waiting,
            "add": bound if wanted == "add" and bound else WayForm(initial={"channel": "email"}),
            "reach": bound if wanted == "reach" and bound else ReachForm(initial=initial),
            "push_key": push.public_key() if push.is_set_up() else "",
            "duties": [
                {
                    "desk": desk,
                    "until": Duty.objects.filter(desk=desk, member=member, until__gt=now)
                    .values_list("until", flat=True)
                    .first(),
                    "reached": selectors.on_duty(desk, now=now),
                    "form": form_for("duty", str(desk.id), DutyForm(auto_id=f"{desk.id}-%s")),
                }
                for desk in member.desks.all()
            ],
        },
    )


def hint(row: Way, document: dict[str, Any]) -> str:
    """Enough of an address for its owner to know it, and too little for whoever looks over their shoulder."""
    to = str(document.get("to", ""))
    match row.channel:
        case Channel.EMAIL:
            name, _at, host = to.partition("@")
            return f"{name[:1]}…@{host}"
        case Channel.SMS:
            return f"{to[:4]} … {to[-3:]}"
        case _:
            return ""


def _subscription(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.POST.get("subscription", ""))
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _id(request: HttpRequest, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError as fault:
        raise Http404 from fault


def _desk(request: HttpRequest) -> Desk:
    desk = member_of(request).desks.filter(id=_id(request, "desk")).first()
    if desk is None:
        raise Http404
    return desk
