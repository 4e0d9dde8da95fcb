"""A file, or the part of it that a player asks for.

Knows one range of bytes (RFC 9110, section 14), which is what players of sound ask for; some of them play
nothing from a server that cannot answer one. Any other range is answered with the whole file, as the standard
allows.
"""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse

_ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def part_of(request: HttpRequest, content: bytes, content_type: str) -> HttpResponse:
    """The content, whole (200), in part (206), or 416 when the part lies outside."""
    whole = len(content)
    asked = _ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or not any(asked.groups()):
        response = HttpResponse(content, content_type=content_type)
    else:
        first, last = asked.groups()
        start = int(first) if first else max(0, whole - int(last))
        stop = min(whole, int(last) + 1) if first and last else whole
        if start >= stop:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{whole}"})
        response = HttpResponse(content[start:stop], status=206, content_type=content_type)
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{whole}"
    response.headers["Accept-Ranges"] = "bytes"
    return response
