"""Erasing a person: asked by one, agreed to by another; then the keys are destroyed, and nobody can read again.

What stays are rows without meaning, acts without detail, and the seal over them. What was sent to another
organisation is that organisation's own record and stays with it.
"""

from __future__ import annotations

import uuid

from django.db import transaction as db
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel import keystore, sealed
from kimbilio.server.kernel.errors import NotAllowed, NotVisible, Refused

from .holdings import rings_elsewhere
from .models import Case, Erasure, ErasureAnswer, FindingCode, Person, SearchCode

MAY_ERASE = (Member.Role.SUPERVISOR, Member.Role.STEWARD)
"""Who may ask for an erasure, and who may agree to one that another has asked for."""

SETTLE = "intake.erased_settle"
"""The job that stops what still ran for an erased case, by name: it lives in a room above."""


@db.atomic
def erasure_ask(*, actor: Actor, person: uuid.UUID, reason: str) -> Erasure:
    """Ask that a person be erased; asking twice is asking once. Raises NotVisible, NotAllowed, Refused."""
    row = _person_lock(actor, person)
    if reason not in Erasure.Reason.values:
        raise Refused(_("Nothing says why the record is to be erased. Choose a reason."))
    if not sealed.readable(row):
        raise Refused(_("This record was erased already."))
    waiting = row.erasures.filter(answer=None).first()
    if waiting is not None:
        return waiting
    erasure = Erasure.objects.create(
        organisation_id=actor.organisation, person=row, reason=reason, asked_by_id=_member(actor)
    )
    _record(actor, "person.erasure_asked", erasure)
    return erasure


@db.atomic
def erasure_decline(*, actor: Actor, erasure: uuid.UUID) -> ErasureAnswer:
    """Say no to an erasure; the record stays, and it may be asked for again. Raises as `person_erase`."""
    asked = _waiting(actor, erasure)
    answer = _answer(actor, asked, agreed=False)
    _record(actor, "person.erasure_declined", asked)
    return answer


@db.atomic
def person_erase(*, actor: Actor, erasure: uuid.UUID) -> ErasureAnswer:
    """Agree to an erasure that another member asked for, and destroy the person's keys for good.

    Cut off in the middle the answer may be missing although the keys are gone; the same call then writes it.
    Raises NotVisible, NotAllowed, Refused, OSError.
    """
    asked = _waiting(actor, erasure)
    answer = _answer(actor, asked, agreed=True)
    person = asked.person
    cases = list(Case.objects.filter(person=person).order_by("id"))
    FindingCode.objects.filter(case__in=cases).delete()
    SearchCode.objects.filter(person=person).delete()
    for case in cases:
        app.configure_task(SETTLE, queue="intake", lock=str(case.id)).defer(
            organisation=str(actor.organisation), case=str(case.id)
        )
    _record(actor, "person.erased", asked)
    for ring in {person.ring} | rings_elsewhere(actor.organisation, [case.id for case in cases]):
        keystore.ring_destroy(ring)
    return answer


def _person_lock(actor: Actor, person: uuid.UUID) -> Person:
    _check(actor)
    row = Person.objects.select_for_update().filter(organisation_id=actor.organisation, id=person).first()
    if row is None:
        raise NotVisible
    return row


def _waiting(actor: Actor, erasure: uuid.UUID) -> Erasure:
    _check(actor)
    asked = Erasure.objects.filter(organisation_id=actor.organisation, id=erasure).first()
    if asked is None:
        raise NotVisible
    _person_lock(actor, asked.person_id)
    if ErasureAnswer.objects.filter(erasure=asked).exists():
        raise Refused(_("This was answered meanwhile. Open the page again."))
    if asked.asked_by_id == actor.member:
        raise Refused(_("You asked for this yourself. A second person must agree."))
    return asked


def _answer(actor: Actor, asked: Erasure, *, agreed: bool) -> ErasureAnswer:
    return ErasureAnswer.objects.create(
        organisation_id=actor.organisation,
        erasure=asked,
        agreed=agreed,
        asked_by_id=asked.asked_by_id,
        answered_by_id=_member(actor),
    )


def _record(actor: Actor, act: str, asked: Erasure) -> None:
    for case in Case.objects.filter(person_id=asked.person_id).order_by("id"):
        act_record(
            actor=actor,
            act=act,
            subject=case.id,
            transaction=asked.id,
            case=case.id,
            codes={"reason": asked.reason},
        )


def _check(actor: Actor) -> None:
    if actor.role not in MAY_ERASE:
        raise NotAllowed


def _member(actor: Actor) -> uuid.UUID:
    if actor.member is None:
        raise NotAllowed
    return actor.member
