"""What an envelope holds. One function builds it for the preview and for sending, so the two cannot differ.

Beside the shared values stands only what the desk needs in order to answer: which desk, how soon, which
service, on what ground, and whether somebody must go along. The need itself travels only as the shared field
`needs`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from kimbilio.rules.parts import Pathway
from kimbilio.rules.sharing import SharedField, profile_fields
from kimbilio.server.identity.models import Desk

from .permission import Permission
from .situation import Situation


def content_of(
    situation: Situation,
    pathway: Pathway,
    desk: Desk,
    permission: Permission,
    chosen: Collection[str] | None,
) -> dict[str, Any]:
    """The envelope of a referral, ready for JSON.

    `chosen` are the fields ticked; a field that may not be held back goes all the same, and nothing goes that
    the permission does not hold.
    """
    fields = fields_of(situation, pathway)
    sent = [
        field.id
        for field in fields
        if field.id in permission.fields
        and (chosen is None or field.id in chosen or not field.may_be_held_back)
    ]
    values = {name: value for name in sent if (value := value_of(situation, pathway, name)) is not None}
    content: dict[str, Any] = {
        "desk": str(desk.id),
        "priority": situation.priority(pathway.category),
        "ground": permission.rule,
        "service_types": service_types_asked(situation, pathway, desk),
        "within_minutes": within_minutes(situation, pathway, desk),
        "may_ask": [field.id for field in fields if field.id not in values],
        "values": values,
    }
    if situation.is_child:
        content["escort_needed"] = True
    return content


def fields_of(situation: Situation, pathway: Pathway) -> tuple[SharedField, ...]:
    """The fields of the pathway's share profile, without those that never travel at a first referral."""
    return profile_fields(pathway.share, situation.pack.ruleset)


def value_of(situation: Situation, pathway: Pathway, field: str) -> Any | None:
    """The value of a shared field as it would travel, None when it is not known.

    `needs` is the need this referral is for and no other: each of the others asks for its own yes.
    """
    computed = {
        "case_code": situation.case.code,
        "priority": situation.priority(pathway.category),
        "needs": [pathway.category],
    }
    value = computed.get(field, situation.facts.get(field))
    return None if value in ("", [], {}) else value


def within_minutes(situation: Situation, pathway: Pathway, desk: Desk) -> int | None:
    """The shortest time that the open steps name for the desk's agency."""
    times = [
        step["within_minutes"]
        for step in situation.steps(pathway.category)
        if step.get("by") == desk.organisation.agency and step.get("within_minutes")
    ]
    return min(times, default=None)


def service_types_asked(situation: Situation, pathway: Pathway, desk: Desk) -> list[str]:
    """The services that the pathway asks for and the desk offers."""
    asked = [
        service for step in situation.steps(pathway.category) for service in step.get("service_types") or ()
    ]
    return [service for service in dict.fromkeys(asked) if service in desk.service_types]
