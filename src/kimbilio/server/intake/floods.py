"""A phone that sends more emergencies than one person can meet: stored and understood, and nothing goes out by
itself until a supervisor has decided.

Without it one stolen phone could ring every desk of a country with false emergencies, and hide the true ones among
them. Counts by the server's clock and for each phone alone, so that no other phone waits. What went out before the
flood was noticed keeps its clocks: nobody knows which of those are false.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import connection
from django.db import transaction as db
from django.utils import timezone
from procrastinate.contrib.django import app

from kimbilio.rules import Ruleset
from kimbilio.server.access.rules import Purpose
from kimbilio.server.forms.models import Submission
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Device, Member
from kimbilio.server.identity.selectors import deciders_of
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.errors import NotAllowed
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.notices.services import notice_send, notices_settle
from kimbilio.server.people.selectors import case_by_id, consents_of
from kimbilio.server.referrals.services import referral_propose

from .models import Emergency, Flood

RELEASE = "intake.emergency_release"
ABOUT = "flood"
HOUR = timedelta(hours=1)
DECIDERS = frozenset({Member.Role.SUPERVISOR, Member.Role.COORDINATOR})


@db.atomic
def emergency_note(*, actor: Actor, submission: Submission, case: uuid.UUID, ruleset: Ruleset) -> bool:
    """Write down an emergency by its phone. True when its referrals must wait for a supervisor."""
    _line_up(submission.device_id)
    flood = None
    if _lately(submission) >= ruleset.emergencies_an_hour:
        flood = _open_flood(actor, submission.device)
    Emergency.objects.create(
        organisation_id=actor.organisation,
        device_id=submission.device_id,
        submission=submission.id,
        case=case,
        received_at=submission.received_at,
        flood=flood,
    )
    if flood is None:
        return False
    act_record(
        actor=actor,
        act="emergency.held",
        subject=submission.id,
        transaction=submission.id,
        case=case,
        codes={"flood": str(flood.id)},
    )
    return True


@db.atomic
def flood_decide(*, actor: Actor, flood: uuid.UUID, decision: str) -> Flood:
    """A supervisor says that the emergencies are real, or wants to look at each; jobs then make their referrals.

    A second decision changes nothing. Raises NotVisible, NotAllowed, ValueError for an unknown decision.
    """
    decision = Flood.Decision(decision)
    row: Flood = Flood.objects.select_for_update().get_for(actor, for_=Purpose.SUPERVISION, id=flood)
    if actor.role not in DECIDERS:
        raise NotAllowed
    _line_up(row.device_id)
    if row.decided_at is not None:
        return row
    row.decided_at, row.decided_by_id, row.decision = timezone.now(), actor.member, decision
    row.save(update_fields=["decided_at", "decided_by", "decision"])
    held = list(row.emergencies.order_by("id").values_list("id", flat=True))
    act_record(
        actor=actor,
        act="flood.decided",
        subject=row.id,
        codes={"decision": str(decision), "found": len(held)},
    )
    notices_settle(actor=actor, about=(ABOUT, row.id))
    for emergency in held:
        app.configure_task(RELEASE, queue="intake", lock=str(emergency)).defer(
            organisation=str(row.organisation_id), emergency=str(emergency)
        )
    return row


@db.atomic
def emergency_release(*, actor: Actor, emergency: uuid.UUID) -> None:
    """Make the referrals of a held emergency as its flood was decided; does nothing the second time.

    Real: what the person agreed to is sent now. To be looked at: drafts alone.
    """
    rows = Emergency.objects.select_for_update(of=("self",)).select_related("flood")
    row = rows.filter(organisation_id=actor.organisation, id=emergency, released_at=None).first()
    if row is None or row.flood is None or row.flood.decided_at is None:
        return
    case = case_by_id(actor, row.case, for_=Purpose.MACHINERY)
    real = row.flood.decision == Flood.Decision.SEND_ALL
    recorded = [reading.consent for reading in consents_of(case)] if real else []
    referral_propose(actor=actor, case=case, consents=recorded, transaction=row.id)
    row.released_at = timezone.now()
    row.save(update_fields=["released_at"])


def _lately(submission: Submission) -> int:
    """Emergencies of this phone within the hour before, since a supervisor last said that they were real."""
    since = submission.received_at - HOUR
    trusted = Flood.objects.filter(device_id=submission.device_id, decision=Flood.Decision.SEND_ALL)
    decided = trusted.order_by("-decided_at").values_list("decided_at", flat=True).first()
    return Emergency.objects.filter(
        device_id=submission.device_id, received_at__gt=max(since, decided or since)
    ).count()


def _open_flood(actor: Actor, device: Device) -> Flood:
    flood = Flood.objects.filter(device=device, decided_at=None).first()
    if flood is not None:
        return flood
    flood = Flood.objects.create(
        id=new_id(), organisation_id=actor.organisation, device=device, opened_at=timezone.now()
    )
    act_record(actor=actor, act="flood.opened", subject=flood.id, codes={"member": str(device.member_id)})
    notice_send(
        actor=actor,
        to=deciders_of(actor.organisation),
        about=(ABOUT, flood.id),
        urgency="emergency",
        once=f"flood {flood.id}",
    )
    return flood


def _line_up(device: uuid.UUID) -> None:
    """Emergencies of one phone are counted one after the other; those of other phones do not wait."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"emergencies {device}"])
