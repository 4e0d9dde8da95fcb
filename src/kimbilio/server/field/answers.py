"""How the OpenRosa door speaks: headers on every answer, an envelope around every message.

Knows the OpenRosa 1.0 standard (HTTP, form list, manifest, submission) and what ODK Collect does with each
status. Does not know forms or people. No message holds a value of a person or the device's token.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import http_date

LIST = "http://openrosa.org/xforms/xformsList"
MANIFEST = "http://openrosa.org/xforms/xformsManifest"
RESPONSE = "http://openrosa.org/http/response"
XML = "text/xml; charset=utf-8"


def dress(response: HttpResponse) -> HttpResponse:
    """Add the headers that every answer carries, errors included."""
    response["X-OpenRosa-Version"] = "1.0"
    response["X-OpenRosa-Accept-Content-Length"] = str(settings.KIMBILIO_MAX_SUBMISSION)
    response["Date"] = http_date()
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def document(root: Element, status: int = 200) -> HttpResponse:
    """An XML document as an answer."""
    return HttpResponse(
        tostring(root, encoding="utf-8", xml_declaration=True), status=status, content_type=XML
    )


def message(status: int, text: str) -> HttpResponse:
    """A sentence for the person with the phone, in the envelope that clients show."""
    root = Element("OpenRosaResponse", xmlns=RESPONSE)
    said = SubElement(root, "message", nature="submit_success" if status < 300 else "submit_error")
    said.text = text
    return document(root, status)
