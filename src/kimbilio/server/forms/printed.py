"""Acts on sheets of paper: printing a blank or a filled one, joining a blank one to what was typed in, finding one.

Knows that a sheet opens nothing by itself: whoever finds a form by its sheet needs the same right as without it, and
a sheet that leads nowhere for the actor is answered as one that was never printed.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from functools import lru_cache

from django.db import transaction as db
from django.utils.translation import gettext as _

from kimbilio.packs import Pack, PackError
from kimbilio.packs.compiler import compile_form
from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import NotAllowed, NotVisible, Refused
from kimbilio.server.kernel.ids import new_sheet_number, read_sheet_number
from kimbilio.server.people.country import pack_of
from kimbilio.xlsforms import SubmissionRefused, read_envelope, read_submission

from .models import FormVersion, Sheet, Submission
from .reading import kinds_for, xml_of
from .selectors import submission_get
from .sheets import blank_sheet, filled_sheet

_NOT_PRINTED = frozenset({"note", "calculate", "metadata", "repeat"})


@db.atomic
def sheet_print_blank(*, actor: Actor, form: FormVersion, language: str) -> bytes:
    """Print a blank form whose number is registered to the organisation.

    Raises Refused when the pack on this server is not the one that was published; FontsMissing, OverLimit,
    ProgramFailed.
    """
    pack = _pack(form)
    if _version(pack.id, pack.content_hash, form.kind) != form.version:
        raise Refused(
            _("The pack on this server is newer than the published form. Publish the form, then print it.")
        )
    sheet = _sheet(actor, form, language, submission=None)
    return blank_sheet(
        pack,
        kind=form.kind,
        form_id=form.form_id,
        version=form.version,
        language=language,
        number=sheet.number,
    )


@db.atomic
def sheet_print_filled(*, actor: Actor, submission: uuid.UUID, language: str) -> bytes:
    """Print a filled form without the name. Raises NotVisible, KeyDestroyed, Refused; else as `sheet_print_blank`."""
    row = submission_get(actor, submission, for_=Purpose.CASEWORK)
    pack = _pack(row.form)
    xml, kinds = xml_of(sealed.read(row)), kinds_for(row.form)
    try:
        read = None if read_envelope(xml) else read_submission(xml, kinds)
    except SubmissionRefused:
        read = None
    if read is None:
        raise Refused(_("This form could not be read, so it cannot be printed. Settle it first."))
    sheet = _sheet(actor, row.form, language, submission=row)
    return filled_sheet(
        pack,
        kind=row.form.kind,
        form_id=row.form.form_id,
        version=row.form.version,
        language=language,
        number=sheet.number,
        answers=_answers(read.answers, kinds),
        repeats={
            name: [_answers(turn, kinds) for turn in turns if any(turn.values())]
            for name, turns in read.repeats.items()
        },
    )


@db.atomic
def sheet_join(*, actor: Actor, submission: uuid.UUID, number: str) -> Sheet:
    """Say that a form was typed in from this blank sheet. Raises NotVisible, Refused."""
    row = submission_get(actor, submission, for_=Purpose.CASEWORK)
    read = read_sheet_number(number)
    sheet = (
        Sheet.objects.select_for_update()
        .filter(organisation_id=actor.organisation, number=read, blank=True, form__form_id=row.form.form_id)
        .first()
    )
    if sheet is None:
        raise Refused(
            _(
                "No blank sheet of this form was printed here under this number. Read it once more from the sheet."
            )
        )
    if sheet.submission_id == row.id:
        return sheet
    if sheet.submission_id is not None:
        raise Refused(
            _(
                "This sheet was typed in before. Look at the form it became, and settle which of the two holds."
            )
        )
    sheet.submission = row
    sheet.save(update_fields=["submission"])
    act_record(
        actor=actor, act="sheet.joined", subject=sheet.id, case=row.case, codes={"submission": str(row.id)}
    )
    return sheet


@db.atomic
def sheet_find(*, actor: Actor, number: str) -> Submission:
    """The form that a sheet belongs to; finding it is an act. Raises NotVisible, also for a sheet still blank."""
    read = read_sheet_number(number)
    sheet = Sheet.objects.filter(organisation_id=actor.organisation, number=read).first() if read else None
    if sheet is None or sheet.submission_id is None:
        raise NotVisible
    row = submission_get(actor, sheet.submission_id, for_=Purpose.CASEWORK)
    act_record(
        actor=actor, act="sheet.found", subject=sheet.id, case=row.case, codes={"submission": str(row.id)}
    )
    return row


def _sheet(actor: Actor, form: FormVersion, language: str, *, submission: Submission | None) -> Sheet:
    if actor.member is None:
        raise NotAllowed
    sheet = Sheet.objects.create(
        organisation_id=actor.organisation,
        number=new_sheet_number(),
        form=form,
        language=language,
        blank=submission is None,
        submission=submission,
        member_id=actor.member,
    )
    act_record(
        actor=actor,
        act="sheet.printed_blank" if submission is None else "sheet.printed_filled",
        subject=sheet.id,
        case=submission.case if submission else None,
        codes={"form": form.form_id, "language": language}
        | ({"submission": str(submission.id)} if submission else {}),
    )
    return sheet


def _answers(answers: Mapping[str, str], kinds: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Codes of a question with choices, the text of any other; what the form works out itself is left out."""
    return {
        name: tuple(text.split()) if kinds.get(name, "").startswith("select") else (text,)
        for name, text in answers.items()
        if text and kinds.get(name) not in _NOT_PRINTED
    }


def _pack(form: FormVersion) -> Pack:
    try:
        pack = pack_of(form.pack)
    except PackError as error:
        raise Refused(_("The pack of this form is not on this server, so it cannot be printed.")) from error
    if form.kind not in pack.forms:
        raise Refused(_("The pack of this form no longer has it, so it cannot be printed."))
    return pack


@lru_cache(maxsize=8)
def _version(pack: str, content: str, kind: str) -> str:
    """The version that this content of a pack compiles to; compiling takes a second or two."""
    return compile_form(pack_of(pack), kind).version
