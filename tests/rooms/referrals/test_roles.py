"""Who may do what: every member of the cast, in every role, on each side, against a rule of a few lines."""

from __future__ import annotations

import pytest

from kimbilio.server.identity.actor import actor_of_member
from kimbilio.server.identity.models import Member
from kimbilio.server.kernel.errors import NotAllowed, NotVisible
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.referrals import services
from tests.rooms.referrals import story
from tests.world import World

NOTICED, SERVES, NEITHER = "noticed", "serves", "neither"
PLACES = {"asha": NOTICED, "ben": NEITHER, "chen": SERVES, "dora": NEITHER}


def expected(role: str, place: str) -> str:
    """The rule in plain words: who sees it, and of those who may act."""
    if role in ("analyst", "steward", "auditor"):
        return "not there"
    if role == "officer" and place != NOTICED:
        return "not there"
    if role == "caseworker" and place != SERVES:
        return "not there"
    return "not allowed" if role == "registrar" else "done"


@pytest.mark.parametrize("role", Member.Role.values)
@pytest.mark.parametrize("name", PLACES)
def test_each_role_does_what_its_tie_to_the_case_allows(world: World, name: str, role: str) -> None:
    mine, theirs = story.arrived_at(world, story.WORKER, story.WORK)
    member = world.member(name)
    member.role = role
    if member.organisation_id == world.border.id:
        member.desks.clear()
    actor = actor_of_member(member)
    here = member.organisation_id == world.border.id
    with acting_for(member.organisation_id):
        try:
            if here:
                services.referral_withdraw(actor=actor, referral=mine, reason="person")
            else:
                services.referral_acknowledge(actor=actor, referral=theirs)
            outcome = "done"
        except NotVisible:
            outcome = "not there"
        except NotAllowed:
            outcome = "not allowed"
    assert outcome == expected(role, PLACES[name])
