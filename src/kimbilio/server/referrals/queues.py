"""What of the referrals waits for a member on *Work*. Rows carry codes and clocks, never a name.

Urgent first, then the nearest clock. A rung of the ladder is told by its queue: the second focal point, the
supervisor and the coordinator see a referral among the overdue from the moment their rung is reached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member
from kimbilio.server.kernel import sealed
from kimbilio.server.people.country import pack_for, word
from kimbilio.server.ui.panels import ROWS_SHOWN, QueueRow, register_queue

from . import words
from .directory import desk_beside, directory
from .models import Referral
from .selectors import referrals_visible

State, Side = Referral.State, Referral.Side

NEXT: dict[str, Promise] = {
    State.DRAFT: _("Look through the draft and send it"),
    State.SENT: _("Acknowledge it"),
    State.ACKNOWLEDGED: _("Accept, ask or decline"),
    State.INFORMATION_NEEDED: _("Ask the person, and answer"),
    State.EXPIRED: _("No answer in time: call the desk"),
    State.NOT_ARRIVED: _("Not arrived: call the safe contact and the escort"),
    State.ACCEPTED: _("The person is on the way"),
    State.ARRIVED: _("The person has arrived: help can begin"),
    State.IN_SERVICE: _("Help runs"),
}

RUNGS = 5
"""How many rungs the ladder has (`rules.clocks.ladder`)."""

RUNGS_OF_ROLE = {Member.Role.SUPERVISOR: 3, Member.Role.COORDINATOR: 4}
"""From which rung on a role is told, when it does not serve the desk itself."""


def drafts(actor: Actor) -> list[QueueRow]:
    """Drafts that wait to be sent: the newest case first, its leading need first."""
    rows = referrals_visible(actor).filter(side=Side.SENT, state=State.DRAFT).order_by("-case_id", "id")
    found = list(rows[: ROWS_SHOWN + 1])
    pack, documents = pack_for(actor.organisation), sealed.read_many(found)
    return [
        _row(
            row,
            word(pack, f"category:{documents[row.id]['category']}")
            if row.id in documents
            else NEXT[State.DRAFT],
        )
        for row in found
    ]


def new(actor: Actor) -> list[QueueRow]:
    """Referrals that arrived and were not acknowledged."""
    rows = referrals_visible(actor).filter(side=Side.RECEIVED, state=State.SENT)
    return _rows(_nearest(rows), lambda row: NEXT[State.SENT])


def to_answer(actor: Actor) -> list[QueueRow]:
    """What this side must answer: referrals acknowledged, and questions to the sender."""
    mine = Q(side=Side.RECEIVED, state=State.ACKNOWLEDGED) | Q(side=Side.SENT, state=State.INFORMATION_NEEDED)
    return _rows(_nearest(referrals_visible(actor).filter(mine)), lambda row: NEXT[row.state])


def overdue(actor: Actor) -> list[QueueRow]:
    """Clocks that ran out, for those whose rung of the ladder was reached."""
    late = Q(state__in=[State.EXPIRED, State.NOT_ARRIVED])
    told = RUNGS_OF_ROLE.get(Member.Role(actor.role)) if actor.role else None
    if told is None:
        mine = late | Q(state=State.SENT, rung__gte=2, desk__focal_point_2=actor.member)
    else:
        serves = Q(case__desk__in=actor.desks) | Q(desk__in=actor.desks)
        reached = Q(state__in=[State.SENT, State.EXPIRED], rung__gte=told)
        mine = late & serves | Q(state=State.NOT_ARRIVED) | reached
    rows = list(_nearest(referrals_visible(actor).filter(mine))[: ROWS_SHOWN + 1])
    sent = any(row.side == Side.SENT and row.state in (State.SENT, State.EXPIRED) for row in rows)
    cards = (
        [card for card in directory(actor) if card.desk.organisation_id != actor.organisation] if sent else []
    )
    return [
        replace(
            _row(row, _overdue_text(row)), note=words.whom_to_call(actor, row, desk_beside(row.desk, cards))
        )
        if row.side == Side.SENT and row.state in (State.SENT, State.EXPIRED)
        else _row(row, _overdue_text(row))
        for row in rows
    ]


def in_hand(actor: Actor) -> list[QueueRow]:
    """Persons accepted by this side's desk who are on the way, have arrived or are helped."""
    rows = referrals_visible(actor).filter(
        side=Side.RECEIVED, state__in=[State.ACCEPTED, State.ARRIVED, State.IN_SERVICE]
    )
    return _rows(_nearest(rows), lambda row: NEXT[row.state])


def waiting(actor: Actor) -> list[QueueRow]:
    """What others have to answer."""
    asked = Q(side=Side.SENT, state__in=[State.SENT, State.ACKNOWLEDGED, State.ACCEPTED])
    asked |= Q(side=Side.RECEIVED, state=State.INFORMATION_NEEDED)
    return _rows(_nearest(referrals_visible(actor).filter(asked)), lambda row: State(row.state).label)


def queues_register() -> None:
    """Put the queues of this room on *Work*."""
    register_queue(
        "new",
        _("New for you"),
        10,
        new,
        explanation=_("Referrals to your desk that nobody has acknowledged."),
    )
    register_queue(
        "overdue",
        _("Overdue"),
        20,
        overdue,
        explanation=_("The answering time ran out, or the person has not arrived."),
    )
    register_queue(
        "answer",
        _("Answer before …"),
        30,
        to_answer,
        explanation=_("Referrals and questions that wait for your answer."),
    )
    register_queue(
        "drafts",
        _("Ready to send"),
        40,
        drafts,
        explanation=_("Referrals that were prepared. Look through each, and send it."),
    )
    register_queue(
        "in-hand",
        _("Accepted"),
        50,
        in_hand,
        explanation=_("Persons on the way to you, arrived, or being helped."),
    )
    register_queue(
        "waiting",
        _("Waiting for others"),
        60,
        waiting,
        explanation=_("Referrals that another desk has to answer."),
        mine=False,
    )


def _nearest(rows: QuerySet[Referral]) -> QuerySet[Referral]:
    return rows.order_by(F("due_at").asc(nulls_last=True), "-id")


def _rows(rows: QuerySet[Referral], text: Callable[[Referral], str | Promise]) -> list[QueueRow]:
    return [_row(row, text(row)) for row in rows[: ROWS_SHOWN + 1]]


def _row(row: Referral, text: str | Promise) -> QueueRow:
    return QueueRow(
        code=row.case.code,
        url=reverse("referrals:referral", args=[row.id]),
        text=text,
        priority=row.priority,
        note=row.desk.called if row.side == Side.SENT else row.other.called,
        due=row.due_at,
        started=row.accepted_at or row.sent_at,
        since=None if row.due_at else row.case.opened_at,
    )


def _overdue_text(row: Referral) -> str | Promise:
    if row.state != State.NOT_ARRIVED and row.side == Side.RECEIVED:
        return _("No answer in time: acknowledge it now")
    if row.state == State.EXPIRED and row.rung >= RUNGS:
        return _("Every rung was told and nobody answered: call, or withdraw it and refer to the other desk")
    if row.state == State.SENT:
        return NEXT[State.EXPIRED]
    return NEXT[row.state]
