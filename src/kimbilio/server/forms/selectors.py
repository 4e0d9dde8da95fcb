"""Questions about forms: which are published, which need a look, and what a filled one says.

Reading a filled form is itself an act and is written before anything is returned.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from kimbilio.packs import Pack, PackError
from kimbilio.packs.form_questions import AGENCY_SLOT
from kimbilio.server.access.rules import Purpose
from kimbilio.server.country.media import pictogram_address
from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import blobs, sealed
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.people.country import answer_word, pack_of, word
from kimbilio.server.people.selectors import NAME_FIELDS, case_by_id
from kimbilio.xlsforms import ReadSubmission, SubmissionRefused, display_text, read_envelope, read_submission

from .models import Attachment, FormMedia, FormVersion, Refusal, Sheet, Submission
from .reading import kinds_for, outline_of, xml_of
from .reading import lists_for as lists_for  # the door asks for them here
from .reasons import REFUSED, WAITING

State = Submission.State

TOO_LONG = timedelta(minutes=15)
"""A form that waits longer than this to be read is put before a person."""

_NOT_SHOWN = frozenset({"note", "calculate", "metadata", "repeat"})


@dataclass(frozen=True)
class Look:
    """One line of the needs-a-look queue. `reasons` are codes of `forms.reasons`; a refusal can only be
    settled.
    """

    id: uuid.UUID
    submission: uuid.UUID
    is_refusal: bool
    reasons: tuple[str, ...]
    form_name: str
    received_at: datetime
    member: uuid.UUID
    desk: uuid.UUID
    case: uuid.UUID | None


@dataclass(frozen=True)
class Answered:
    """A question and its answer in the reader's language. `hidden`: there is an answer, shown only after a
    tap. `pictures` are addresses, one for each of the answers, empty where it has none.
    """

    question: str
    label: str
    answers: tuple[str, ...]
    of_the_name: bool = False
    hidden: bool = False
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True)
class File:
    """One file that came with a form."""

    id: uuid.UUID
    name: str
    size: int

    @property
    def is_photo(self) -> bool:
        """Whether its name says so; what it is shows when it is drawn anew."""
        return self.name.lower().endswith((".jpg", ".jpeg", ".png", ".webp"))


@dataclass(frozen=True)
class Filled:
    """A filled form as its reader sees it.

    `settled`: somebody has looked at it. `repeats` holds, for each repeat of the form, its label and its
    rows. `verbatim` is the text as it was sent, and empty unless nothing better can be shown. `missing` are
    files that the form names and that have not come.
    """

    submission: Submission
    form_name: str
    version: str
    received_at: datetime
    settled: bool
    answered: tuple[Answered, ...]
    repeats: tuple[tuple[str, tuple[tuple[Answered, ...], ...]], ...]
    files: tuple[File, ...]
    missing: tuple[str, ...]
    verbatim: str


def forms_listed(pack: str, form_id: str = "", *, retired: bool = False) -> QuerySet[FormVersion]:
    """The forms of a pack to be filled in now, without their XForms; with `retired`, every version ever published."""
    forms = FormVersion.objects.filter(pack=pack).defer("xform").order_by("form_id", "-published_at")
    forms = forms if retired else forms.filter(retired_at=None)
    return forms.filter(form_id=form_id) if form_id else forms


def form_get(form_id: str, version: str, *, pack: str) -> FormVersion:
    """A published form of a pack, retired or not. Raises NotVisible."""
    form = FormVersion.objects.filter(form_id=form_id, version=version, pack=pack).first()
    if form is None:
        raise NotVisible
    return form


def media_of(form: FormVersion) -> QuerySet[FormMedia]:
    """The files that a form shows."""
    return FormMedia.objects.filter(form=form).order_by("name")


def needs_a_look(actor: Actor, *, limit: int = 51) -> list[Look]:
    """What this actor should look at, oldest first: set aside, waiting too long, refused."""
    seen = Submission.objects.visible_to(actor, for_=Purpose.CASEWORK)
    waiting = Q(state=State.RECEIVED, received_at__lt=timezone.now() - TOO_LONG)
    rows = (
        seen.filter(Q(state=State.NEEDS_A_LOOK) | waiting)
        .select_related("form")
        .defer("form__xform", "sealed")
    )
    refused = Refusal.objects.visible_to(actor, for_=Purpose.CASEWORK).filter(settled_at=None)
    looks = [_look(row) for row in rows.order_by("id")[:limit]]
    looks += [
        _look_at_refusal(row)
        for row in refused.select_related("submission__form")
        .defer("submission__form__xform", "submission__sealed", "sealed")
        .order_by("id")[:limit]
    ]
    return sorted(looks, key=lambda look: look.id)[:limit]


def waits_too_long(row: Submission) -> bool:
    """Whether a form should have been read by now."""
    return row.received_at < timezone.now() - TOO_LONG


def received_count(actor: Actor) -> int:
    """How many forms have come that this actor may see."""
    count: int = Submission.objects.visible_to(actor, for_=Purpose.CASEWORK).count()
    return count


def submissions_of_case(actor: Actor, case: uuid.UUID) -> list[Submission]:
    """The forms that speak of a case, newest first. Raises NotVisible when the case is not the actor's."""
    case_by_id(actor, case, for_=Purpose.CASEWORK)
    rows = Submission.objects.filter(case=case).select_related("form", "member")
    return list(rows.defer("form__xform", "sealed").order_by("-id"))


