"""Receiving a filled form: what comes twice, what is refused, what is kept.

Every door ends in `submission_receive`, so a form that comes twice is recognised whichever way it came.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db import transaction as db

from kimbilio.server.identity.models import Device
from kimbilio.server.identity.selectors import deciders_of
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import KeyDestroyed, KimbilioError
from kimbilio.server.notices.services import notice_send
from kimbilio.xlsforms import SubmissionRefused

from .arrivals import Arrival, arrival_of
from .carrying import files_carry_over
from .errors import UnknownForm, UnknownOriginal
from .keeping import File, files_keep, missing_count
from .looks import set_aside
from .models import Refusal, Submission
from .opening import OPEN, form_open
from .plain import plain_store
from .reading import outline_of, xml_of
from .reasons import DAMAGED, NO_KEY, REFUSED
from .turns import line_up, understanding_defer

REFUSALS = (SubmissionRefused, UnknownForm, UnknownOriginal, KeyDestroyed)
"""Why a form may not be stored, whatever the state of the server."""
NotTaken = SubmissionRefused | KimbilioError
"""One of them."""

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


@db.atomic(savepoint=False)
def submission_receive(*, device: Device, xml: bytes, files: Iterable[File] = ()) -> Receipt:
    """Store a filled form as it came, with its files, and defer the job that understands it.

    Must run in `acting_for` the device's organisation; when that transaction commits, the form is safe.
    Raises kimbilio.xlsforms.SubmissionRefused, UnknownForm, UnknownOriginal, KeyDestroyed (the person was
    erased), OSError (no room on the disk); then nothing is stored.
    """
    arrival = arrival_of(device, xml, files)
    if arrival.is_plain and (new := plain_store([arrival])):
        return Receipt("created", new[arrival.identity.instance_id], arrival.left_out)
    return _receive(arrival)


@db.atomic(savepoint=False)
def submissions_receive(*, device: Device, xmls: Sequence[bytes]) -> list[Receipt | NotTaken]:
    """Store filled forms that come without files, many in one commit; what `submission_receive` would have raised
    stands in the place of its receipt, and the others are stored all the same. Raises OSError, DatabaseError.
    """
    arrivals = [_read(device, xml) for xml in xmls]
    plain = [arrival for arrival in arrivals if isinstance(arrival, Arrival) and arrival.is_plain]
    new = plain_store(plain)
    return [_receipt_of(arrival, new) for arrival in arrivals]


def _read(device: Device, xml: bytes) -> Arrival | NotTaken:
    try:
        return arrival_of(device, xml)
    except REFUSALS as refusal:
        return refusal


def _receipt_of(arrival: Arrival | NotTaken, new: dict[str, Submission]) -> Receipt | NotTaken:
    if not isinstance(arrival, Arrival):
        return arrival
    # Out of `new`: the same form twice in one batch is new once
    if arrival.is_plain and (row := new.pop(arrival.identity.instance_id, None)):
        return Receipt("created", row, arrival.left_out)
    try:
        with db.atomic():
            return _receive(arrival)
    except REFUSALS as refusal:
        return refusal


def _receive(arrival: Arrival) -> Receipt:
    """What is not simply new: a repetition, another form under one number, a correction, files, a closed form."""
    organisation, identity = arrival.device.organisation_id, arrival.identity
    numbers = {identity.instance_id, identity.deprecated_id or identity.instance_id}
    line_up(*(f"{organisation} {number}" for number in numbers))
    here = _submission(organisation, identity.instance_id)
    if here is not None:
        sealed.key_of(here)  # what was erased is not taken in again, in the same words or in others
        return _again(arrival, here) if bytes(here.xml_hash) == arrival.xml_hash else _refuse(arrival, here)
    original = None
    if identity.deprecated_id:
        original = _submission(organisation, identity.deprecated_id)
        if original is None:
            raise UnknownOriginal
        sealed.key_of(original)
        if Submission.objects.filter(corrects=original).exists():
            return _refuse(arrival, original)
    return _store(arrival, original)


def _submission(organisation: uuid.UUID, instance: str) -> Submission | None:
    found: Submission | None = Submission.objects.filter(
        organisation_id=organisation, instance=instance
    ).first()
    return found


def _store(arrival: Arrival, original: Submission | None) -> Receipt:
    row, key = arrival.row(original)
    row.save(force_insert=True)
    new = files_keep(key, row, None, arrival.files)
    carried = files_carry_over(key, row, original, arrival.outline.files or ()) if original else 0
    _missing_count(row)
    act_record(
        actor=arrival.actor,
        act="submission.received",
        subject=row.id,
        transaction=row.id,
        codes={
            "form": arrival.form.form_id,
            "version": arrival.form.version,
            "files": new,
            "carried": carried,
            "left_out": arrival.left_out,
        },
        wrote=bytes(row.sealed),
    )
    opening = form_open(actor=arrival.actor, row=row) if arrival.is_closed else OPEN
    understanding_defer(row)
    return Receipt("damaged" if opening == DAMAGED else "created", row, arrival.left_out)


def _again(arrival: Arrival, row: Submission) -> Receipt:
    if arrival.files and (new := files_keep(sealed.key_of(row), row, None, arrival.files)):
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


def _open_more(arrival: Arrival, row: Submission) -> str:
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


def _refuse(arrival: Arrival, row: Submission) -> Receipt:
    refusal = Refusal.objects.filter(submission=row, xml_hash=arrival.xml_hash).first()
    if refusal is not None:
        files_keep(sealed.key_of(refusal), row, refusal, arrival.files)
        _open(arrival, refusal)
        return Receipt("refused", row, arrival.left_out)
    refusal, key = arrival.refusal(row)
    refusal.save(force_insert=True)
    files_keep(key, row, refusal, arrival.files)
    act_record(
        actor=arrival.actor,
        act="submission.refused",
        subject=refusal.id,
        transaction=refusal.id,
        case=row.case,
        codes={"submission": str(row.id)},
        wrote=bytes(refusal.sealed),
    )
    _open(arrival, refusal)
    notice_send(
        actor=arrival.actor,
        to=deciders_of(arrival.device.organisation_id),
        about=(REFUSED, refusal.id),
        urgency="urgent",
        once=f"refusal {refusal.desk_id} {refusal.received_at:%Y-%m-%dT%H}",  # a bad phone collides by the hundred
    )
    return Receipt("refused", row, arrival.left_out)


def _open(arrival: Arrival, refusal: Refusal) -> None:
    """Open a refused form that came closed, so that it can be compared."""
    if arrival.is_closed:
        form_open(actor=arrival.actor, row=refusal)


def _missing_count(row: Submission) -> None:
    missing = missing_count(row, outline_of(xml_of(sealed.read(row)), row.form))
    if missing != row.files_missing:
        row.files_missing = missing
        row.save(update_fields=["files_missing"])
