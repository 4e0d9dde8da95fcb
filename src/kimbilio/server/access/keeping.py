"""What a steward keeps: who works here, as what, at which desks, and who gets a new password. Each is an act.

A member is never taken away, for acts name them; they leave. Somebody always remains who can keep the rest.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction as db
from django.utils.translation import gettext as _

from kimbilio.server.identity import joining
from kimbilio.server.identity import services as identity
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk, Member, Organisation
from kimbilio.server.identity.selectors import stewards_of
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.errors import NotAllowed, NotVisible, Refused
from kimbilio.server.kernel.rows import acting_for

Role = Member.Role


@db.atomic
def member_invite(
    *, actor: Actor, username: str, name: str, role: str, desks: list[Desk] | None = None
) -> tuple[Member, str]:
    """A new member, and the one-time code with which they set their password. Raises NotAllowed, Refused."""
    organisation = _held(actor)
    member, code = joining.member_join(
        organisation=organisation, username=username, name=name, role=role, desks=desks
    )
    act_record(
        actor=actor, act="member.joined", subject=member.id, codes={"member": str(member.id), "role": role}
    )
    return member, code


@db.atomic
def code_give(*, actor: Actor, member: Member, factor_lost: bool) -> str:
    """A one-time code for a new password. Raises NotAllowed, NotVisible, Refused."""
    _held(actor)
    _ours(actor, member)
    code = joining.code_offer(member=member, factor_lost=factor_lost)
    step = "ended" if factor_lost else "kept"
    act_record(
        actor=actor,
        act="member.code_given",
        subject=member.id,
        codes={"member": str(member.id), "second_step": step},
    )
    return code


@db.atomic
def member_change(*, actor: Actor, member: Member, name: str, role: str, desks: list[Desk]) -> None:
    """Another name, role or desks. Raises NotAllowed, NotVisible, Refused."""
    _held(actor)
    _ours(actor, member)
    if role != member.role:
        if member.id == actor.member:
            raise Refused(_("Nobody changes their own role. Ask another steward."))
        _somebody_keeps(actor, member)
    identity.member_change(member=member, name=name, role=role, desks=desks)
    codes = {"member": str(member.id)} | ({"role": role} if role != member.role else {})
    act_record(actor=actor, act="member.changed", subject=member.id, codes=codes)


@db.atomic
def member_end(*, actor: Actor, member: Member) -> None:
    """The member leaves: from now on neither they nor their phones open anything. Raises as `member_change`."""
    _held(actor)
    _ours(actor, member)
    if member.id == actor.member:
        raise Refused(_("Nobody ends their own membership. Ask another steward."))
    _somebody_keeps(actor, member)
    identity.member_end(member=member)
    act_record(actor=actor, act="member.ended", subject=member.id, codes={"member": str(member.id)})


@db.atomic
def desk_open(*, actor: Actor, name: str, **details: Any) -> Desk:
    """A new desk. Raises NotAllowed, Refused."""
    organisation = _held(actor)
    _name_free(organisation, name, None)
    desk = identity.desk_open(organisation=organisation, name=name, **details)
    act_record(actor=actor, act="desk.opened", subject=desk.id, codes={"desk": str(desk.id)})
    return desk


@db.atomic
def desk_change(*, actor: Actor, desk: Desk, **details: Any) -> None:
    """Another entry of a desk. Raises NotAllowed, NotVisible, Refused."""
    organisation = _held(actor)
    if desk.organisation_id != actor.organisation:
        raise NotVisible
    _name_free(organisation, details.get("name", desk.name), desk)
    identity.desk_change(desk=desk, **details)
    act_record(actor=actor, act="desk.changed", subject=desk.id, codes={"desk": str(desk.id)})


def password_begin(*, username: str, code: str, password: str, address: str) -> joining.Refusal | None:
    """Exchange a one-time code for a password; None when it was good. `address` is the network address that asks."""
    used = joining.code_use(username=username, code=code, password=password, address=address)
    if isinstance(used, joining.Refusal):
        return used
    member = used.member
    with db.atomic(), acting_for(member.organisation_id):
        act_record(
            actor=Actor(organisation=member.organisation_id, member=member.id, role=member.role),
            act="member.password_set",
            subject=member.id,
            transaction=used.id,
            codes={"member": str(member.id), "second_step": "ended" if used.factor_lost else "kept"},
        )
    return None


def _held(actor: Actor) -> Organisation:
    """The actor's organisation, held until the transaction ends: of two stewards who remove each other, one waits."""
    if not actor.is_system and actor.role != Role.STEWARD:
        raise NotAllowed
    return Organisation.objects.select_for_update(no_key=True).get(id=actor.organisation)


def _ours(actor: Actor, member: Member) -> None:
    if member.organisation_id != actor.organisation or not member.active:
        raise NotVisible


def _somebody_keeps(actor: Actor, member: Member) -> None:
    if not any(steward.id != member.id for steward in stewards_of(actor.organisation)):
        raise Refused(_("This is the only steward. Make somebody else steward first."))


def _name_free(organisation: Organisation, name: str, desk: Desk | None) -> None:
    of_that_name = Desk.objects.filter(organisation=organisation, name=name)
    if any(row != desk for row in of_that_name):
        raise Refused(_("There is a desk of this name already. Give it another."))