def submission_get(actor: Actor, submission: uuid.UUID, *, for_: Purpose) -> Submission:
    """A submission that the actor sent, looks after, or whose case they may see. Raises NotVisible."""
    rows = Submission.objects.select_related("form", "member").defer("form__xform")
    row: Submission | None = rows.filter(organisation_id=actor.organisation, id=submission).first()
    if row is None or row.case is None:
        mine: Submission = rows.get_for(actor, for_=for_, id=submission)
        return mine
    case_by_id(actor, row.case, for_=for_)
    return row


def submission_open(
    actor: Actor, submission: uuid.UUID, *, for_: Purpose = Purpose.CASEWORK, with_name: bool = False
) -> Filled:
    """A filled form, question by question. The reading is journalled, and the name's separately.

    Raises NotVisible, KeyDestroyed.
    """
    row = submission_get(actor, submission, for_=for_)
    document = sealed.read(row)
    act_record(actor=actor, act="form.shown", subject=row.id, case=row.case, codes={"purpose": for_})
    if with_name:
        act_record(actor=actor, act="name.shown", subject=row.id, case=row.case, codes={"purpose": for_})
    return _filled(actor, row, row, document, _files(row), with_name=with_name)


def sheets_of(submission: Submission) -> list[Sheet]:
    """The sheets of paper that lead to a form, oldest first; for a form that was obtained for the actor."""
    return list(Sheet.objects.filter(submission=submission).order_by("id"))


def refusal_open(
    actor: Actor, refusal: uuid.UUID, *, for_: Purpose = Purpose.CASEWORK, with_name: bool = False
) -> Filled:
    """A refused form, question by question, to compare it with the one it collides with; journalled the same
    way.
    """
    row: Refusal = Refusal.objects.select_related("submission__form").get_for(actor, for_=for_, id=refusal)
    document = sealed.read(row)
    act_record(
        actor=actor, act="form.shown", subject=row.id, case=row.submission.case, codes={"purpose": for_}
    )
    if with_name:
        act_record(
            actor=actor, act="name.shown", subject=row.id, case=row.submission.case, codes={"purpose": for_}
        )
    return _filled(actor, row.submission, row, document, _files(row.submission, row), with_name=with_name)


def refusal_visible(actor: Actor, refusal: uuid.UUID) -> bool:
    """Whether the actor may look at a refused form."""
    return Refusal.objects.visible_to(actor, for_=Purpose.CASEWORK).filter(id=refusal).exists()


