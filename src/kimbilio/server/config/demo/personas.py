"""As whom one may act in the demo: colleagues of `world.yaml`, each with a sentence about what they do.

Signing in by a tap exists here only, and only for members of organisations that are marked as invented.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kimbilio.server.config.middleware import MEMBERSHIP
from kimbilio.server.identity.models import Member

from .world import table

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
DOES: dict[str, str | Promise] = {
    "border_officer": _("Screens people at the bridge and refers them."),
    "border_supervisor": _("Sees all cases of the post; confirms what needs a second person."),
    "duty_desk": _("Answers referrals at the duty desk, day and night."),
    "coordinator": _("Watches over the desk's cases and what is overdue."),
    "steward": _("Looks after members, desks and phones; sees no person."),
    "auditor": _("Reads the journal; sees no person."),
}


@dataclass(frozen=True)
class Persona:
    """A colleague as the pages of the demo show them."""

    member: Member
    does: str | Promise
    place: str


def personas() -> list[Persona]:
    """Everyone, in the order of the demo's table: first those with a sentence of their own."""
    rows = {row["username"]: row for one in table()["organisations"] for row in one["members"]}
    members = (
        Member.objects.filter(organisation__invented=True, active=True, user__username__in=rows)
        .select_related("organisation", "user")
        .prefetch_related("desks")
    )
    order = {
        name: place for place, name in enumerate(sorted(rows, key=lambda name: "persona" not in rows[name]))
    }
    return [
        Persona(member, DOES.get(rows[member.user.username].get("persona", ""), ""), place_of(member))
        for member in sorted(members, key=lambda member: order[member.user.username])
    ]


def member_as(persona: str) -> Member:
    """The colleague of the demo's table with a sentence of `DOES`. Raises StopIteration for an unknown one."""
    rows = (row for one in table()["organisations"] for row in one["members"])
    username = next(row["username"] for row in rows if row.get("persona") == persona)
    return Member.objects.select_related("organisation", "user").get(
        user__username=username, organisation__invented=True
    )


def place_of(member: Member) -> str:
    """The desks of a member, or else the organisation, in the language of the page."""
    return gettext(", ").join(desk.called for desk in member.desks.all()) or member.organisation.called


def become(request: HttpRequest, member: Member) -> None:
    """Sign in as a colleague and act as this member."""
    login(request, member.user, backend=BACKEND)
    request.session[MEMBERSHIP] = str(member.id)
