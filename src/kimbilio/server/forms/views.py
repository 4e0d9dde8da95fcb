"""The page of a filled form: read it, show the name on request, say what was decided."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kimbilio.server.access.doors import actor_of, as_member
from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import SEES_IDENTITIES, Actor
from kimbilio.server.kernel.errors import KeyDestroyed, NotVisible, Refused
from kimbilio.server.people.selectors import case_by_id
from kimbilio.server.ui.pictures import NotShown, picture_redraw
from kimbilio.server.ui.templatetags.ui import pictogram

from . import selectors, services
from .comparing import refusal_compare
from .models import Submission
from .note import NoteForm
from .panels import short_code
from .reasons import REASONS, REFUSED, WAITING
from .selectors import Answered, Filled


@require_GET
@as_member(*SEES_IDENTITIES)
def form(request: HttpRequest, submission: uuid.UUID) -> HttpResponse:
    """A filled form without the name; the reading is recorded."""
    return _form_page(request, submission, NoteForm())


@require_POST
@as_member(*SEES_IDENTITIES)
def form_name(request: HttpRequest, submission: uuid.UUID) -> HttpResponse:
    """The same with the name; the look is recorded too."""
    return _form_page(request, submission, NoteForm(), with_name=True)


@require_POST
@as_member(*SEES_IDENTITIES)
def form_settle(request: HttpRequest, submission: uuid.UUID) -> HttpResponse:
    """Say what was decided about a form that needed a look."""
    note = NoteForm(request.POST)
    if not note.is_valid():
        return _form_page(request, submission, note)
    try:
        services.submission_settle(
            actor=actor_of(request), submission=submission, note=note.cleaned_data["note"]
        )
        messages.success(request, _("Your decision is recorded."))
    except Refused as fault:
        messages.error(request, str(fault))
    return redirect("forms:form", submission=submission)


@require_POST
@as_member(*SEES_IDENTITIES)
def form_retry(request: HttpRequest, submission: uuid.UUID) -> HttpResponse:
    """Have a form read again."""
    try:
        services.submission_retry(actor=actor_of(request), submission=submission)
        messages.success(request, _("The form will be read again in a moment."))
    except Refused as fault:
        messages.error(request, str(fault))
    return redirect("forms:form", submission=submission)


@require_GET
@as_member(*SEES_IDENTITIES)
def refused(request: HttpRequest, refusal: uuid.UUID) -> HttpResponse:
    """A refused form, to be compared with the one that holds its number."""
    return _refused_page(request, refusal, NoteForm())


@require_POST
@as_member(*SEES_IDENTITIES)
def refused_name(request: HttpRequest, refusal: uuid.UUID) -> HttpResponse:
    """The same with the name; the look is recorded too."""
    return _refused_page(request, refusal, NoteForm(), with_name=True)


@require_POST
@as_member(*SEES_IDENTITIES)
def refused_settle(request: HttpRequest, refusal: uuid.UUID) -> HttpResponse:
    """Say what was decided about a refused form."""
    note = NoteForm(request.POST)
    if not note.is_valid():
        return _refused_page(request, refusal, note)
    services.refusal_settle(actor=actor_of(request), refusal=refusal, note=note.cleaned_data["note"])
    messages.success(request, _("Your decision is recorded."))
    return redirect("forms:refused", refusal=refusal)


@require_GET
@as_member(*SEES_IDENTITIES)
def file(request: HttpRequest, attachment: uuid.UUID) -> HttpResponse:
    """A file that came with a form, to be saved; never shown in the page, whatever it claims to be."""
    name, content = selectors.attachment_open(actor_of(request), attachment)
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{short_code(attachment)}{_ending(name)}"'
    )
    return response


@require_GET
@as_member(*SEES_IDENTITIES)
def file_picture(request: HttpRequest, attachment: uuid.UUID) -> HttpResponse:
    """A photo that came with a form, drawn anew; the look is recorded. The file itself is never shown."""
    actor = actor_of(request)
    try:
        _name, content = selectors.attachment_open(actor, attachment)
    except KeyDestroyed as erased:
        return render(request, "forms/erased.html", {"sentence": str(erased)}, status=410)
    picture, reason = b"", ""
    try:
        picture = picture_redraw(content)
    except NotShown as fault:
        reason = str(fault)
    form_id = selectors.form_of_file(actor, attachment)
    context = {
        "attachment": attachment,
        "code": short_code(attachment),
        "form_url": reverse("forms:form", args=[form_id]),
        "form_code": short_code(form_id),
        "picture": base64.b64encode(picture).decode(),
        "reason": reason,
    }
    return render(request, "forms/picture.html", context)


def _form_page(
    request: HttpRequest, submission: uuid.UUID, note: NoteForm, *, with_name: bool = False
) -> HttpResponse:
    actor = actor_of(request)
    try:
        filled = selectors.submission_open(actor, submission, with_name=with_name)
    except KeyDestroyed as erased:
        return render(request, "forms/erased.html", {"sentence": str(erased)}, status=410)
    row = filled.submission
    looks = row.state == Submission.State.NEEDS_A_LOOK
    late = row.state == Submission.State.RECEIVED and selectors.waits_too_long(row)
    context = _context(actor, filled, note, with_name=with_name) | {
        "code": short_code(row.id),
        "reasons": [REASONS[code] for code in ([WAITING] if late else row.reasons)],
        "open": looks or late,
        "settle_url": reverse("forms:form_settle", args=[row.id]) if looks else "",
        "retry_url": reverse("forms:form_retry", args=[row.id]) if (looks or late) and not row.case else "",
        "name_url": reverse("forms:form_name", args=[row.id]),
        "sheets": selectors.sheets_of(row),
        "print_url": "" if filled.verbatim else reverse("forms:form_print", args=[row.id]),
        "sheet_url": reverse("forms:form_sheet", args=[row.id]),
    }
    return render(request, "forms/form.html", context)


def _refused_page(
    request: HttpRequest, refusal: uuid.UUID, note: NoteForm, *, with_name: bool = False
) -> HttpResponse:
    actor = actor_of(request)
    try:
        filled = selectors.refusal_open(actor, refusal, with_name=with_name)
    except KeyDestroyed as erased:
        return render(request, "forms/erased.html", {"sentence": str(erased)}, status=410)
    context = _context(actor, filled, note, with_name=with_name) | {
        "code": short_code(refusal),
        "reasons": [REASONS[REFUSED]],
        "open": not filled.settled,
        "settle_url": "" if filled.settled else reverse("forms:refused_settle", args=[refusal]),
        "retry_url": "",
        "name_url": reverse("forms:refused_name", args=[refusal]),
        "kept_url": reverse("forms:form", args=[filled.submission.id]),
        "compared": True,
        "differences": refusal_compare(actor, refusal, with_name=with_name),
    }
    return render(request, "forms/form.html", context)


def _context(actor: Actor, filled: Filled, note: NoteForm, *, with_name: bool) -> dict[str, Any]:
    named = [line for line in filled.answered if line.of_the_name]
    return {
        "filled": filled,
        "row": filled.submission,
        "note": note,
        "case_code": _case_code(actor, filled.submission.case),
        "answers": [_pair(line) for line in filled.answered if not line.of_the_name],
        "repeats": [
            (label, [[_pair(line) for line in row] for row in rows]) for label, rows in filled.repeats
        ],
        "has_name": bool(named),
        "name": " · ".join(text for line in named for text in line.answers) if with_name else "",
    }


def _pair(line: Answered) -> tuple[str, str]:
    if not any(line.pictures):
        return line.label, "; ".join(line.answers)
    pictured = zip(map(pictogram, line.pictures), line.answers, strict=True)
    return line.label, format_html_join("", '<span class="pictured">{}<span>{}</span></span>', pictured)


def _case_code(actor: Actor, case: uuid.UUID | None) -> str:
    if case is None:
        return ""
    try:
        return case_by_id(actor, case, for_=Purpose.CASEWORK).code
    except NotVisible:
        return ""


def _ending(name: str) -> str:
    """A file's ending, when it is plainly one; the rest of the name may describe a person."""
    ending = name.rpartition(".")[2].lower()
    return f".{ending}" if "." in name and ending.isascii() and ending.isalnum() and len(ending) <= 5 else ""
