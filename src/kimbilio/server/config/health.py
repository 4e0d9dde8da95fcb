"""One address for whoever must know whether this process can answer: a supervisor, a load balancer."""

from __future__ import annotations

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """`well` when both databases answer; otherwise Django's own 500."""
    for connection in connections.all():
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    return HttpResponse("well\n", content_type="text/plain; charset=utf-8")
