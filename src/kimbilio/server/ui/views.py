"""The look page: every part of the desk on one page, with invented content, to be looked at and tested.

Knows no record. Wired only where the world is invented (the demo and the tests).
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from kimbilio.server.ui.look import look_context


@require_http_methods(["GET", "POST"])
def look(request: HttpRequest) -> HttpResponse:
    """Show every part; a POST shows the invented name, as a case page does after journalling the look."""
    context = look_context(get_language() or "en", timezone.now())
    context["shown"] = context["words"]["name"] if request.method == "POST" else ""
    return render(request, "ui/look.html", context)