def refusal_pair(
    actor: Actor, refusal: uuid.UUID, *, for_: Purpose = Purpose.CASEWORK, with_name: bool = False
) -> tuple[Filled, Filled]:
    """The form that came first and the refused one, names included, to be compared and not to be shown.

    The reading of the first is journalled here, that of the refused one by `refusal_open`.
    """
    row: Refusal = Refusal.objects.select_related("submission__form").get_for(actor, for_=for_, id=refusal)
    kept = row.submission
    for act in ("form.shown", "name.shown") if with_name else ("form.shown",):
        act_record(actor=actor, act=act, subject=kept.id, case=kept.case, codes={"purpose": for_})
    first, second = (
        _filled(actor, kept, side, sealed.read(side), (), with_name=True) for side in (kept, row)
    )
    return first, second


def attachment_open(
    actor: Actor, attachment: uuid.UUID, *, for_: Purpose = Purpose.CASEWORK
) -> tuple[str, bytes]:
    """The name and the bytes of a file; the look is journalled. Raises NotVisible, KeyDestroyed."""
    row = Attachment.objects.filter(organisation_id=actor.organisation, id=attachment).first()
    if row is None:
        raise NotVisible
    submission = submission_get(actor, row.submission_id, for_=for_)
    act_record(actor=actor, act="form.shown", subject=row.id, case=submission.case, codes={"purpose": for_})
    key = sealed.key_of(row)
    return sealed.read(row, key)["name"], blobs.blob_read(key, row.id)


def form_of_file(actor: Actor, attachment: uuid.UUID) -> uuid.UUID:
    """The form that a file of the actor's organisation came with. Raises NotVisible."""
    row = Attachment.objects.filter(organisation_id=actor.organisation, id=attachment).first()
    if row is None:
        raise NotVisible
    return row.submission_id


def _look(row: Submission) -> Look:
    reasons = tuple(row.reasons) or (WAITING,)
    return Look(
        row.id, row.id, False, reasons, row.form.called, row.received_at, row.member_id, row.desk_id, row.case
    )


def _look_at_refusal(row: Refusal) -> Look:
    kept = row.submission
    return Look(
        row.id,
        kept.id,
        True,
        (REFUSED,),
        kept.form.called,
        row.received_at,
        row.member_id,
        row.desk_id,
        kept.case,
    )


def _files(row: Submission, refusal: Refusal | None = None) -> tuple[File, ...]:
    rows = list(Attachment.objects.filter(submission=row, refusal=refusal).order_by("id"))
    names = sealed.read_many(rows)
    return tuple(File(file.id, names[file.id]["name"], file.size) for file in rows if file.id in names)


def _filled(
    actor: Actor,
    kept: Submission,
    row: Submission | Refusal,
    document: Mapping[str, str],
    files: tuple[File, ...],
    *,
    with_name: bool,
) -> Filled:
    answered: tuple[Answered, ...] = ()
    repeats: tuple[tuple[str, tuple[tuple[Answered, ...], ...]], ...] = ()
    missing: tuple[str, ...] = ()
    verbatim = ""
    xml = xml_of(document)
    if document.get("opened"):  # the closed files stay, and nobody reads them
        closed = outline_of(base64.b64decode(document["xml"]), kept.form).files or ()
        files = tuple(file for file in files if file.name not in closed)
    try:
        kinds = kinds_for(kept.form)
        read = None if read_envelope(xml) else read_submission(xml, kinds)
    except SubmissionRefused:
        read = None
    if read is None:
        verbatim = display_text(xml.decode("utf-8", errors="replace"))
    else:
        shown = _Words(actor, kept.form, kinds, with_name=with_name)
        answered, repeats = tuple(shown.answered(read.answers)), tuple(_repeats(read, shown))
        there = {file.name for file in files}
        missing = tuple(name for name in read.files if name not in there)
    return Filled(
        submission=kept,
        form_name=kept.form.called,
        version=kept.form.version,
        received_at=row.received_at,
        settled=row.settled_at is not None if isinstance(row, Refusal) else row.state == State.SETTLED,
        answered=answered,
        repeats=repeats,
        files=files,
        missing=missing,
        verbatim=verbatim,
    )


