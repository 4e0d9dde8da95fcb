"""The organisations, desks and members of the million, founded through the services, and how the people are
portioned out among them.
"""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.models import Authenticator

from kimbilio.server.forms.models import FormVersion
from kimbilio.server.forms.services import submission_receive
from kimbilio.server.identity import services as identity
from kimbilio.server.identity.models import Desk, Member, Organisation, User
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.models import Case
from tests.jobs import run_jobs
from tests.replay.filled import filled
from tests.world import World, world_get

from .names import SEED
from .people import (
    _AT_ONCE,
    _YEARS,
    CASEWORKERS,
    DESKS,
    OF_THE_MEASURED,
    OFFICERS,
    ORGANISATIONS,
    PEOPLE,
    SEARCHERS,
    Portion,
)


def portions_make(*, now: int) -> list[Portion]:
    """Found everything and portion the people out, the oldest first in each organisation."""
    world = world_get()
    screening = _screening(world)
    form = FormVersion.objects.get(kind="screening", pack="zz", retired_at=None).id
    others = [_organisation(number) for number in range(ORGANISATIONS - 1)]
    other_desk = others[0].desks.get()
    each, more = divmod(PEOPLE - OF_THE_MEASURED, len(others))
    portions = []
    counts = [each + (number < more) for number in range(len(others))]
    for organisation, count in [(world.border, OF_THE_MEASURED), *zip(others, counts, strict=True)]:
        measured = organisation == world.border
        desks = _desks(organisation, DESKS if measured else 4)
        members = {
            role: tuple(
                _member(organisation, f"{role}{number}", role, desks[number % len(desks)]).id
                for number in range(count_of if measured else 2)
            )
            for role, count_of in (
                ("supervisor", SEARCHERS),
                ("officer", OFFICERS),
                ("caseworker", CASEWORKERS),
            )
        }
        pieces = -(-count // _AT_ONCE)
        for piece in range(pieces):
            span = _YEARS // pieces
            portions.append(
                Portion(
                    organisation=organisation.id,
                    other=others[0].id,
                    count=min(_AT_ONCE, count - piece * _AT_ONCE),
                    seed=SEED + len(portions),
                    since=now - _YEARS + piece * span,
                    until=now - _YEARS + (piece + 1) * span,
                    desks=tuple(desk.id for desk in desks),
                    other_desk=other_desk.id,
                    officers=members["officer"],
                    caseworkers=members["caseworker"],
                    device=world.device.id,
                    form=form,
                    screening=screening,
                    measured=measured,
                    first=piece == pieces - 1,
                    number=len(portions),
                )
            )
    return portions


def _screening(world: World) -> str:
    """What the program understands from a real form, with a place for other needs."""
    with acting_for(world.border.id):
        submission_receive(device=world.device, xml=filled())
    run_jobs()
    document: dict[str, Any] = sealed.read(Case.objects.get(organisation=world.border))
    return json.dumps(document | {"needs": "@needs"}, ensure_ascii=False)


def _organisation(number: int) -> Organisation:
    organisation = identity.organisation_found(
        name=f"Organisation {number} of Zuri", kind="civil_society", country="ZZZ", pack="zz"
    )
    identity.desk_open(organisation=organisation, name="First desk", service_types=["shelter"])
    return organisation


def _desks(organisation: Organisation, count: int) -> list[Desk]:
    there = list(organisation.desks.order_by("id"))
    return there + [
        identity.desk_open(organisation=organisation, name=f"Desk {number}", receives_referrals=False)
        for number in range(len(there), count)
    ]


def _member(organisation: Organisation, name: str, role: str, desk: Desk) -> Member:
    user = User(username=f"{name} of {organisation.name}")
    user.set_unusable_password()
    user.save()
    Authenticator.objects.create(user=user, type=Authenticator.Type.RECOVERY_CODES, data={})
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": ""})
    return identity.member_admit(organisation=organisation, user=user, role=role, name=name, desks=[desk])
