"""The page of one referral, as the sender or the receiver holds it.

Knows which step is drawn as the next one and what each side calls a state. Decides no right: it is handed the
reading that the selector made for the actor.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from kimbilio.packs import Pack
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.places import place_of
from kimbilio.server.identity.selectors import desk_find, organisation_get
from kimbilio.server.journal.selectors import acts_on_timeline
from kimbilio.server.kernel.ids import slip_reference
from kimbilio.server.people import selectors as people
from kimbilio.server.people.country import pack_for, pack_of, word
from kimbilio.server.people.showing import ENTRIES, QUIET_ACTS, timeline_of

from . import selectors, words
from .addresses import need_number, refer_address
from .directory import desk_beside
from .forms import NothingForm
from .models import Referral
from .permission import REFER
from .slips import may_have_slip
from .steps import Step, acts_open, next_act, step_of

State = Referral.State


def referral_context(
    actor: Actor, reading: selectors.ReferralReading, *, bound: Step | None = None, names: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything that the page shows. `bound` is a step that was refused, with what was typed."""
    row = reading.referral
    received = row.side == Referral.Side.RECEIVED
    pack = pack_for(actor.organisation)
    # The codes are the sender's: another country's pack has other words for them
    their_pack = pack_of(row.other.pack) if received else pack
    acts = acts_open(reading)
    place = place_of(row.desk, seen_by=actor.organisation)
    context: dict[str, Any] = {
        "referral": row,
        "case": row.case,
        "received": received,
        "draft": row.state == State.DRAFT,
        "other": {"name": words.organisation_name(row.other)},
        "desk": {
            "name": words.desk_name(row.desk),
            "organisation": words.organisation_name(row.desk.organisation),
        },
        "state": words.state_words(row.state, row.side),
        "priority_words": word(pack, f"priority:{row.priority}:label"),
        "their_code": reading.document["their_code"],
        "clock_started": clock_started(row),
        "agreed": words.acceptance_shown(pack, reading.document),
        "exchange": _exchange(reading, their_pack, names),
        "timeline": timeline_of(
            acts_on_timeline(row.case_id, subject=row.id, without=QUIET_ACTS, most=ENTRIES)
        ),
        "bound": bound.form if bound else None,
        "names": names,
        "has_name": reading.has_name,
        **_ending(reading, pack, acts),
    }
    main = next_act(acts)
    steps = {act: step_of(act, reading, actor=actor, pack=pack) for act in acts}
    if bound is not None and bound.act in steps:
        steps[bound.act] = bound
    if row.state == State.DRAFT:
        context |= _draft(actor, reading, pack, names)
        if context["unready"] and "send" in steps:
            steps["send"] = context["unready"]
    else:
        context["copy"] = _copy(reading, their_pack, names)
    context |= {
        "main": steps.get(main),
        "others": [step for act, step in steps.items() if act != main],
        "due": reading.document["override"]["confirm_by"] if main == "confirm" else row.due_at,
        "waiting": _waiting(row, received),
        "call": place.phone if not received and row.due_at else "",
        "reference": "" if row.state == State.DRAFT else slip_reference(row.thread),
        "slip_url": reverse("referrals:slip", args=[row.id]) if may_have_slip(row) else "",
        "beside": _beside(actor, row) if not received and row.state == State.EXPIRED else None,
        "place_kept": words.place_kept_words(row.desk) if place.kept else "",
        "reason": _override_reason(reading) if "confirm" in steps else "",
        "say": _said(reading, pack) if "answer" in steps else None,
    }
    return context


def _beside(actor: Actor, row: Referral) -> dict[str, str] | None:
    """The desk to turn to when this one does not answer."""
    cards = [card for card in selectors.directory(actor) if card.desk.organisation_id != actor.organisation]
    card = desk_beside(row.desk, cards)
    return {"name": words.desk_name(card.desk), "phone": card.place.phone} if card else None


def clock_started(row: Referral) -> datetime | None:
    """From when the running clock counts."""
    return row.accepted_at if row.state == State.ACCEPTED else row.sent_at


def _copy(reading: selectors.ReferralReading, pack: Pack, names: Mapping[str, Any]) -> dict[str, Any]:
    """The envelope as it went or came."""
    row, document = reading.referral, reading.document
    received = row.side == Referral.Side.RECEIVED
    profile = pack.ruleset.share_profiles.get(str(document["profile"]))
    went = [
        name
        for name in people.NAME_FIELDS
        if reading.has_name and name not in document["may_ask"] and (profile is None or name in profile)
    ]
    return words.copy_shown(
        {
            "values": {**{name: "" for name in went if name in names or not names}, **document["values"]},
            "priority": row.priority,
            "service_types": document["service_types"],
            "ground": document["ground"],
            "escort_needed": document["is_child"],
        },
        pack=pack,
        sender=words.organisation_name(row.other if received else organisation_get(row.organisation_id)),
        desk=row.desk,
        answer_by=row.answer_by,
        names=names,
    )


