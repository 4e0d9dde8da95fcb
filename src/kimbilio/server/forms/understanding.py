"""What became of a submission: it is taken, understood, corrected, or put before a person."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction as db

from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import sealed

from .errors import StillClosed
from .looks import set_aside
from .models import FormVersion, Submission
from .opening import OPEN, WAITING_FOR_MORE, form_open
from .reading import kinds_for, problems_in, xml_of
from .reasons import CORRECTED, REASONS

State = Submission.State


@dataclass(frozen=True)
class Taken:
    """A submission held for understanding: its row, locked until the transaction ends, and what it says.

    `corrects` are the forms it replaces, locked too: what it corrects, what that corrected, and so on. `problems` are
    codes of what it breaks of its own form.
    """

    submission: Submission
    corrects: tuple[Submission, ...]
    form: FormVersion
    xml: bytes
    kinds: Mapping[str, str]
    problems: tuple[str, ...] = ()


@db.atomic
def submission_take(*, actor: Actor, submission: uuid.UUID) -> Taken | None:
    """Hold a submission for understanding, until the transaction ends; None when it is no longer waiting,
    or came closed and waits for more of itself.

    Raises NotVisible, KeyDestroyed, StillClosed.
    """
    locked = Submission.objects.select_for_update(of=("self",))
    row: Submission = locked.select_related("form", "member", "desk").get_for(
        actor, for_=Purpose.MACHINERY, id=submission
    )
    if row.state != State.RECEIVED:
        return None
    opening = form_open(actor=actor, row=row)
    if opening == WAITING_FOR_MORE:
        return None
    if opening != OPEN:
        raise StillClosed(opening)
    xml = xml_of(sealed.read(row))
    return Taken(
        submission=row,
        corrects=_corrected(row),
        form=row.form,
        xml=xml,
        kinds=kinds_for(row.form),
        problems=problems_in(xml, row.form),
    )


def _corrected(row: Submission) -> tuple[Submission, ...]:
    found: list[Submission] = []
    before = row.corrects_id
    while before is not None:
        found.append(Submission.objects.select_for_update(of=("self",)).get(id=before))
        before = found[-1].corrects_id
    return tuple(found)


@db.atomic
def submission_understood(
    *, actor: Actor, submission: Submission, case: uuid.UUID, reasons: Iterable[str] = ()
) -> None:
    """The taken submission became a case, or speaks of one; with reasons it is also put before a person."""
    submission.case = case
    act_record(
        actor=actor, act="submission.understood", subject=submission.id, transaction=submission.id, case=case
    )
    set_aside(actor, submission, _codes(reasons), otherwise=State.UNDERSTOOD)


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
        set_aside(actor, row, _codes(reasons), otherwise=State.RECEIVED)


def _codes(reasons: Iterable[str]) -> list[str]:
    listed = list(dict.fromkeys(reasons))
    if unknown := [code for code in listed if code not in REASONS]:
        raise KeyError(f"{unknown} are not in forms.reasons; add them there with the words a reader sees.")
    return listed
