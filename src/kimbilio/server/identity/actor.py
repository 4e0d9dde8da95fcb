"""The actor: as whom something is done. Every service and every query about a person takes one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from .models import Device, Member

SEES_IDENTITIES = frozenset(
    {
        Member.Role.OFFICER,
        Member.Role.CASEWORKER,
        Member.Role.SUPERVISOR,
        Member.Role.COORDINATOR,
        Member.Role.REGISTRAR,
    }
)
"""Roles that may open records of persons."""


@dataclass(frozen=True)
class Actor:
    """A member of an organisation, a member through a device, or the organisation's own machinery (`member` None)."""

    organisation: uuid.UUID
    member: uuid.UUID | None = None
    role: str = ""
    desks: frozenset[uuid.UUID] = field(default_factory=frozenset)
    device: uuid.UUID | None = None

    @property
    def is_system(self) -> bool:
        """True for jobs, which act for an organisation and not for a person."""
        return self.member is None


def actor_of_member(member: Member, *, device: Device | None = None) -> Actor:
    """The actor that a member is, with the desks they serve now."""
    return Actor(
        organisation=member.organisation_id,
        member=member.id,
        role=member.role,
        desks=frozenset(desk.id for desk in member.desks.all()),  # may have been fetched for many at once
        device=device.id if device else None,
    )


def actor_of_device(device: Device) -> Actor:
    """The member through a phone at the door: it hands forms in and opens nothing, so it has no role and no desk."""
    return Actor(organisation=device.organisation_id, member=device.member_id, device=device.id)


def actor_of_system(organisation: uuid.UUID) -> Actor:
    """The organisation's own machinery, for jobs."""
    return Actor(organisation=organisation)
