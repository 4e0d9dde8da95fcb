"""What must be known of a filled form before it is stored: the files it names, and what the phone's clock
said.

Knows how to read without judging: a form that cannot be read is stored all the same, so that a person can
look at it.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from xml.etree.ElementTree import Element

from kimbilio.xlsforms import (
    Checks,
    Problem,
    SubmissionRefused,
    checks_of,
    findings,
    kinds_of,
    lists_of,
    read_envelope,
    read_submission,
)

from .errors import UnknownForm
from .models import FormVersion
from .reasons import ANSWER_MISSING, CONSTRAINT_BROKEN, UNKNOWN_ANSWER


@dataclass(frozen=True)
class Outline:
    """The files a form names (None when it cannot be read), and when it was begun and ended by the phone's
    clock. A form that is still encrypted names its closed files and says nothing else.
    """

    files: tuple[str, ...] | None
    started_at: datetime | None
    ended_at: datetime | None
    is_closed: bool = False

    def named(self, part: str) -> str | None:
        """The name under which the form expects the part of this name; None when it expects no such file."""
        if self.files is None:
            return part
        return next((name for name in self.files if _comparable(name) == _comparable(part)), None)


def outline_of(xml: bytes, form: FormVersion, *, root: Element | None = None) -> Outline:
    """The outline of a filled form; an empty one when only its identity can be read. `root`: if parsed already."""
    try:
        if envelope := read_envelope(xml):
            return Outline(envelope.files, None, None, is_closed=True)
        read = read_submission(xml if root is None else root, kinds_for(form))
    except SubmissionRefused:
        return Outline(None, None, None)
    return Outline(read.files, moment(read.start), moment(read.end))


def xml_of(document: Mapping[str, str]) -> bytes:
    """The form in a sealed document: opened if it came closed and has been opened, else as it came."""
    return base64.b64decode(document.get("opened") or document["xml"])


def problems_in(xml: bytes, form: FormVersion) -> tuple[str, ...]:
    """Codes of what a filled form breaks of its own form, by `forms.reasons`; none when it cannot be read.

    A phone should have kept to it; a form filled by another program, or changed on the way, may not have.
    """
    try:
        read = read_submission(xml, kinds_for(form))
    except SubmissionRefused:
        return ()
    found = {finding.problem for finding in findings(read, _checks(form.hash, form.form_id, form.version))}
    return tuple(reason for problem, reason in _REASONS.items() if problem in found)


_REASONS = {
    Problem.REQUIRED: ANSWER_MISSING,
    Problem.CHOICE: UNKNOWN_ANSWER,
    Problem.CONSTRAINT: CONSTRAINT_BROKEN,
}


def version_known(form_id: str, version: str) -> FormVersion:
    """A version that was ever published, without its XForm. What it says of its retirement may be old.

    Raises UnknownForm.
    """
    form = _versions.get((form_id, version))
    if form is None:
        form = FormVersion.objects.filter(form_id=form_id, version=version).defer("xform").first()
        if form is None:
            raise UnknownForm
        _versions[form_id, version] = form
    return form


def versions_forget() -> None:
    """Forget the versions met so far: after the database was replaced by another."""
    _versions.clear()


_versions: dict[tuple[str, str], FormVersion] = {}
"""A published version is never changed, and nearly every form that comes is of one of few."""


def kinds_for(form: FormVersion) -> Mapping[str, str]:
    """Question name to kind, for a published form."""
    return _kinds(form.hash, form.form_id, form.version)


def lists_for(form: FormVersion) -> tuple[str, ...]:
    """The lists of the officer's own that a published form draws on."""
    return _lists(form.hash, form.form_id, form.version)


def moment(text: str | None) -> datetime | None:
    """A time as a phone writes it, in UTC; None when it is none or says no offset."""
    try:
        read = datetime.fromisoformat((text or "").strip())
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=64)
def _kinds(content: str, form_id: str, version: str) -> Mapping[str, str]:
    return kinds_of(_xform(content, form_id, version))


@lru_cache(maxsize=64)
def _checks(content: str, form_id: str, version: str) -> Checks:
    return checks_of(_xform(content, form_id, version))


def _xform(content: str, form_id: str, version: str) -> str:
    xform: str = FormVersion.objects.values_list("xform", flat=True).get(
        form_id=form_id, version=version, hash=content
    )
    return xform


@lru_cache(maxsize=64)
def _lists(content: str, form_id: str, version: str) -> tuple[str, ...]:
    return lists_of(
        FormVersion.objects.values_list("xform", flat=True).get(
            form_id=form_id, version=version, hash=content
        )
    )


def _comparable(name: str) -> str:
    """Clients and parsers differ in how they compose letters and in whether marks of direction survive."""
    return "".join(sign for sign in unicodedata.normalize("NFC", name) if sign.isprintable())
