"""Receiving a filled form: what comes twice, what is refused, what is kept.

Every door ends in `submission_receive`, so a form that comes twice is recognised whichever way it came.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.db import transaction as db
from django.utils import timezone

from kimbilio.server.identity.actor import actor_of_member
from kimbilio.server.identity.models import Device
from kimbilio.server.identity.selectors import deciders_of
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import keystore, sealed
from kimbilio.server.kernel.crypto import DataKey
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.notices.services import notice_send
from kimbilio.xlsforms import read_identity

from .carrying import files_carry_over
from .errors import UnknownForm, UnknownOriginal
from .keeping import File, files_keep, hash_kept, missing_count
from .looks import set_aside
from .models import FormVersion, Refusal, Submission
from .opening import OPEN, form_open
from .reading import Outline, outline_of, xml_of
from .reasons import DAMAGED, NO_KEY, REFUSED
from .turns import line_up, understanding_defer

State = Submission.State


@dataclass(frozen=True)
class Receipt:
    """What became of a form that was sent.

    `created`: stored for the first time. `again`: it was here already, byte for byte; files that were missing
    are now with it. `refused`: another form holds its number, or a correction came before it; it is kept for
    a person to look at, and `submission` is the form that stands in its way. `left_out` files were named
    nowhere in the form. `damaged`: what came was encrypted on the phone and does not open whole; it is kept, and
    the phone should send it again.
    """

    outcome: Literal["created", "again", "refused", "damaged"]
    submission: Submission
    left_out: int = 0


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
    line_up(*(f"{device.organisation_id} {number}" for number in numbers))
    outline = outline_of(xml, form)
    fitting = [(name, content) for part, content in files if (name := outline.named(part)) is not None]
    arrival = _Arrival(device, xml, outline, fitting, left_out=len(files) - len(fitting))

    here = Submission.objects.filter(
        organisation_id=device.organisation_id, instance=identity.instance_id
    ).first()
    if here is not None:
        sealed.key_of(here)  # what was erased is not taken in again, in the same words or in others
        return _again(arrival, here) if bytes(here.xml_hash) == arrival.xml_hash else _refuse(arrival, here)
    original = None
    if identity.deprecated_id:
        original = Submission.objects.filter(
            organisation_id=device.organisation_id, instance=identity.deprecated_id
        ).first()
        if original is None:
            raise UnknownOriginal
        sealed.key_of(original)
        if Submission.objects.filter(corrects=original).exists():
            return _refuse(arrival, original)
    return _store(arrival, form, identity.instance_id, original)


class _Arrival:
    """A form at the door, with what is the same whatever becomes of it."""

    def __init__(
        self, device: Device, xml: bytes, outline: Outline, files: list[File], left_out: int
    ) -> None:
        self.device, self.xml, self.outline, self.files, self.left_out = device, xml, outline, files, left_out
        self.actor = actor_of_member(device.member, device=device)
        self.xml_hash = hash_kept(device.organisation_id, xml)
        self.is_closed = outline.is_closed

    def seal_into(self, row: Submission | Refusal, key: DataKey) -> None:
        """Close the verbatim XML into the row and save it."""
        sealed.write(row, key, {"xml": base64.b64encode(self.xml).decode()})
        row.save(force_insert=True)

    def files_add(self, key: DataKey, submission: Submission, refusal: Refusal | None = None) -> int:
        """Keep the files that are not there yet. Returns how many were new."""
        return files_keep(key, submission, refusal, self.files)

    def open(self, refusal: Refusal) -> None:
        """Open a refused form that came closed, so that it can be compared."""
        if self.is_closed:
            form_open(actor=self.actor, row=refusal)


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
    carried = files_carry_over(key, row, original, arrival.outline.files or ()) if original else 0
    _missing_count(row)
    act_record(
        actor=arrival.actor,
        act="submission.received",
        subject=row.id,
        transaction=row.id,
        codes={
            "form": form.form_id,
            "version": form.version,
            "files": new,
            "carried": carried,
            "left_out": arrival.left_out,
        },
        wrote=bytes(row.sealed),
    )
    opening = form_open(actor=arrival.actor, row=row) if arrival.is_closed else OPEN
    understanding_defer(row)
    return Receipt("damaged" if opening == DAMAGED else "created", row, arrival.left_out)


def _again(arrival: _Arrival, row: Submission) -> Receipt:
    if arrival.files and (new := arrival.files_add(sealed.key_of(row), row)):
        _missing_count(row)
        act_record(
            actor=arrival.actor,
            act="submission.files_added",
            subject=row.id,
            case=row.case,
            codes={"files": new},
        )
    if arrival.is_closed and _open_more(arrival, row) == DAMAGED:
        return Receipt("damaged", row, arrival.left_out)
    return Receipt("again", row, arrival.left_out)


def _open_more(arrival: _Arrival, row: Submission) -> str:
    """Try again to open what came closed, now that more of it may be there."""
    opening = form_open(actor=arrival.actor, row=row)
    waits = row.state == State.RECEIVED or (row.case is None and {*row.reasons} <= {NO_KEY, DAMAGED})
    if opening == OPEN and waits and row.state != State.SETTLED:
        row.state, row.reasons = State.RECEIVED, []
        row.save(update_fields=["state", "reasons"])
        understanding_defer(row)
    elif opening == DAMAGED and row.state == State.UNDERSTOOD:
        set_aside(arrival.actor, row, [DAMAGED], otherwise=row.state)
    return opening


def _refuse(arrival: _Arrival, row: Submission) -> Receipt:
    device = arrival.device
    refusal = Refusal.objects.filter(submission=row, xml_hash=arrival.xml_hash).first()
    if refusal is not None:
        arrival.files_add(sealed.key_of(refusal), row, refusal)
        arrival.open(refusal)
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
    arrival.open(refusal)
    notice_send(
        actor=arrival.actor,
        to=deciders_of(device.organisation_id),
        about=(REFUSED, refusal.id),
        urgency="urgent",
        once=f"refusal {device.desk_id} {refusal.received_at:%Y-%m-%dT%H}",  # a bad phone collides by the hundred
    )
    return Receipt("refused", row, arrival.left_out)


def _missing_count(row: Submission) -> None:
    missing = missing_count(row, outline_of(xml_of(sealed.read(row)), row.form))
    if missing != row.files_missing:
        row.files_missing = missing
        row.save(update_fields=["files_missing"])
