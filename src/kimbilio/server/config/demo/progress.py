"""How far the guided first minute has come, computed from what is in the database and nowhere else.

The demo belongs to nobody, so it looks into each organisation in turn, which no real page may do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from kimbilio.server.access.rules import Purpose
from kimbilio.server.forms.models import Submission
from kimbilio.server.identity.actor import actor_of_member
from kimbilio.server.identity.models import Member
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.selectors import case_by_id
from kimbilio.server.referrals.models import Referral

from .world import table

ACCEPTED = frozenset(
    {
        Referral.State.ACCEPTED,
        Referral.State.ARRIVED,
        Referral.State.NOT_ARRIVED,
        Referral.State.IN_SERVICE,
        Referral.State.COMPLETED,
        Referral.State.CLOSED,
    }
)
NOT_SENT = frozenset({Referral.State.DRAFT, Referral.State.WITHDRAWN, Referral.State.DECLINED})


@dataclass(frozen=True)
class Progress:
    """The last screening that the demo's phone sent, and what became of it."""

    submission: Submission | None

    @classmethod
    def now(cls) -> Progress:
        """As things stand."""
        with acting_for(cls._border().organisation_id):
            return cls(
                Submission.objects.filter(device__name=table()["device"]["name"])
                .order_by("-received_at", "-id")
                .first()
            )

    @staticmethod
    def _border() -> Member:
        return Member.objects.select_related("organisation").get(
            user__username=table()["device"]["member"], organisation__invented=True
        )

    @cached_property
    def officer(self) -> Member:
        """Who sends and refers."""
        return self._border()

    @cached_property
    def case_code(self) -> str | None:
        """The code of the case that the screening became."""
        if self.submission is None or self.submission.case is None:
            return None
        with acting_for(self.officer.organisation_id):
            return case_by_id(actor_of_member(self.officer), self.submission.case, for_=Purpose.CASEWORK).code

    @property
    def needs_a_look(self) -> bool:
        """The screening could not be understood and waits for a person."""
        return self.submission is not None and self.submission.state == Submission.State.NEEDS_A_LOOK

    @cached_property
    def sent(self) -> Referral | None:
        """The referral as its sender holds it, once it has gone."""
        if self.submission is None or self.submission.case is None:
            return None
        with acting_for(self.officer.organisation_id):
            return (
                Referral.objects.select_related("desk")
                .filter(case_id=self.submission.case, side=Referral.Side.SENT)
                .exclude(state__in=NOT_SENT)
                .order_by("-sent_at")
                .first()
            )

    @cached_property
    def receiver(self) -> Member | None:
        """Somebody who serves the desk to which it went."""
        if self.sent is None or self.sent.desk is None:
            return None
        members = Member.objects.filter(desks=self.sent.desk, active=True).select_related("organisation")
        return members.filter(role=Member.Role.CASEWORKER).order_by("id").first() or members.first()

    @cached_property
    def received(self) -> Referral | None:
        """The referral as its receiver holds it."""
        if self.sent is None or self.receiver is None:
            return None
        with acting_for(self.receiver.organisation_id):
            return Referral.objects.filter(thread=self.sent.thread, side=Referral.Side.RECEIVED).first()

    @property
    def accepted(self) -> bool:
        """The receiving desk has said yes."""
        return self.received is not None and self.received.state in ACCEPTED
