"""Builds the demo's desks and colleagues from `world.yaml`, through the same services as a real installation.

What is there already is left as it is, so that a change made in the demo survives its restart.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from kimbilio.packs import load
from kimbilio.server.identity import services
from kimbilio.server.identity.actor import actor_of_member
from kimbilio.server.identity.models import Desk, Member, Organisation, User
from kimbilio.server.kernel import crypto
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices.reaching import way_code_make, way_confirm, way_enter

TABLE = Path(__file__).with_name("world.yaml")


def table() -> dict[str, Any]:
    """The demo world as written down."""
    read: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return read


@transaction.atomic
def world_build(*, token: str, today: dt.date) -> None:
    """Make what is missing. `token` is the demo phone's; `today` dates the desks' last verification."""
    world = table()
    offered = _services_by_agency(world["pack"])
    for row in world["organisations"]:
        organisation = _organisation(world, row)
        desks = {
            desk["name"]: _desk(organisation, desk, offered.get(row["agency"], []), world["hours"], today)
            for desk in row["desks"]
        }
        for member in row["members"]:
            _member(organisation, member, desks)
        for desk in row["desks"]:
            _focal_points(desks[desk["name"]], desk.get("focal", []))
    _device(world["device"], token)


def _services_by_agency(pack: str) -> dict[str, list[str]]:
    offered: dict[str, list[str]] = {}
    for service in load(pack).services.values():
        offered.setdefault(service.agency, []).append(service.type)
    return offered


def _organisation(world: dict[str, Any], row: dict[str, Any]) -> Organisation:
    found = Organisation.objects.filter(agency=row["agency"], invented=True).first()
    return found or services.organisation_found(
        name=row["name"],
        names=row["names"],
        kind=row["kind"],
        agency=row["agency"],
        country=world["country"],
        pack=world["pack"],
        time_zone=world["time_zone"],
        invented=True,
    )


def _desk(
    organisation: Organisation, row: dict[str, Any], offered: list[str], hours: dict[str, Any], today: dt.date
) -> Desk:
    found = Desk.objects.filter(organisation=organisation, name=row["name"]).first()
    return found or services.desk_open(
        organisation=organisation,
        name=row["name"],
        names=row["names"],
        service_types=offered,
        languages=row["languages"],
        hours=hours.get(row.get("hours", ""), {}),
        area=row.get("area", ""),
        phone=row["phone"],
        location_confidential=row.get("location_confidential", False),
        verified_on=today - dt.timedelta(days=row["verified"]),
        receives_referrals=row.get("receives_referrals", True),
    )


def _member(organisation: Organisation, row: dict[str, Any], desks: dict[str, Desk]) -> None:
    user, made = User.objects.get_or_create(username=row["username"])
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        member = services.member_admit(
            organisation=organisation,
            user=user,
            role=row["role"],
            name=row["name"],
            desks=[desks[name] for name in row.get("desks", [])],
        )
        if "reached" in row:
            _reached(member, row["reached"])


def _reached(member: Member, address: str) -> None:
    """Confirm an address as its owner would, with the code that no message carries in the demo."""
    actor = actor_of_member(member)
    with acting_for(actor.organisation):
        way = way_enter(actor=actor, channel="email", address=address)
        made = way_code_make(way=way.id)
        if made:
            way_confirm(actor=actor, way=way.id, code=made[1])


def _focal_points(desk: Desk, usernames: list[str]) -> None:
    if usernames and desk.focal_point_1 is None:
        first, second = (Member.objects.get(user__username=name) for name in usernames)
        desk.focal_point_1, desk.focal_point_2 = first, second
        desk.save(update_fields=["focal_point_1", "focal_point_2"])


def _device(row: dict[str, Any], token: str) -> None:
    member = Member.objects.get(user__username=row["member"])
    if not member.devices.filter(
        token_hash=crypto.hash_token(token)
    ).exists():  # revoked in the demo stays revoked
        desk = Desk.objects.get(organisation=member.organisation, name=row["desk"])
        services.device_enrol(member=member, desk=desk, name=row["name"], token=token, first_use_within=None)