def _draft(
    actor: Actor, reading: selectors.ReferralReading, pack: Pack, names: Mapping[str, Any]
) -> dict[str, Any]:
    """A draft shows what would go now; without the person's yes the next step is to ask."""
    row, category = reading.referral, str(reading.document["category"])
    seen = selectors.preview(
        actor, row.case, desk=row.desk, category=category, fields=reading.document.get("fields")
    )
    address = _refer_again(row, category, row.desk_id)
    copy = None
    if seen.envelope:
        copy = words.copy_shown(
            seen.envelope,
            pack=pack,
            sender=words.organisation_name(organisation_get(actor.organisation)),
            desk=row.desk,
            answer_by=seen.acknowledge_by,
            names=names,
        )
    unready = None
    if seen.refusal_code:
        asked = seen.refusal_code in ("not_asked", "child_not_told")
        unready = Step(
            act="ask-person",
            title=_("Next: ask the person") if asked else _("Nothing is sent"),
            button="",
            note=seen.refusal,
            form=NothingForm(),
            url="",
            link=address,
            link_words=_("Ask the person") if asked else _("Open the page of this referral"),
        )
    return {"copy": copy, "unready": unready, "change_url": address}


def _exchange(
    reading: selectors.ReferralReading, pack: Pack, names: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """The open question, and what was answered to earlier ones."""
    document = reading.document
    rows = []
    for field, value in document["answers"].items():
        rows.append((words.field_words(pack, field), words.value_words(pack, field, value)))
    if document["asked_field"]:
        rows.append((words.field_words(pack, str(document["asked_field"])), _("Asked, not answered yet")))
    return rows


def _ending(reading: selectors.ReferralReading, pack: Pack, acts: list[str]) -> dict[str, Any]:
    """How it ended, in codes; after a decline the desk that was offered."""
    row, document = reading.referral, reading.document
    rows: list[tuple[str, str]] = []
    offered = None
    if row.state == State.DECLINED:
        rows.append((_("Why"), word(pack, f"decline_reason:{document['reason']}")))
        if document["why"]:
            rows.append(
                (_("In their words") if row.side == "sent" else _("In your words"), str(document["why"]))
            )
        offered = desk_find(UUID(str(document["other_desk"]))) if document["other_desk"] else None
        if offered is not None:
            rows.append((_("Desk offered"), words.desk_name(offered)))
    elif row.state == State.COMPLETED:
        rows.append((_("How"), word(pack, f"outcome:{document['outcome']}")))
    elif row.state == State.CLOSED:
        rows.append((_("Why"), word(pack, f"closing_reason:{document['reason']}")))
    offers = offered is not None and row.side == Referral.Side.SENT
    return {
        "ending": [(term, value) for term, value in rows if value],
        "offered": {"name": words.desk_name(offered)} if offered else None,
        "offer_url": _refer_again(row, str(document["category"]), document["other_desk"]) if offers else "",
    }


def _refer_again(row: Referral, category: str, desk: UUID | str) -> str:
    """The address at which the same need is referred to a desk."""
    return refer_address(row.case.code, need_number(people.screening_of(row.case), category), desk)


def _waiting(row: Referral, received: bool) -> str:
    """What this side waits for, when no step is expected of it."""
    if row.state in (State.DECLINED, State.COMPLETED, State.CLOSED, State.WITHDRAWN):
        return words.state_words(row.state, row.side) + "."
    if received:
        return _("You wait for the sender’s answer. They ask the person again first.")
    match row.state:
        case State.SENT:
            return _("You wait until the desk acknowledges it.")
        case State.EXPIRED:
            return _("The desk has not answered in time. Its next focal point was told. Call the desk.")
        case State.ACKNOWLEDGED | State.INFORMATION_NEEDED:
            return _("The desk has it and decides.")
        case State.ACCEPTED:
            return _("The desk waits for the person. Tell the person how they get there.")
        case State.NOT_ARRIVED:
            return _("Call the safe contact and the escort. Never ask anybody to search for the person.")
        case _:
            return _("The desk helps. You hear how it ends.")


def _override_reason(reading: selectors.ReferralReading) -> str:
    """What the first person wrote, for the second."""
    row = reading.referral
    found = [each for each in people.consents_of(row.case, scope=REFER) if each.consent.id == row.consent_id]
    return str(found[0].document.get("override_reason") or "") if found else ""


def _said(reading: selectors.ReferralReading, pack: Pack) -> words.Said:
    """What is read to the person before a question is answered."""
    row, document = reading.referral, reading.document
    language = str(people.facts_of(row.case).get("language") or "")
    return words.said_aloud(
        pack,
        language,
        desk=row.desk,
        fields=[str(document["asked_field"])],
        services=document["service_types"],
        again=True,
    )
