"""The weekly digest of unusual access: counts looks at records from the book, asks the rule, keeps what it says.

Knows acts and members' desks. Holds codes, counts and ids; neither a case nor anything of a person.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction as db

from kimbilio.rules.hours import openness
from kimbilio.rules.looking import Week, unusual
from kimbilio.server.identity.actor import Actor, actor_of_system
from kimbilio.server.identity.models import Member, Organisation
from kimbilio.server.identity.selectors import colleagues_of, organisation_get
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.ids import first_id

from .acts import TIED
from .models import Act, Digest
from .services import act_record

OPENED, SEARCHED, EXPORTED = "case.opened", "case.listed", ".exported"
SHOWN = ("name.shown", "form.shown", "sheet.printed_filled")
"""Acts that are looks; every act of an export ends in `.exported`."""
BEFORE = 8
"""Weeks of a member's own that are compared with."""


@dataclass
class _Looks:
    """What one member did, while it is being counted."""

    opened: set[uuid.UUID] = field(default_factory=set)
    untied: set[uuid.UUID] = field(default_factory=set)
    named: set[uuid.UUID] = field(default_factory=set)
    outside: int = 0
    searched: int = 0
    exported: int = 0

    def week(self) -> Week:
        return Week(
            opened=len(self.opened),
            untied=len(self.untied),
            named=len(self.named),
            outside=self.outside,
            searched=self.searched,
            exported=self.exported,
        )


def week_ended(organisation: Organisation, now: datetime) -> date:
    """The Monday of the last week that is over where the organisation works."""
    today = now.astimezone(ZoneInfo(organisation.time_zone)).date()
    return today - timedelta(days=today.weekday() + 7)


@db.atomic
def digest_make(organisation: uuid.UUID, *, now: datetime) -> Digest | None:
    """Make the digest of the last full week; None when it is there. Must run in `acting_for` the organisation."""
    owner = organisation_get(organisation)
    monday = week_ended(owner, now)
    if Digest.objects.filter(organisation_id=organisation, week=monday).exists():
        return None
    members = {member.id: member for member in colleagues_of(organisation)}
    weeks = _weeks(owner, monday, members)
    past = list(
        Digest.objects.filter(organisation_id=organisation, week__lt=monday).order_by("-week")[:BEFORE]
    )
    lines = []
    for member_id, week in sorted(weeks.items(), key=lambda pair: str(pair[0])):
        before = [Week(**row.counts[str(member_id)]) for row in past if str(member_id) in row.counts]
        beside = [
            weeks.get(other.id, Week())
            for other in members.values()
            if other.id != member_id and _desks(other) & _desks(members.get(member_id))
        ]
        reasons = unusual(week, before=before, desk=beside)
        if reasons:
            lines.append({"member": str(member_id), "reasons": [reason.as_json() for reason in reasons]})
    digest = Digest.objects.create(
        organisation=owner,
        week=monday,
        counts={str(member_id): week.as_json() for member_id, week in weeks.items()},
        lines=lines,
    )
    act_record(
        actor=actor_of_system(organisation),
        act="digest.made",
        subject=digest.id,
        transaction=digest.id,
        codes={"found": len(lines)},
    )
    return digest


@db.atomic
def digest_look(*, actor: Actor, digest: uuid.UUID) -> None:
    """Note that the digest was looked at, once. Raises NotVisible."""
    row = Digest.objects.filter(organisation_id=actor.organisation, id=digest).first()
    if row is None:
        raise NotVisible
    act_record(actor=actor, act="digest.looked_at", subject=row.id, transaction=row.id)


def _weeks(owner: Organisation, monday: date, members: Mapping[uuid.UUID, Member]) -> dict[uuid.UUID, Week]:
    zone = ZoneInfo(owner.time_zone)
    start = datetime.combine(monday, time(), zone)
    end = datetime.combine(monday + timedelta(days=7), time(), zone)
    looks: dict[uuid.UUID, _Looks] = defaultdict(_Looks)
    acts = Act.objects.filter(
        organisation_id=owner.id, id__gte=first_id(start), id__lt=first_id(end), member__isnull=False
    ).only("member", "act", "subject", "case", "codes", "at")
    for act in acts.iterator(chunk_size=2000):
        if act.member is not None and _counted(act, looks[act.member]):
            looks[act.member].outside += _closed(members.get(act.member), act.at.astimezone(zone))
    return {member: found.week() for member, found in looks.items() if found != _Looks()}


def _counted(act: Act, looks: _Looks) -> bool:
    """Count an act if it is a look. Returns whether it was one."""
    if act.act == OPENED:
        looks.opened.add(act.subject)
        ties = act.codes.get("ties")
        if ties is not None and not TIED & set(ties):
            looks.untied.add(act.subject)
    elif act.act in SHOWN:
        looks.named.add(act.case or act.subject)
    elif act.act == SEARCHED:
        looks.searched += 1
    elif act.act.endswith(EXPORTED):
        looks.exported += 1
    else:
        return False
    return True


def _closed(member: Member | None, local: datetime) -> bool:
    """Whether every desk of the member was closed; somebody without a desk has no hours."""
    desks = list(member.desks.all()) if member else []
    return bool(desks) and not any(openness(desk.hours, local).open for desk in desks)


def _desks(member: Member | None) -> set[uuid.UUID]:
    return {desk.id for desk in member.desks.all()} if member else set()
