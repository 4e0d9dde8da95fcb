"""From a reference to the thing it tells of; what did not arrive; the gateway's reports; the browser's worker."""

from __future__ import annotations

import secrets
import uuid
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from kimbilio.server.access.doors import actor_of, as_member
from kimbilio.server.identity.models import Member
from kimbilio.server.journal.services import act_record
from kimbilio.server.ui.panels import ROWS_SHOWN

from . import selectors, services
from .destinations import destination_for
from .forms import ReferenceForm
from .wording import failure_words


@require_GET
@as_member()
def notice(request: HttpRequest, reference: str) -> HttpResponse:
    """Lead a rightful receiver to the thing; for everyone else, and once the reference has expired, nothing is here."""
    actor = actor_of(request)
    found = selectors.notice_for(actor, reference)
    address = destination_for(found.kind, actor, found.about)
    if address is None:
        raise Http404
    act_record(actor=actor, act="notice.opened", subject=found.id, codes={"kind": found.kind})
    return redirect(address)


@require_http_methods(["GET", "POST"])
@as_member()
def find(request: HttpRequest) -> HttpResponse:
    """Where the reference of a text message is typed in."""
    form = ReferenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("notices:notice", reference=form.cleaned_data["reference"])
    return render(request, "notices/find.html", {"form": form})


@require_GET
@as_member(Member.Role.STEWARD)
def lost(request: HttpRequest) -> HttpResponse:
    """Notices that were given up, and members whom none can reach."""
    actor = actor_of(request)
    rows = [
        {
            "reference": attempt.delivery.receiver.notice.reference,
            "member": attempt.delivery.receiver.member.name,
            "channel": attempt.delivery.get_channel_display(),
            "why": failure_words(attempt.code),
            "at": attempt.at,
        }
        for attempt in selectors.given_up(actor.organisation)[:ROWS_SHOWN]
    ]
    without = selectors.without_a_way(actor.organisation)
    return render(request, "notices/lost.html", {"rows": rows, "without": without})


@csrf_exempt
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, secret: str, status: str) -> HttpResponse:
    """A gateway says what became of a text message: `sent`, `delivered` or `failed`, with its `id`, as RapidPro's."""
    known = settings.KIMBILIO_SMS_SECRET
    if not known or not secrets.compare_digest(secret.encode(), known.encode()):
        raise Http404
    if status not in ("sent", "delivered", "failed"):
        raise Http404
    try:
        delivery = uuid.UUID(request.POST.get("id") or request.GET.get("id") or "")
    except ValueError as fault:
        raise Http404 from fault
    if not services.report_take(delivery=delivery, status=status, now=timezone.now()):
        raise Http404
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The browser's worker for notices, served here so that its scope is /n/ and no other page."""
    path = finders.find("notices/worker.js")
    if not path:
        raise Http404
    return HttpResponse(Path(str(path)).read_bytes(), content_type="text/javascript")
