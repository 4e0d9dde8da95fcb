"""Acts on forms: publishing a version, receiving a filled one, saying what became of it.

Every door ends in `submission_receive`, so a form that comes twice is recognised whichever way it came.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.db import connection
from django.db import transaction as db
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from kimbilio.packs import Pack
from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor, actor_of_member
from kimbilio.server.identity.models import Device
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import blobs, crypto, keystore, sealed
from kimbilio.server.kernel.crypto import DataKey
from kimbilio.server.kernel.custody import custody
from kimbilio.server.kernel.errors import Refused
from kimbilio.server.kernel.ids import new_id
from kimbilio.xlsforms import read_identity

from .errors import UnknownForm, UnknownOriginal
from .models import Attachment, FormMedia, FormVersion, Refusal, Submission
from .reading import Outline, kinds_for, outline_of
from .reasons import CORRECTED, REASONS

if TYPE_CHECKING:
    from kimbilio.packs.compiler import CompiledForm

UNDERSTAND = "intake.understand"
"""The job that understands a submission, by name: it lives in a room above."""

State = Submission.State
File = tuple[str, bytes]


@dataclass(frozen=True)
class Receipt:
    """What became of a form that was sent.

    `created`: stored for the first time. `again`: it was here already, byte for byte; files that were missing
    are now with it. `refused`: another form holds its number, or a correction came before it; it is kept for
    a person to look at, and `submission` is the form that stands in its way. `left_out` files were named
    nowhere in the form.
    """

    outcome: Literal["created", "again", "refused"]
    submission: Submission
    left_out: int = 0


@dataclass(frozen=True)
class Taken:
    """A submission held for understanding: its row, locked until the transaction ends, and its verbatim XML.

    `corrects` is the form it replaces, locked too.
    """

    submission: Submission
    corrects: Submission | None
    form: FormVersion
    xml: bytes
    kinds: Mapping[str, str]


def form_publish(*, pack: Pack, kind: str = "screening") -> FormVersion:
    """Compile a form of the pack and publish it. Raises kimbilio.packs.PackError."""
    from kimbilio.packs.compiler import compile_form  # brings pyxform, which no web process needs

    return version_publish(pack=pack.id, kind=kind, compiled=compile_form(pack, kind))


@db.atomic
def version_publish(*, pack: str, kind: str, compiled: CompiledForm) -> FormVersion:
    """Publish a compiled form and retire the version before it, which stays accepted.

    The version names the content, so publishing it again changes nothing; an older one may come back.
    """
    _line_up(compiled.form_id)
    form = FormVersion.objects.filter(form_id=compiled.form_id, version=compiled.version).first()
    current = FormVersion.objects.filter(form_id=compiled.form_id, retired_at=None)
    if form is not None and form.retired_at is None:
        return form
    current.update(retired_at=timezone.now())
    if form is not None:
        form.retired_at = None
        form.save(update_fields=["retired_at"])
        return form
    form = FormVersion.objects.create(
        pack=pack,
        kind=kind,
        form_id=compiled.form_id,
        version=compiled.version,
        name=compiled.name,
        xform=compiled.xform,
        hash=compiled.hash,
    )
    FormMedia.objects.bulk_create(
        FormMedia(form=form, name=name, content=content, hash=_openrosa_hash(content))
        for name, content in compiled.media.items()
    )
    return form


@db.atomic
def submission_receive(*, device: Device, xml: bytes, files: Iterable[File] = ()) -> Receipt:
    """Store a filled form as it came, with its files, and defer the job that understands it.

    Must run in `acting_for` the device's organisation; when that transaction commits, the form is safe.
    Raises kimbilio.xlsforms.SubmissionRefused, UnknownForm, UnknownOriginal, KeyDestroyed (the person was
    erased), OSError (no room on the disk); then nothing is stored.
    """
    identity = read_identity(xml)
    form = FormVersion.objects.filter(form_id=identity.form_id, version=identity.version or "").first()
    if form is None:
        raise UnknownForm
    files = list(files)
    numbers = {identity.instance_id, identity.deprecated_id or identity.instance_id}
    _line_up(*(f"{device.organisation_id} {number}" for number in numbers))
    outline = outline_of(xml, form)
    fitting = [(name, content) for part, content in files if (name := outline.named(part)) is not None]
    arrival = _Arrival(device, xml, outline, fitting, left_out=len(files) - len(fitting))

    here = Submission.objects.filter(
        organisation_id=device.organisation_id, instance=identity.instance_id
    ).first()
    if here is not None:
        return _again(arrival, here) if bytes(here.xml_hash) == arrival.xml_hash else _refuse(arrival, here)
    original = None
    if identity.deprecated_id:
        original = Submission.objects.filter(
            organisation_id=device.organisation_id, instance=identity.deprecated_id
        ).first()
        if original is None:
            raise UnknownOriginal
        if Submission.objects.filter(corrects=original).exists():
            return _refuse(arrival, original)
    return _store(arrival, form, identity.instance_id, original)


@db.atomic
def submission_take(*, actor: Actor, submission: uuid.UUID) -> Taken | None:
    """Hold a submission for understanding, until the transaction ends; None when it is no longer waiting.

    Raises NotVisible, KeyDestroyed.
    """
    locked = Submission.objects.select_for_update(of=("self",))
    row: Submission = locked.select_related("form", "member", "desk").get_for(
        actor, for_=Purpose.MACHINERY, id=submission
    )
    if row.state != State.RECEIVED:
        return None
    return Taken(
        submission=row,
        corrects=locked.filter(id=row.corrects_id).first() if row.corrects_id else None,
        form=row.form,
        xml=base64.b64decode(sealed.read(row)["xml"]),
        kinds=kinds_for(row.form),
    )


@db.atomic
def submission_understood(
    *, actor: Actor, submission: Submission, case: uuid.UUID, reasons: Iterable[str] = ()
) -> None:
    """The taken submission became a case, or speaks of one; with reasons it is also put before a person."""
    submission.case = case
    act_record(
        actor=actor, act="submission.understood", subject=submission.id, transaction=submission.id, case=case
    )
    _set_aside(actor, submission, _codes(reasons), otherwise=State.UNDERSTOOD)


@db.atomic
def submission_corrected(*, actor: Actor, submission: Submission, by: Submission) -> None:
    """A submission was replaced before it became a case: what replaced it is the case."""
    submission.state, submission.reasons, submission.case = State.SETTLED, [CORRECTED], by.case
    submission.save(update_fields=["state", "reasons", "case"])
    act_record(
        actor=actor,
        act="submission.settled",
        subject=submission.id,
        case=by.case,
        codes={"reasons": submission.reasons, "by": str(by.id)},
    )


@db.atomic
def submission_set_aside(*, actor: Actor, submission: uuid.UUID, reasons: Iterable[str]) -> None:
    """Put a submission that could not be understood before a person, if it still waits. Raises NotVisible."""
    rows = Submission.objects.select_for_update()
    row: Submission = rows.get_for(actor, for_=Purpose.MACHINERY, id=submission)
    if row.state == State.RECEIVED:
        _set_aside(actor, row, _codes(reasons), otherwise=State.RECEIVED)


@db.atomic
def submission_settle(*, actor: Actor, submission: uuid.UUID, note: str) -> Submission:
    """A person has looked at the submission; `note` says what they decided. Raises NotVisible, Refused."""
    row = _waiting(actor, submission, State.NEEDS_A_LOOK)
    _settled(actor, row, note, case=row.case, codes={"reasons": row.reasons})
    row.state = State.SETTLED
    row.save(update_fields=["state"])
    return row


@db.atomic
def submission_retry(*, actor: Actor, submission: uuid.UUID) -> Submission:
    """Have the submission read again, after what stood in the way was mended. Raises NotVisible, Refused."""
    row = _waiting(actor, submission, State.NEEDS_A_LOOK, State.RECEIVED)
    if row.case is not None:
        raise Refused(
            _("The form already became a case. Change the case itself, and write what you decided here.")
        )
    row.state, row.reasons = State.RECEIVED, []
    row.save(update_fields=["state", "reasons"])
    act_record(actor=actor, act="submission.retried", subject=row.id)
    _defer_understanding(row)
    return row


@db.atomic
def refusal_settle(*, actor: Actor, refusal: uuid.UUID, note: str) -> Refusal:
    """A person has looked at a refused form; `note` says what they decided. Raises NotVisible, Refused."""
    row: Refusal = Refusal.objects.select_for_update().get_for(actor, for_=Purpose.CASEWORK, id=refusal)
    if row.settled_at is None:
        _settled(actor, row, note, case=None, codes={"submission": str(row.submission_id)})
        row.settled_at = timezone.now()
        row.save(update_fields=["settled_at"])
    return row


class _Arrival:
    """A form at the door, with what is the same whatever becomes of it."""

    def __init__(
        self, device: Device, xml: bytes, outline: Outline, files: list[File], left_out: int
    ) -> None:
        self.device, self.xml, self.outline, self.files, self.left_out = device, xml, outline, files, left_out
        self.actor = actor_of_member(device.member, device=device)
        self._secret = crypto.derive(custody().master(device.organisation_id), "submission")
        self.xml_hash = crypto.keyed_hash(self._secret, xml)

    def seal_into(self, row: Submission | Refusal, key: DataKey) -> None:
        """Close the verbatim XML into the row and save it."""
        sealed.write(row, key, {"xml": base64.b64encode(self.xml).decode()})
        row.save(force_insert=True)

    def files_add(self, key: DataKey, submission: Submission, refusal: Refusal | None = None) -> int:
        """Keep the files that are not there yet; each is on the disk before its row. Returns how many were
        new.
        """
        there = {
            bytes(row.file_hash) for row in Attachment.objects.filter(submission=submission, refusal=refusal)
        }
        new = 0
        for name, content in self.files:
            file_hash = crypto.keyed_hash(self._secret, name.encode(), content)
            if file_hash in there:
                continue
            there.add(file_hash)
            row = Attachment(
                id=new_id(),
                organisation_id=self.device.organisation_id,
                submission=submission,
                refusal=refusal,
                file_hash=file_hash,
                size=len(content),
            )
            sealed.write(row, key, {"name": name})
            blobs.blob_write(key, row.id, content)
            row.save(force_insert=True)
            new += 1
        return new


def _store(arrival: _Arrival, form: FormVersion, instance: str, original: Submission | None) -> Receipt:
    device = arrival.device
    key, ring = keystore.key_create(device.organisation_id)
    row = Submission(
        id=new_id(),
        organisation_id=device.organisation_id,
        form=form,
        instance=instance,
        corrects=original,
        ring=ring,
        xml_hash=arrival.xml_hash,
        device=device,
        member_id=device.member_id,
        desk_id=device.desk_id,
        started_at=arrival.outline.started_at,
        ended_at=arrival.outline.ended_at,
        received_at=timezone.now(),
    )
    arrival.seal_into(row, key)
    new = arrival.files_add(key, row)
    _missing_count(row, arrival.outline)
    act_record(
        actor=arrival.actor,
        act="submission.received",
        subject=row.id,
        transaction=row.id,
        codes={"form": form.form_id, "version": form.version, "files": new, "left_out": arrival.left_out},
        wrote=bytes(row.sealed),
    )
    _defer_understanding(row)
    return Receipt("created", row, arrival.left_out)


def _again(arrival: _Arrival, row: Submission) -> Receipt:
    if arrival.files and (new := arrival.files_add(sealed.key_of(row), row)):
        _missing_count(row, arrival.outline)
        act_record(
            actor=arrival.actor,
            act="submission.files_added",
            subject=row.id,
            case=row.case,
            codes={"files": new},
        )
    return Receipt("again", row, arrival.left_out)


def _refuse(arrival: _Arrival, row: Submission) -> Receipt:
    device = arrival.device
    refusal = Refusal.objects.filter(submission=row, xml_hash=arrival.xml_hash).first()
    if refusal is not None:
        arrival.files_add(sealed.key_of(refusal), row, refusal)
        return Receipt("refused", row, arrival.left_out)
    key, ring = keystore.key_create(device.organisation_id)
    refusal = Refusal(
        id=new_id(),
        organisation_id=device.organisation_id,
        submission=row,
        ring=ring,
        xml_hash=arrival.xml_hash,
        device=device,
        member_id=device.member_id,
        desk_id=device.desk_id,
        received_at=timezone.now(),
    )
    arrival.seal_into(refusal, key)
    arrival.files_add(key, row, refusal)
    act_record(
        actor=arrival.actor,
        act="submission.refused",
        subject=refusal.id,
        transaction=refusal.id,
        case=row.case,
        codes={"submission": str(row.id)},
        wrote=bytes(refusal.sealed),
    )
    return Receipt("refused", row, arrival.left_out)


def _missing_count(row: Submission, outline: Outline) -> None:
    there = sealed.read_many(Attachment.objects.filter(submission=row, refusal=None)).values()
    missing = len(set(outline.files or ()) - {document["name"] for document in there})
    if missing != row.files_missing:
        row.files_missing = missing
        row.save(update_fields=["files_missing"])


def _defer_understanding(row: Submission) -> None:
    app.configure_task(UNDERSTAND, queue="intake", lock=str(row.id)).defer(
        organisation=str(row.organisation_id), submission=str(row.id)
    )


def _set_aside(actor: Actor, row: Submission, reasons: list[str], *, otherwise: str) -> None:
    row.state, row.reasons = (State.NEEDS_A_LOOK if reasons else otherwise), reasons
    row.save(update_fields=["state", "reasons", "case"])
    if reasons:
        codes = {"reasons": reasons}
        act_record(actor=actor, act="submission.set_aside", subject=row.id, case=row.case, codes=codes)


def _waiting(actor: Actor, submission: uuid.UUID, *states: str) -> Submission:
    row: Submission = Submission.objects.select_for_update().get_for(
        actor, for_=Purpose.CASEWORK, id=submission
    )
    if row.state not in states:
        raise Refused(_("This form no longer needs a look: it was read or settled meanwhile. Open it again."))
    return row


def _settled(
    actor: Actor, row: Submission | Refusal, note: str, *, case: uuid.UUID | None, codes: Mapping[str, object]
) -> None:
    if not note.strip():
        raise Refused(_("Nothing says yet what you decided. Write it in a few words."))
    act_record(
        actor=actor,
        act="submission.settled",
        subject=row.id,
        case=case,
        codes=codes,
        key=sealed.key_of(row),
        detail={"note": note.strip()},
    )


def _codes(reasons: Iterable[str]) -> list[str]:
    listed = list(dict.fromkeys(reasons))
    if unknown := [code for code in listed if code not in REASONS]:
        raise KeyError(f"{unknown} are not in forms.reasons; add them there with the words a reader sees.")
    return listed


def _openrosa_hash(content: bytes) -> str:
    return f"md5:{hashlib.md5(content, usedforsecurity=False).hexdigest()}"


def _line_up(*names: str) -> None:
    """Wait until no other transaction holds any of the names; two forms of one number pass one after the
    other.
    """
    with connection.cursor() as cursor:
        for name in sorted(names):
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
