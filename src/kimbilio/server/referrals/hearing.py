"""What came from the other side, applied in this side's own rows.

An envelope may come late, twice, or after a newer one. Each is applied once: its id is the transaction of its
act. A state older than the newest heard, or one that cannot follow what this side knows, is written down and
changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction as db
from django.utils import timezone

from kimbilio.packs import Pack
from kimbilio.rules.referral import Party, outweighs
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.selectors import desk_find, organisation_get
from kimbilio.server.journal.selectors import acts_of_organisation
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.people import services as people
from kimbilio.server.people.country import pack_for
from kimbilio.server.sharing.models import Envelope
from kimbilio.server.sharing.selectors import envelopes_received
from kimbilio.server.sharing.services import envelope_open

from .course import can_become
from .models import Referral
from .moving import ACT_OF, move, record, write
from .telling import heard_tell, received_tell
from .timing import clocks_set

HEARD = ("reason", "outcome", "field", "transport", "escort", "bed", "other_desk")
"""Codes of a state that go into the act; its times go into the sealed document only."""

TOLD = frozenset({"information_needed", "accepted", "declined", "not_arrived", "withdrawn"})
"""States that somebody of this side must act on or know of."""

KEPT = (*HEARD, "transport_at", "bed_held_until")


@db.atomic
def envelope_apply(*, actor: Actor, envelope: uuid.UUID) -> None:
    """Apply an envelope, and before it whatever of its thread has not been applied yet.

    Raises NotVisible when it is not for this organisation or the thread's referral has not come, and
    crypto.Unreadable when it does not open.
    """
    row, _ = envelope_open(actor=actor, envelope=envelope)
    received = envelopes_received(actor, thread=row.thread)
    # The lock makes a second worker wait, and see what the first has applied
    list(Referral.objects.select_for_update().filter(thread=row.thread).values_list("id"))
    acts = acts_of_organisation(actor.organisation).filter(transaction__in=received)
    applied = set(acts.values_list("transaction", flat=True))
    for identifier in received:
        if identifier not in applied:
            _apply(actor, *envelope_open(actor=actor, envelope=identifier))


def _apply(actor: Actor, envelope: Envelope, values: Mapping[str, Any]) -> None:
    if envelope.kind == Envelope.Kind.REFERRAL:
        _referral_receive(actor, envelope, values)
        return
    referral = (
        Referral.objects.select_related("case__person", "desk", "other")
        .filter(thread=envelope.thread, other=envelope.sender_id)
        .first()
    )
    if referral is None:
        raise NotVisible
    if envelope.kind == Envelope.Kind.ANSWER:
        _answer_hear(actor, referral, envelope, values)
    else:
        _state_hear(actor, referral, envelope, values)


def _referral_receive(actor: Actor, envelope: Envelope, values: Mapping[str, Any]) -> None:
    desk = desk_find(uuid.UUID(values["desk"]))
    if desk is None or desk.organisation_id != actor.organisation:
        raise NotVisible
    pack = pack_for(actor.organisation)
    sent_at = datetime.fromisoformat(values["at"])
    shared = values["values"]
    episode = people.case_open(
        actor=actor,
        facts=shared,
        screening=_screening(pack, values),
        desk=desk,
        priority=values["priority"],
        noticed_at=sent_at,
        stage="referred",
        transaction=envelope.id,
    )
    referral = Referral(
        id=new_id(),
        organisation_id=actor.organisation,
        thread=envelope.thread,
        side=Referral.Side.RECEIVED,
        case=episode.case,
        desk=desk,
        other=organisation_get(envelope.sender_id),
        state=Referral.State.SENT,
        priority=values["priority"],
        within_minutes=values["within_minutes"],
        sent_at=sent_at,
        rung=1,
        heard=values["n"],
    )
    content = {name: value for name, value in values.items() if name not in ("n", "at")}
    write(referral, episode.key, {"envelope": content})
    clocks_set(referral, pack.ruleset, at=sent_at)
    referral.save(force_insert=True)
    record(
        referral,
        "referral.received",
        actor=actor,
        transaction=envelope.id,
        codes={"priority": referral.priority, "ground": values["ground"]},
    )
    received_tell(referral, actor=actor, now=timezone.now())


def _screening(pack: Pack, values: Mapping[str, Any]) -> dict[str, Any]:
    """What the receiver may know of the screening: the need if it was shared, and the pathway it opens
    here.
    """
    is_child = bool(values.get("escort_needed"))
    needs, actions = [], []
    for category in values["values"].get("needs", []):
        pathway = pack.ruleset.pathway_for(category, "child" if is_child else "adult")
        needs.append(
            {
                "category": category,
                "result": "found",
                "reasons": [],
                "pathway": pathway.id if pathway else None,
                "priority": values["priority"],
                "lead": pathway.lead if pathway else pack.ruleset.fallback_lead,
            }
        )
        # A step that hangs on answers which were not shared cannot be known to be open
        actions += [
            {
                "kind": "step",
                "do": step.do,
                "pathway": pathway.id,
                "n": step.n,
                "by": step.by,
                "within_minutes": step.within_minutes,
                "service_types": list(step.service_types),
            }
            for step in (pathway.steps if pathway else ())
            if pathway and step.only_if is None and not step.blocked_by
        ]
    return {"needs": needs, "actions": actions, "answers": {}, "facts": {"is_child": is_child}}


def _state_hear(actor: Actor, referral: Referral, envelope: Envelope, values: Mapping[str, Any]) -> None:
    state = values["state"]
    codes = {name: values[name] for name in HEARD if values.get(name) is not None}
    if not _counts(referral, state, values):
        record(referral, ACT_OF[state], actor=actor, transaction=envelope.id, codes={**codes, "late": True})
        return
    kept = {name: values[name] for name in KEPT if values.get(name) is not None}
    if state == Referral.State.INFORMATION_NEEDED:
        kept["question"] = {"field": values["field"], "at": values["at"]}
    referral.heard = values["n"]
    at = datetime.fromisoformat(values["at"])
    if referral.answered_at is None and referral.side == Referral.Side.SENT:
        referral.answered_at = at
    move(
        referral,
        state,
        actor=actor,
        at=at,
        transaction=envelope.id,
        codes={**codes, "heard": True},
        document=kept,
    )
    if state in TOLD:
        heard_tell(referral, str(envelope.id), actor=actor, now=timezone.now())


def _answer_hear(actor: Actor, referral: Referral, envelope: Envelope, values: Mapping[str, Any]) -> None:
    """The values are taken in any case, since the person agreed; the state only if it can follow."""
    given = values["values"]
    if given:
        people.facts_add(actor=actor, case=referral.case, facts=given, transaction=envelope.id)
    before = sealed.read(referral)
    kept = {"answers": {**before.get("answers", {}), **given}, "question": None}
    codes = {"given": bool(given)}
    if _counts(referral, Referral.State.ACKNOWLEDGED, values):
        referral.heard = values["n"]
        move(
            referral,
            Referral.State.ACKNOWLEDGED,
            actor=actor,
            at=datetime.fromisoformat(values["at"]),
            transaction=envelope.id,
            act="referral.answered",
            codes=codes,
            document=kept,
        )
        heard_tell(referral, str(envelope.id), actor=actor, now=timezone.now())
        return
    write(referral, sealed.key_of(referral), kept)
    referral.save()
    record(referral, "referral.answered", actor=actor, transaction=envelope.id, codes={**codes, "late": True})


def _counts(referral: Referral, state: str, values: Mapping[str, Any]) -> bool:
    """Whether what was said is news that can be true here."""
    speaker: Party = "receiver" if referral.party == "sender" else "sender"
    pack = pack_for(referral.organisation_id)
    if values["n"] <= referral.heard:
        return False
    arrived_all_the_same = speaker == "receiver" and outweighs(state, referral.state)
    return arrived_all_the_same or can_become(referral.state, state, speaker, pack.ruleset)
