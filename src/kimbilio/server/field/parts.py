"""The parts of a posted form: the XML and the files beside it, or the reason why there are none.

Knows multipart/form-data (RFC 7578) and the names that OpenRosa and ODK Collect give to parts; does not look
inside the XML. Reads the body into memory, up to the limit, and never to disk. Stricter than a web form's
parser in one point: data whose end is cut off is refused, because half a photo must not pass for a photo.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

FORM = "xml_submission_file"
MORE_FOLLOWS = "*isIncomplete*"
MAX_PARTS = 1000
MAX_DISCARDED = 200_000_000


class NotParts(ValueError):
    """The body is not one form with its files; `status` is the answer's, the text its sentence."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Parts:
    """The verbatim XML, and each file under the name of its part."""

    xml: bytes
    files: list[tuple[str, bytes]]


def parts_read(request: HttpRequest) -> Parts:
    """Read a posted form. Raises NotParts."""
    kind, parameters = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
    boundary = parameters.get("boundary", "")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= 200 or not boundary.isascii():
        raise NotParts(
            400, _("The form did not come as multipart/form-data. Send it with ODK Collect or a like client.")
        )
    parts = list(_split(_body(request), boundary.encode()))
    forms = [content for name, content in parts if name == FORM]
    if len(forms) != 1:
        raise NotParts(
            400,
            _("The sent data holds %(found)s parts named %(name)s. Send one form at a time.")
            % {"found": len(forms), "name": FORM},
        )
    return Parts(forms[0], [(name, content) for name, content in parts if name not in (FORM, MORE_FOLLOWS)])


def _body(request: HttpRequest) -> bytes:
    limit = settings.KIMBILIO_MAX_SUBMISSION
    announced = request.META.get("CONTENT_LENGTH") or ""
    chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
    if announced.isdigit() and int(announced) > limit:
        _discard(request, int(announced))
        raise _too_large()
    try:
        if announced.isdigit() and not chunked:
            body = request.read(int(announced))
            if len(body) < int(announced):
                raise _cut_off()
        else:  # the standard allows chunked transfer, for which Django's own stream reads nothing
            body = request.META["wsgi.input"].read(limit + 1) if chunked else b""
    except UnreadablePostError as fault:
        raise _cut_off() from fault
    if len(body) > limit:
        raise _too_large()
    return body


def _discard(request: HttpRequest, length: int) -> None:
    """Let a body that is too large pass by in small pieces, kept nowhere.

    A client that is answered while it still sends finds the connection broken and never sees the sentence. A
    body beyond all measure is not waited for.
    """
    if length > MAX_DISCARDED:
        return
    with contextlib.suppress(UnreadablePostError):
        while request.read(65_536):
            pass


def _split(body: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the parts; files are the parts that have a name, whatever else they say."""
    mark = b"--" + boundary
    at = 0 if body.startswith(mark) else body.find(b"\r\n" + mark) + 2
    if at < 2 and not body.startswith(mark):
        raise _cut_off()
    for _number in range(MAX_PARTS):
        at += len(mark)
        if body.startswith(b"--", at):
            return
        following = body.find(b"\r\n" + mark, at)
        head = body.find(b"\r\n\r\n", at, following + 2)
        if following < 0 or head < 0 or body[at : body.find(b"\r\n", at)].strip():
            raise _cut_off()
        if (name := _name(body[at:head])) is not None:
            yield name, body[head + 4 : following]
        at = following + 2
    raise NotParts(
        400, _("The sent data holds over %(limit)s parts. Send the form again.") % {"limit": MAX_PARTS}
    )


def _name(head: bytes) -> str | None:
    """The name of a part; ODK Collect gives a file's name as both name and file name."""
    for line in head.split(b"\r\n"):
        title, _colon, value = line.decode("utf-8", errors="replace").partition(":")
        if title.strip().lower() == "content-disposition":
            _kind, parameters = parse_header_parameters(value)
            return parameters.get("name") or parameters.get("filename")
    return None


def _cut_off() -> NotParts:
    return NotParts(400, _("The sent data is cut off or cannot be taken apart. Send the form again."))


def _too_large() -> NotParts:
    return NotParts(
        413,
        _("Form and files together are over %(limit)s MB. Take smaller photos, or send fewer at a time.")
        % {"limit": settings.KIMBILIO_MAX_SUBMISSION // 1_000_000},
    )
