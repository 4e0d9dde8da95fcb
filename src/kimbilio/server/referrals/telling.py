"""Whom the room tells, when: the desk and the rungs above it, and the one who sent. Notices carry no word of why.

The desk's own side reaches its people (duty, second focal point, supervisor, coordinator); the sending side reaches
its own. Neither reaches into the other's.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from kimbilio.rules.clocks import RungName
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member
from kimbilio.server.notices import selectors as notices
from kimbilio.server.notices.services import notice_send

from .models import Referral

ABOUT = "referral"
Role = Member.Role
Urgency = Literal["emergency", "urgent", "normal"]


def received_tell(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """A referral arrived: whoever is on duty at the desk; an emergency rings at once."""
    _send(referral, notices.on_duty(referral.desk, now=now), "received", actor=actor, now=now)


def rung_tell(
    referral: Referral,
    who: RungName,
    *,
    actor: Actor,
    now: datetime,
    skipped: bool,
    rung_again: bool,
    climbed: bool,
    expired: bool,
) -> None:
    """One notice at the rung that is reached.

    `skipped`: lower rungs passed untold, so the desk itself hears too. `rung_again`: an emergency rings once more.
    `climbed`: the rung is a new one. `expired`: the answering time has just run out.
    """
    members: list[Member] = []
    if referral.side == Referral.Side.RECEIVED:
        members = _rung_of_desk(referral, who) if climbed or rung_again else []
        if skipped or rung_again or (members and not _has_a_way(members)):
            members = [*members, *notices.on_duty(referral.desk, now=now)]
    else:
        if climbed:
            members = _rung_of_sender(referral, who)
        if expired or who == "committee":
            members = [*members, *_senders(referral, now)]
    if members:
        _send(
            referral,
            members,
            f"{who} {referral.rings} {referral.state}",
            actor=actor,
            now=now,
            at_least="urgent",
        )


def not_arrived_tell(referral: Referral, *, actor: Actor, now: datetime) -> None:
    """The person has not arrived: this side's people who act on it."""
    if referral.side == Referral.Side.RECEIVED:
        members = notices.on_duty(referral.desk, now=now)
    else:
        members = _senders(referral, now)
    _send(referral, members, "not arrived", actor=actor, now=now, at_least="urgent")


def heard_tell(referral: Referral, once: str, *, actor: Actor, now: datetime) -> None:
    """The other side answered, asked, declined or withdrew."""
    if referral.side == Referral.Side.RECEIVED:
        members = notices.on_duty(referral.desk, now=now)
    else:
        members = _senders(referral, now)
    _send(referral, members, once, actor=actor, now=now)


def _rung_of_desk(referral: Referral, who: RungName) -> list[Member]:
    organisation, desk = referral.organisation_id, referral.desk
    match who:
        case "focal_point_1":
            return notices.on_duty(desk)
        case "focal_point_2":
            return notices.second_focal_point(desk)
        case "supervisor":
            return notices.in_role(organisation, Role.SUPERVISOR, desk=desk) or notices.in_role(
                organisation, Role.COORDINATOR
            )
        case "national_coordinator":
            return notices.in_role(organisation, Role.COORDINATOR)
        case "committee":
            return notices.in_role(organisation, Role.COORDINATOR, Role.SUPERVISOR)


def _rung_of_sender(referral: Referral, who: RungName) -> list[Member]:
    organisation, desk = referral.organisation_id, referral.case.desk
    match who:
        case "focal_point_1" | "focal_point_2":
            return []  # they are the other organisation's: its own side tells them
        case "supervisor":
            return notices.in_role(organisation, Role.SUPERVISOR, desk=desk)
        case "national_coordinator":
            return notices.in_role(organisation, Role.COORDINATOR)
        case "committee":
            return notices.in_role(organisation, Role.SUPERVISOR, Role.COORDINATOR)


def _senders(referral: Referral, now: datetime) -> list[Member]:
    """Who works on the case: to whom it was given, else who noticed the person, else the duty of its desk."""
    case = referral.case
    for member in (case.assigned_to, case.noticed_by):
        if member is not None and member.active:
            return [member]
    return notices.on_duty(case.desk, now=now)


def _has_a_way(members: list[Member]) -> bool:
    return any(notices.ways_of(member.id, confirmed=True).exists() for member in members)


def _send(
    referral: Referral,
    members: list[Member],
    once: str,
    *,
    actor: Actor,
    now: datetime,
    at_least: Urgency = "normal",
) -> None:
    urgency = at_least if referral.priority == "normal" else referral.priority
    notice_send(
        actor=actor,
        to=members,
        about=(ABOUT, referral.id),
        urgency=urgency if urgency in ("emergency", "urgent") else at_least,
        once=f"{referral.id} {once}",
        now=now,
    )
