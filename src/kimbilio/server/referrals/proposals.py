"""Which desk could help with each need, and why. A suggestion is a reason in codes; the page has the words.

A blocked step is never suggested: only the steps that the screening left open name agencies and services.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from kimbilio.rules.parts import Pathway
from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.selectors import organisation_get
from kimbilio.server.kernel import sealed
from kimbilio.server.people import selectors as people

from .contents import service_types_asked, within_minutes
from .course import is_live
from .directory import DeskCard, directory
from .models import Referral
from .permission import answers_for, consent_for, permission_for
from .situation import Situation, situation_of

Told = tuple[str, dict[str, Any]]
"""A code with its values."""

Declined = Sequence[tuple[uuid.UUID, str]]
"""Desks that declined a need, the newest last, each with the id of the desk that it offered."""

BLOCKING = {"no": "said_no", "not_now": "said_not_now"}


@dataclass(frozen=True)
class Suggestion:
    """A desk that could take the referral; `suggested` is true for the first that offers what the pathway
    asks.

    Reasons: pathway {hours}, open_until {at}, open_always, speaks {language}, answered {n, of}, offered. Warnings:
    not_verified {days}, never_verified, closed {opens}, no_language {language}, other_service, said_no,
    withdrawn, expired, declined.
    """

    desk: DeskCard
    suggested: bool
    reasons: list[Told]
    warnings: list[Told]


@dataclass(frozen=True)
class Proposal:
    """A need without a referral under way. `asked_key` is the key of the step's text, empty when the lead has
    none.

    `blocked` says why nothing is proposed: said_no, said_not_now, no_pathway; empty when nothing stands in the way.
    `no_desk` are agencies that the open steps name and that have no desk here, each with its step's key. `number` is
    the need's place among the case's, from 1 on.
    """

    category: str
    pathway: str | None
    lead_agency: str
    priority: str
    asked_key: str
    suggestions: list[Suggestion]
    no_desk: list[tuple[str, str]]
    blocked: str = ""
    draft: uuid.UUID | None = None
    number: int = 0


def proposals_for(actor: Actor, case: people.Case) -> list[Proposal]:
    """For each need without a referral under way or completed, in leading order, the desks that could help.

    Raises NotVisible.
    """
    situation = situation_of(people.case_by_id(actor, case.id, for_=Purpose.REFERRAL))
    drafts, taken, declined = _referred(situation)
    cards = [card for card in directory(actor) if card.desk.organisation_id != actor.organisation]
    return [
        _proposal(
            actor,
            situation,
            number,
            need,
            cards,
            drafts.get(need["category"]),
            declined.get(need["category"], ()),
        )
        for number, need in enumerate(situation.needs, start=1)
        if need["category"] not in taken
    ]


def _referred(situation: Situation) -> tuple[dict[str, uuid.UUID], set[str], Mapping[str, Declined]]:
    rows = list(Referral.objects.filter(case=situation.case, side=Referral.Side.SENT).order_by("id"))
    documents = sealed.read_many(rows)
    drafts: dict[str, uuid.UUID] = {}
    taken: set[str] = set()
    declined: dict[str, list[tuple[uuid.UUID, str]]] = {}
    for row in rows:
        category = documents.get(row.id, {}).get("category", "")
        if row.state == Referral.State.DRAFT:
            drafts[category] = row.id
        elif row.state == Referral.State.COMPLETED or is_live(row.state, situation.pack.ruleset):
            taken.add(category)
        elif row.state == Referral.State.DECLINED:
            declined.setdefault(category, []).append(
                (row.desk_id, str(documents[row.id].get("other_desk", "")))
            )
    return drafts, taken, declined


def _proposal(
    actor: Actor,
    situation: Situation,
    number: int,
    need: dict[str, Any],
    cards: list[DeskCard],
    draft: uuid.UUID | None,
    declined: Declined,
) -> Proposal:
    category = need["category"]
    pathway = situation.pathway(category)
    lead = str(need.get("lead") or "")
    priority = situation.priority(category)
    if pathway is None:
        return Proposal(category, None, lead, priority, "", [], [], "no_pathway", number=number)
    steps = situation.steps(category)
    asked = next((str(step["do"]) for step in steps if step.get("by") == lead), "")
    answers = answers_for(situation, category)
    blocked = BLOCKING.get(str(answers[0].document.get("answer")), "") if answers else ""
    if situation.is_child:
        blocked = ""  # a child is heard; whom to tell all the same, the consent rule decides desk by desk
    named = {step["by"]: str(step["do"]) for step in reversed(steps) if step.get("by")}
    here = {card.desk.organisation.agency for card in cards} | {organisation_get(actor.organisation).agency}
    return Proposal(
        category=category,
        pathway=pathway.id,
        lead_agency=lead,
        priority=priority,
        asked_key=asked,
        suggestions=[] if blocked else suggestions_for(situation, pathway, cards, declined),
        no_desk=[(agency, key) for agency, key in named.items() if agency not in here],
        blocked=blocked,
        draft=draft,
        number=number,
    )


def suggestions_for(
    situation: Situation, pathway: Pathway, cards: list[DeskCard], declined: Declined = ()
) -> list[Suggestion]:
    """The desks of `cards` that could take a referral of this pathway, the most fitting first.

    After a decline the desk that was offered comes first, and those that declined come last.
    """
    offered = declined[-1][1] if declined else ""
    refused = {str(desk) for desk, _ in declined}
    named = {pathway.lead, *(step["by"] for step in situation.steps(pathway.category) if step.get("by"))}
    asks_service = any(step.get("service_types") for step in situation.steps(pathway.category))
    open_steps = {step["n"] for step in situation.steps(pathway.category)}
    closed = {service for step in pathway.steps if step.n not in open_steps for service in step.service_types}
    found: list[tuple[tuple[Any, ...], Suggestion]] = []
    for card in cards:
        services = service_types_asked(situation, pathway, card.desk)
        by_name = card.desk.organisation.agency in named
        offers = bool(services) or not asks_service
        was_offered = str(card.desk.id) == offered and offered not in refused
        fitting = (by_name or services) and (services or not closed & set(card.desk.service_types))
        if not (fitting or was_offered):
            continue
        permission = permission_for(situation, pathway, card.desk.organisation, now=timezone.now())
        if permission.reason.startswith("country_of_origin"):
            continue
        reasons = _reasons(situation, pathway, card, by_name=by_name)
        if was_offered:
            reasons.insert(0, ("offered", {}))
        warnings = _warnings(situation, card, offers=offers)
        if permission.reason in ("said_no", "withdrawn", "expired"):
            warnings.insert(0, (permission.reason, {}))
        if str(card.desk.id) in refused:
            warnings.insert(0, ("declined", {}))
        asked = consent_for(situation, pathway.category, card.desk.organisation) is not None
        rank = (
            permission.reason in ("said_no", "withdrawn"),
            str(card.desk.id) in refused,
            not was_offered,
            not offers,
            card.desk.organisation.agency != pathway.lead,
            not asked,
            not by_name,
            not card.open_now,
            not any(code == "speaks" for code, _ in reasons),
            -(card.answered / card.asked if card.asked else 0.5),
            card.stale,
            card.desk.name,
        )
        fits = (offers and by_name) or was_offered
        fits = fits and permission.reason not in ("said_no", "withdrawn") and str(card.desk.id) not in refused
        found.append((rank, Suggestion(card, fits, reasons, warnings)))
    found.sort(key=lambda pair: pair[0])
    return [
        Suggestion(each.desk, each.suggested and at == 0, each.reasons, each.warnings)
        for at, (_, each) in enumerate(found)
    ]


def _reasons(situation: Situation, pathway: Pathway, card: DeskCard, *, by_name: bool) -> list[Told]:
    reasons: list[Told] = []
    if by_name:
        minutes = within_minutes(situation, pathway, card.desk)
        hours = (
            minutes / 60
            if minutes
            else situation.pack.ruleset.priorities[situation.priority(pathway.category)].within_hours
        )
        reasons.append(("pathway", {"hours": round(hours, 2) if hours % 1 else int(hours)}))
    if card.open_now:
        until = card.opens_or_closes
        reasons.append(("open_until", {"at": until}) if until else ("open_always", {}))
    language = situation.facts.get("language")
    if language and language in card.desk.languages:
        reasons.append(("speaks", {"language": language}))
    if card.asked:
        reasons.append(("answered", {"n": card.answered, "of": card.asked}))
    return reasons


def _warnings(situation: Situation, card: DeskCard, *, offers: bool) -> list[Told]:
    warnings: list[Told] = []
    if not offers:
        warnings.append(("other_service", {}))
    if not card.open_now:
        warnings.append(("closed", {"opens": card.opens_or_closes}))
    if card.verified_days is None:
        warnings.append(("never_verified", {}))
    elif card.stale:
        warnings.append(("not_verified", {"days": card.verified_days}))
    language = situation.facts.get("language")
    if language and language not in card.desk.languages:
        warnings.append(("no_language", {"language": language}))
    return warnings
