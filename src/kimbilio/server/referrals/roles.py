"""Who refers and answers, inside an organisation that sees the case. A registrar reads; others see no person
at all.
"""

from __future__ import annotations

from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member
from kimbilio.server.kernel.errors import NotAllowed

from .refusals import OTHERS

ACTS_ON_REFERRALS = frozenset(
    {Member.Role.OFFICER, Member.Role.CASEWORKER, Member.Role.SUPERVISOR, Member.Role.COORDINATOR}
)


def may_act(actor: Actor) -> None:
    """Raise NotAllowed unless the actor's role refers and answers, or it is the organisation's own
    machinery.
    """
    if not actor.is_system and actor.role not in ACTS_ON_REFERRALS:
        raise NotAllowed(str(OTHERS["role"]))
