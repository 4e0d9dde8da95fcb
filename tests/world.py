"""The standing cast, in the invented republic `zz`. They differ in what they may not do.

- Border Service of Zuri (agency ZZZ-GATE): `asha` officer; `ben` officer, another shift; `sela` supervisor.
- Welfare Office (ZZZ-CARE): `chen` caseworker at the duty desk; `dora` caseworker at another desk; `kito` coordinator.
- `dalia` analyst, `stefan` steward, `ada` auditor: all of the Border Service, none sees a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

TOKEN = "token-of-the-tests-phone-of-asha"


@dataclass(frozen=True)
class World:
    """The cast, read fresh from the database."""

    border: Any
    welfare: Any
    border_desk: Any
    welfare_desk: Any
    other_desk: Any
    members: dict[str, Any]
    device: Any

    def member(self, name: str) -> Any:
        """A member by name."""
        return self.members[name]

    def actor(self, name: str) -> Any:
        """The actor that a member is."""
        from kimbilio.server.identity.actor import actor_of_member

        return actor_of_member(self.members[name])


def world_build() -> None:
    """Build the cast through the services, and publish the republic's forms."""
    from kimbilio.packs import load
    from kimbilio.server.forms.services import forms_publish
    from kimbilio.server.identity import services as identity
    from kimbilio.server.identity.models import User

    forms_publish(pack=load("zz"))
    border = identity.organisation_found(
        name="Border Service of Zuri",
        kind="government",
        country="ZZZ",
        pack="zz",
        agency="ZZZ-GATE",
        time_zone="Africa/Lusaka",
    )
    welfare = identity.organisation_found(
        name="Welfare Office of Zuri",
        kind="government",
        country="ZZZ",
        pack="zz",
        agency="ZZZ-CARE",
        time_zone="Africa/Lusaka",
    )
    post = identity.desk_open(organisation=border, name="Bridge post", receives_referrals=False)
    duty = identity.desk_open(
        organisation=welfare,
        name="Welfare duty desk",
        service_types=["shelter", "case_management", "child_protection"],
        languages=["en", "ar"],
        phone="000 000",
    )
    other = identity.desk_open(
        organisation=welfare, name="Welfare reception desk", service_types=["basic_needs"]
    )
    cast = [
        (border, "asha", "officer", [post]),
        (border, "ben", "officer", [post]),
        (border, "sela", "supervisor", [post]),
        (border, "dalia", "analyst", []),
        (border, "stefan", "steward", []),
        (border, "ada", "auditor", []),
        (welfare, "chen", "caseworker", [duty]),
        (welfare, "dora", "caseworker", [other]),
        (welfare, "kito", "coordinator", [duty, other]),
    ]
    for organisation, name, role, desks in cast:
        user = User.objects.create_user(username=name, password=f"{name} walks a long road")
        member = identity.member_admit(
            organisation=organisation, user=user, role=role, name=name.title(), desks=desks
        )
        if name == "asha":
            identity.device_enrol(member=member, desk=post, name="Asha's phone", token=TOKEN)


def world_get() -> World:
    """The cast as it stands in the database."""
    from kimbilio.server.identity.models import Desk, Device, Member, Organisation

    members = {
        member.user.username: member
        for member in Member.objects.select_related("user", "organisation").prefetch_related("desks")
    }
    return World(
        border=Organisation.objects.get(agency="ZZZ-GATE"),
        welfare=Organisation.objects.get(agency="ZZZ-CARE"),
        border_desk=Desk.objects.get(name="Bridge post"),
        welfare_desk=Desk.objects.get(name="Welfare duty desk"),
        other_desk=Desk.objects.get(name="Welfare reception desk"),
        members=members,
        device=Device.objects.get(name="Asha's phone"),
    )
