"""Questions about practice: whom there is to meet, how far a member is, who of the colleagues has practised."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from kimbilio.packs import Pack
from kimbilio.packs.practice import PracticePerson
from kimbilio.rules import Answer
from kimbilio.rules.answers import read_answers
from kimbilio.rules.practice import Comparison, compare, questions_shown
from kimbilio.server.country.selectors import pack_for
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.models import Member
from kimbilio.server.identity.selectors import colleagues_of
from kimbilio.server.kernel.errors import NotVisible

from .models import Attempt
from .parts import usable

PRACTISES = (Member.Role.OFFICER, Member.Role.CASEWORKER)
LEADS = (Member.Role.SUPERVISOR, Member.Role.COORDINATOR)


@dataclass(frozen=True)
class Met:
    """How far a member is with one person: the attempt begun and not finished, and those finished, newest first."""

    person: PracticePerson
    begun: Attempt | None
    finished: tuple[Attempt, ...]


@dataclass(frozen=True)
class Colleague:
    """Whom a colleague has met to the end. Not what they answered: that is theirs."""

    name: str
    people: tuple[str, ...]
    last_at: datetime | None


def member_id(actor: Actor) -> uuid.UUID:
    """Who practises. Raises NotVisible for the program itself."""
    if actor.member is None:
        raise NotVisible
    return actor.member


def person_get(actor: Actor, person: str) -> tuple[Pack, PracticePerson]:
    """An invented person and the pack. Raises NotVisible when the organisation's pack has none of that id."""
    pack = pack_for(actor.organisation)
    if person not in pack.practice:
        raise NotVisible
    return pack, pack.practice[person]


def people_met(actor: Actor) -> tuple[Pack, list[Met]]:
    """Every invented person of the pack, in its order, with the actor's own attempts."""
    pack = pack_for(actor.organisation)
    own = list(Attempt.objects.filter(member_id=member_id(actor), pack=pack.id).order_by("-id"))
    return pack, [
        Met(
            person,
            next((row for row in own if row.person == person.id and row.finished_at is None), None),
            tuple(row for row in own if row.person == person.id and row.finished_at is not None),
        )
        for person in pack.practice.values()
    ]


def attempt_open(actor: Actor, person: str) -> Attempt:
    """The actor's own attempt on a person that is not finished. Raises NotVisible."""
    return _one(actor, person, finished=False)


def attempt_last(actor: Actor, person: str) -> Attempt:
    """The actor's own attempt on a person that was finished last. Raises NotVisible."""
    return _one(actor, person, finished=True)


def comparison_of(pack: Pack, person: PracticePerson, attempt: Attempt) -> Comparison:
    """What was written beside what was there."""
    return compare(
        _given(pack, attempt),
        {name: bool(alone) for name, alone in attempt.asked.items() if name in pack.ruleset.questions},
        replies=person.replies,
        notices=person.notices,
        ruleset=pack.ruleset,
    )


def noticed_in(pack: Pack, person: PracticePerson, attempt: Attempt) -> int:
    """How many of the person's notices were written down; quicker than the whole comparison, and the same count."""
    given = read_answers(_given(pack, attempt), pack.ruleset).choices
    return sum(choice in given.get(question, ()) for question, choice in person.notices)


def colleagues_met(actor: Actor) -> list[Colleague]:
    """The members of the organisation who practise, by name, and whom they have met."""
    pack = pack_for(actor.organisation)
    done: dict[uuid.UUID, list[tuple[str, datetime | None]]] = {}
    rows = Attempt.objects.filter(organisation_id=actor.organisation, pack=pack.id, finished_at__isnull=False)
    for member, person, at in rows.order_by("id").values_list("member_id", "person", "finished_at"):
        done.setdefault(member, []).append((person, at))
    colleagues = [member for member in colleagues_of(actor.organisation) if member.role in PRACTISES]
    return [
        Colleague(
            member.name,
            tuple(
                person for person in pack.practice if person in {met for met, _ in done.get(member.id, [])}
            ),
            max((at for _, at in done.get(member.id, []) if at), default=None),
        )
        for member in colleagues
    ]


def _given(pack: Pack, attempt: Attempt) -> dict[str, Answer]:
    """The answers that count: as on a phone, the answer to a question that is no longer shown is gone."""
    given = usable(pack, attempt.answers)
    shown = set(questions_shown(given, pack.ruleset))
    return {name: answer for name, answer in given.items() if name in shown}


def _one(actor: Actor, person: str, *, finished: bool) -> Attempt:
    pack, _ = person_get(actor, person)
    rows = Attempt.objects.filter(
        member_id=member_id(actor), pack=pack.id, person=person, finished_at__isnull=not finished
    )
    found = rows.order_by("-id").first()
    if found is None:
        raise NotVisible
    return found
