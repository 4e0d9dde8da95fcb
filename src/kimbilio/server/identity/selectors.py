"""Questions about who works here."""

from __future__ import annotations

import contextlib
import uuid

from django.db import models
from django.db.models import QuerySet

from kimbilio.server.kernel import crypto

from .models import Desk, Device, Knock, Member, Organisation, User


def memberships_of(user: User) -> QuerySet[Member]:
    """The active memberships of a user, oldest first."""
    return user.memberships.filter(active=True).select_related("organisation").order_by("id")


def device_find(token: str) -> Device | None:
    """The live device that holds `token`, whose member is still active."""
    return (
        Device.objects.select_related("member", "organisation", "desk")
        .filter(token_hash=crypto.hash_token(token), revoked_at=None, member__active=True)
        .first()
    )


def organisation_get(organisation: uuid.UUID) -> Organisation:
    """One organisation."""
    return Organisation.objects.get(id=organisation)


def organisations_called(word: str) -> list[Organisation]:
    """Organisations with this id, agency or name, as somebody types it at the command line."""
    asked = models.Q(agency__iexact=word) | models.Q(name__iexact=word)
    with contextlib.suppress(ValueError):
        asked |= models.Q(id=uuid.UUID(word))
    return list(Organisation.objects.filter(asked).order_by("name"))


def organisations_all() -> list[Organisation]:
    """Every organisation of the instance, by name."""
    return list(Organisation.objects.order_by("name"))


def desks_for_referrals(country: str) -> QuerySet[Desk]:
    """Desks of a country that answer referrals, with their organisations."""
    return (
        Desk.objects.filter(organisation__country=country, receives_referrals=True, open=True)
        .select_related("organisation")
        .order_by("organisation__name", "name")
    )


def desk_find(desk: uuid.UUID) -> Desk | None:
    """A desk with its organisation."""
    return Desk.objects.select_related("organisation").filter(id=desk).first()


def member_names(ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names of colleagues by member id, for timelines and the journal."""
    return dict(Member.objects.filter(id__in=ids).values_list("id", "name"))


def colleagues_of(organisation: uuid.UUID) -> list[Member]:
    """Active members of an organisation with their desks, by name."""
    return list(
        Member.objects.filter(organisation_id=organisation, active=True)
        .prefetch_related("desks")
        .order_by("name")
    )


def desks_of(organisation: uuid.UUID) -> list[Desk]:
    """The desks of an organisation, by name."""
    return list(Desk.objects.filter(organisation_id=organisation).order_by("name"))


def devices_of(organisation: uuid.UUID) -> list[Device]:
    """The phones of an organisation: those in use first."""
    return list(
        Device.objects.filter(organisation_id=organisation)
        .select_related("member")
        .order_by(models.F("revoked_at").asc(nulls_first=True), "name")
    )


def knocks_open(organisation: uuid.UUID) -> list[Knock]:
    """Phones of an organisation whose code another phone has tried and that no steward has looked at."""
    rows = Knock.objects.filter(device__organisation_id=organisation, settled_at=None)
    return list(rows.select_related("device").order_by("id"))


def deciders_of(organisation: uuid.UUID) -> list[Member]:
    """Active supervisors and coordinators: who is told when something needs a decision for the whole organisation."""
    return _members_in(organisation, Member.Role.SUPERVISOR, Member.Role.COORDINATOR)


def stewards_of(organisation: uuid.UUID) -> list[Member]:
    """Active stewards: who keeps the organisation's members, desks and phones."""
    return _members_in(organisation, Member.Role.STEWARD)


def _members_in(organisation: uuid.UUID, *roles: str) -> list[Member]:
    members = Member.objects.filter(organisation_id=organisation, active=True, role__in=roles)
    return list(members.order_by("id"))