def _repeats(read: ReadSubmission, shown: _Words) -> Iterator[tuple[str, tuple[tuple[Answered, ...], ...]]]:
    for name, rows in read.repeats.items():
        filled = tuple(answered for row in rows if (answered := tuple(shown.answered(row))))
        if filled:
            yield shown.label(name), filled


class _Words:
    """Questions and answers in words; their names and codes where the pack has them no more."""

    def __init__(self, actor: Actor, form: FormVersion, kinds: Mapping[str, str], *, with_name: bool) -> None:
        self._actor, self._kind, self._kinds, self._with_name = actor, form.kind, kinds, with_name
        self._pack = _pack_or_none(form.pack)
        asked = (
            self._pack.forms[form.kind].list_question
            if self._pack and form.kind in self._pack.forms
            else None
        )
        self._case_question = asked.name if asked else ""

    def label(self, question: str) -> str:
        return word(self._pack, f"question:{question}") if self._pack else question

    def answered(self, answers: Mapping[str, str]) -> Iterator[Answered]:
        for question in self._in_order(answers):
            named = self._may_name(question)
            hidden = named and not self._with_name
            texts = () if hidden else self._texts(question, answers[question])
            label = self.label(question).replace(AGENCY_SLOT, self._agency_in(answers))
            pictures = () if hidden else self._pictures(question, answers[question])
            yield Answered(question, label, texts, named, hidden, pictures)

    def _in_order(self, answers: Mapping[str, str]) -> Sequence[str]:
        shown = [name for name in answers if self._kinds.get(name) not in _NOT_SHOWN]
        if self._pack is None or self._kind not in self._pack.forms:
            return shown
        place = {question.name: question.order for question in self._pack.forms[self._kind].questions}
        return sorted(shown, key=lambda name: place.get(name, len(place)))

    def _texts(self, question: str, text: str) -> tuple[str, ...]:
        if question == self._case_question:
            return (self._case_code(text),)
        match self._kinds.get(question):
            case "select_one" | "select_multiple" if self._pack:
                return tuple(
                    display_text(answer_word(self._pack, self._kind, question, code)) for code in text.split()
                )
            case _:
                return (display_text(text),)

    def _pictures(self, question: str, text: str) -> tuple[str, ...]:
        asked_from_a_list = self._kinds.get(question) in ("select_one", "select_multiple")
        if self._pack is None or self._kind not in self._pack.forms or not asked_from_a_list:
            return ()
        pack, kind = self._pack, self._kind
        return tuple(pictogram_address(pack, kind, question, code) for code in text.split())

    def _case_code(self, text: str) -> str:
        """The case a form names, by its code; one that the reader may not see stays nameless."""
        try:
            return case_by_id(self._actor, uuid.UUID(text.strip()), for_=Purpose.CASEWORK).code
        except (ValueError, NotVisible):
            return _("A case that is not here for you")

    def _agency_in(self, answers: Mapping[str, str]) -> str:
        """The agency that a referral's row is about; its name stands in the row's own questions."""
        questions = (
            self._pack.forms[self._kind].questions if self._pack and self._kind in self._pack.forms else ()
        )
        asked = next((row.name for row in questions if row.list == "pack:agency" and row.name in answers), "")
        return "; ".join(self._texts(asked, answers[asked])) if asked else "…"

    def _may_name(self, question: str) -> bool:
        """Without the pack nobody knows which text is the name, so every text is kept back."""
        if self._pack is None:
            return self._kinds.get(question) == "text"
        return any(
            question in self._pack.fields[name].questions for name in NAME_FIELDS if name in self._pack.fields
        )


def _pack_or_none(pack: str) -> Pack | None:
    try:
        return pack_of(pack)
    except PackError:
        return None
