"""Pages of the demo: the first minute, sending a sample, acting as another colleague."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kimbilio.server.identity.models import Member

from .further import further
from .personas import become, personas, place_of
from .progress import Progress
from .samples import NotSent, sample_send, samples
from .steps import next_of, steps


@never_cache
@require_safe
def minute(request: HttpRequest) -> HttpResponse:
    """The guided first minute, as far as it has come."""
    member: Member | None = getattr(request, "member", None)
    progress = Progress.now()
    shown = steps(progress, member)
    current = next_of(shown)
    return render(
        request,
        "demo/minute.html",
        {
            "steps": shown,
            "current": current,
            "waiting": current is not None and current.key == "arrive" and not progress.needs_a_look,
            "progress": progress,
            "samples": samples(),
            "further": further(progress),
            "member": member,
            "place": place_of(current.by) if current and current.by else "",
            "go_straight": current is not None
            and current.by is not None
            and member is not None
            and member.id == current.by.id,
        },
    )


@require_POST
def send(request: HttpRequest, sample: str) -> HttpResponse:
    """Send a sample screening through the door."""
    chosen = next((one for one in samples() if one.id == sample), None)
    if chosen is None:
        raise Http404
    try:
        sample_send(chosen)
    except NotSent:
        messages.error(
            request,
            _(
                "The door did not keep the sample screening. If the phone of the bridge post was revoked, "
                "delete the demo's folder and start again."
            ),
        )
    return redirect("demo:minute")


@never_cache
@require_safe
def colleagues(request: HttpRequest) -> HttpResponse:
    """Everyone as whom one may go on."""
    return render(request, "demo/colleagues.html", {"personas": personas()})


@require_POST
def act_as(request: HttpRequest, member: uuid.UUID) -> HttpResponse:
    """Go on as another colleague."""
    chosen = get_object_or_404(
        Member.objects.select_related("user", "organisation"),
        id=member,
        active=True,
        organisation__invented=True,
    )
    become(request, chosen)
    there = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        there, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(there if there and safe else "people:work")
