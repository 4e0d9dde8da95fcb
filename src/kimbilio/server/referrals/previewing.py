"""What the receiver will see, field by field, before anything is sent. Built by the function that sending
uses.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from kimbilio.rules.clocks import answer_clock
from kimbilio.rules.consent import LIFE_AT_RISK
from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Desk
from kimbilio.server.people import selectors as people

from .contents import content_of, fields_of, value_of
from .permission import permission_for, permission_supposed
from .refusals import refused, sentence_of
from .situation import situation_of


@dataclass(frozen=True)
class SharedField:
    """One field of the share profile.

    `agreed`: a recorded consent holds it. `ticked`: it would go as things stand. `reason`: agreed, held_back
    (the person kept it back), unticked, not_known (no value), not_asked (goes if the person says yes),
    refused. `fixed`: it names nobody and always goes. `on_tap`: shown only after `people.name_show`.
    """

    field: str
    value: Any
    agreed: bool
    ticked: bool
    reason: str
    fixed: bool
    on_tap: bool


@dataclass(frozen=True)
class Preview:
    """A referral before it is sent; `envelope` is what would be sealed, empty when nothing may go.

    `refusal` is a sentence and `refusal_code` its code, both empty when it may be sent now. While the person
    was not asked, the envelope supposes a yes to the ticked fields.
    """

    desk: Desk
    category: str
    profile: str
    priority: str
    fields: list[SharedField]
    consent: people.ConsentReading | None
    is_child: bool
    override_possible: bool
    envelope: dict[str, Any]
    acknowledge_by: datetime
    refusal_code: str
    refusal: str


def preview(
    actor: Actor,
    case: people.Case,
    *,
    desk: Desk,
    category: str,
    fields: Collection[str] | None = None,
) -> Preview:
    """The preview of one need's referral to a desk, with `fields` ticked (None: all). The opening is
    journalled.

    Raises NotVisible, KeyDestroyed, and Refused for a need that was not found or has no pathway.
    """
    seen = people.case_by_id(actor, case.id, for_=Purpose.REFERRAL)
    situation = situation_of(seen)
    if situation.need(category) is None:
        raise refused("need_not_found")
    pathway = situation.pathway(category)
    if pathway is None:
        raise refused("no_pathway")
    people.opening_record(actor, seen, for_=Purpose.REFERRAL)
    now = timezone.now()
    permission = permission_for(situation, pathway, desk.organisation, now=now)
    if permission.reading is None and not permission.allowed:
        supposed = permission_supposed(situation, pathway, desk.organisation)
        permission = supposed if supposed.supposed else permission
    may_go = permission.allowed or permission.supposed
    content = content_of(situation, pathway, desk, permission, fields) if may_go else {}
    shown = []
    for field in fields_of(situation, pathway):
        value = value_of(situation, pathway, field.id)
        held = field.id in permission.fields
        wanted = fields is None or field.id in fields or not field.may_be_held_back
        shown.append(
            SharedField(
                field=field.id,
                value=value,
                agreed=permission.allowed and held,
                ticked=field.id in content.get("values", {}),
                reason=_reason(may_go, held, wanted, value is not None, permission.supposed),
                fixed=not field.may_be_held_back,
                on_tap=field.id in people.NAME_FIELDS,
            )
        )
    clock = answer_clock(
        situation.priority(category),
        situation.pack.ruleset,
        sent_at=now,
        step_minutes=content.get("within_minutes"),
    )
    code = "" if permission.allowed else permission.reason
    return Preview(
        desk=desk,
        category=category,
        profile=pathway.share,
        priority=situation.priority(category),
        fields=shown,
        consent=permission.reading,
        is_child=situation.is_child,
        override_possible=pathway.consent == LIFE_AT_RISK and desk.organisation.agency == pathway.lead,
        envelope=content,
        acknowledge_by=clock.acknowledge_by,
        refusal_code=code,
        refusal=sentence_of(code) if code else "",
    )


def _reason(may_go: bool, held: bool, wanted: bool, known: bool, supposed: bool) -> str:
    if not may_go:
        return "refused"
    if not held:
        return "held_back"
    if not wanted:
        return "unticked"
    if not known:
        return "not_known"
    return "not_asked" if supposed else "agreed"
