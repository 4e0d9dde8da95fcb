"""The address at which our own app exchanges a one-time code for its token.

POST /field/enrol with JSON {"code": "7Q4M-2XPB-K3ZT-0V9W", "deviceID": "…"} answers 201 with {"token", "device",
"organisation", "openrosa"}; every refusal is {"error": {"code", "message"}}. Neither code nor token is logged.
"""

from __future__ import annotations

import json

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kimbilio.server.identity.actor import actor_of_member
from kimbilio.server.identity.codes import WINDOW
from kimbilio.server.identity.enrolment import Refusal, enrolment_exchange
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.rows import acting_for

MAX_BYTES = 2_000


@csrf_exempt
@never_cache
@require_POST
def enrol(request: HttpRequest) -> JsonResponse:
    """Exchange a code, once. A phone without session calls it, so there is no CSRF token; the code is the proof."""
    said = _said(request)
    if said is None:
        return _refused(
            400, "ENROL_001", _("Send JSON with the code and the deviceID, such as the app makes them.")
        )
    code, client = said
    found = enrolment_exchange(code=code, client=client, address=get_adapter().get_client_ip(request))
    match found:
        case Refusal.TOO_OFTEN:
            answer = _refused(
                429, "ENROL_003", _("Codes were tried too often from here. Wait a quarter of an hour.")
            )
            answer["Retry-After"] = str(int(WINDOW.total_seconds()))
            return answer
        case Refusal.NOT_GOOD:
            return _refused(
                403, "ENROL_002", _("This code is wrong, used or ended. Ask your organisation for a new one.")
            )
    with acting_for(found.device.organisation_id):
        act_record(
            actor=actor_of_member(found.device.member, device=found.device),
            act="device.exchanged",
            subject=found.device.id,
            codes={"member": str(found.device.member_id)},
        )
    return JsonResponse(
        {
            "token": found.token,
            "device": str(found.device.id),
            "organisation": str(found.device.organisation_id),
            "openrosa": request.build_absolute_uri("/openrosa"),
        },
        status=201,
        headers={"Referrer-Policy": "no-referrer"},
    )


def _said(request: HttpRequest) -> tuple[str, str] | None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        return None
    try:
        said = json.loads(request.body)
        code, client = said["code"], said["deviceID"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(code, str) or not isinstance(client, str) or not 0 < len(client) <= 249:
        return None
    return code, client


def _refused(status: int, code: str, sentence: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": sentence}}, status=status)
