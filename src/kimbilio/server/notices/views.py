"""From a reference to the thing it tells of."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from kimbilio.server.access.doors import actor_of, as_member

from . import selectors
from .destinations import destination_for
from .forms import ReferenceForm


@require_GET
@as_member()
def notice(request: HttpRequest, reference: str) -> HttpResponse:
    """Lead a rightful receiver to the thing; for everyone else, and once the reference has expired, nothing is here."""
    actor = actor_of(request)
    found = selectors.notice_for(actor, reference)
    address = destination_for(found.kind, actor, found.about)
    if address is None:
        raise Http404
    return redirect(address)


@require_http_methods(["GET", "POST"])
@as_member()
def find(request: HttpRequest) -> HttpResponse:
    """Where the reference of a text message is typed in."""
    form = ReferenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("notices:notice", reference=form.cleaned_data["reference"])
    return render(request, "notices/find.html", {"form": form})
