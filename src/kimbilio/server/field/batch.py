"""Many filled forms in one request, for a phone that was long without signal: one commit stores them all.

POST /openrosa/submissions with JSON {"forms": ["<data …", …]} and a Bearer token answers 200 with {"receipts":
[{"status", "message"}, …]}, one for each form in its order, as POST /openrosa/submission would have answered each
alone. A form that is refused holds up no other. Files come afterwards, each with its form, by that address.
"""

from __future__ import annotations

import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils.translation import gettext as _

from kimbilio.server.forms.services import Receipt, submissions_receive
from kimbilio.server.kernel.rows import acting_for

from .answers import message
from .door import Caller, openrosa
from .sentences import told, told_of

MOST = 100


@openrosa("POST")
def submissions(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Take up to a hundred forms at once; all that can be stored are safe when the answer comes."""
    forms = _forms(request)
    if forms is None:
        return message(
            400,
            _("Send JSON with at most %(most)s forms, each as the XML that the phone made.") % {"most": MOST},
        )
    with acting_for(caller.device.organisation_id):
        receipts = submissions_receive(device=caller.device, xmls=[form.encode() for form in forms])
    said = [told(each) if isinstance(each, Receipt) else told_of(each) for each in receipts]
    return JsonResponse({"receipts": [{"status": status, "message": text} for status, text in said]})


def _forms(request: HttpRequest) -> list[str] | None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.KIMBILIO_MAX_SUBMISSION:
        return None
    try:
        forms = json.loads(request.body)["forms"]
    except (ValueError, KeyError, TypeError, UnreadablePostError, RawPostDataException):
        return None
    if not isinstance(forms, list) or not 0 < len(forms) <= MOST:
        return None
    return forms if all(isinstance(form, str) for form in forms) else None
