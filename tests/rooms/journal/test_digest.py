"""The weekly digest: counted from acts alone, once a week, with codes and ids and nothing of a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.models import Desk
from kimbilio.server.journal.digests import digest_look, digest_make, week_ended
from kimbilio.server.journal.models import Act, Digest
from kimbilio.server.journal.tasks import digests_make
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import selectors
from kimbilio.server.people.models import Case
from tests.jobs import run_jobs
from tests.rooms.people.test_case import FACTS, open_case
from tests.world import World

NEXT_WEEK = timedelta(days=7)


@pytest.fixture
def cases(world: World) -> Iterator[list[Case]]:
    with acting_for(world.border.id):
        yield [open_case(world) for _ in range(6)]


def made(world: World) -> Digest:
    """The digest of the week that runs now, as it is made when that week is over."""
    digest = digest_make(world.border.id, now=timezone.now() + NEXT_WEEK)
    assert digest is not None
    return digest


def reasons(world: World, digest: Digest, name: str) -> list[tuple[str, int, int]]:
    found: list[dict[str, Any]] = [
        line for line in digest.lines if line["member"] == str(world.member(name).id)
    ]
    return [(row["code"], row["count"], row["usual"]) for line in found for row in line["reasons"]]


def test_another_organisation_s_digest_cannot_be_noted_as_looked_at(world: World) -> None:
    with acting_for(world.border.id):
        digest = made(world)
    with acting_for(world.welfare.id), pytest.raises(NotVisible):
        digest_look(actor=world.actor("kito"), digest=digest.id)


def test_opening_what_one_noticed_oneself_is_not_unusual(world: World, cases: list[Case]) -> None:
    for case in cases:
        selectors.case_read(world.actor("asha"), case, for_=Purpose.CASEWORK)
    assert made(world).lines == []


def test_opening_many_cases_that_nothing_ties_to_oneself_is_named(world: World, cases: list[Case]) -> None:
    world.member("sela").desks.clear()
    for case in [*cases, *cases]:
        selectors.case_read(world.actor("sela"), case, for_=Purpose.SUPERVISION)
    digest = made(world)
    assert reasons(world, digest, "sela") == [("untied", 6, 0)]
    assert digest.counts[str(world.member("sela").id)]["opened"] == 6


def test_looking_while_every_desk_is_closed_is_named(world: World, cases: list[Case]) -> None:
    Desk.objects.filter(id=world.border_desk.id).update(hours={"mon": []})
    for case in cases:
        selectors.name_show(world.actor("asha"), case, for_=Purpose.CASEWORK)
    assert reasons(world, made(world), "asha") == [("outside_hours", 6, 0)]


def test_a_digest_holds_no_value_of_a_person_and_no_case(world: World, cases: list[Case]) -> None:
    world.member("sela").desks.clear()
    for case in cases:
        selectors.case_read(world.actor("sela"), case, for_=Purpose.SUPERVISION)
    digest = made(world)
    kept = json.dumps([digest.counts, digest.lines])
    facts = [value for name, value in FACTS.items() if name != "language"]  # two letters stand everywhere
    hidden = [*facts, *(case.code for case in cases), *(str(case.id) for case in cases)]
    assert digest.lines
    assert not [value for value in hidden if value in kept]


def test_a_week_is_counted_once_and_looked_at_once(world: World, cases: list[Case]) -> None:
    digest = made(world)
    assert digest_make(world.border.id, now=timezone.now() + NEXT_WEEK) is None
    digest_look(actor=world.actor("ada"), digest=digest.id)
    digest_look(actor=world.actor("ada"), digest=digest.id)
    looks = Act.objects.filter(act="digest.looked_at")
    assert [(look.subject, look.member) for look in looks] == [(digest.id, world.member("ada").id)]


def test_every_night_each_organisation_s_last_full_week_is_counted_if_it_is_not_yet(world: World) -> None:
    for _night in range(2):
        digests_make(0)
        run_jobs()
    for organisation in (world.border, world.welfare):
        with acting_for(organisation.id):
            [digest] = Digest.objects.all()
            assert digest.week == week_ended(organisation, timezone.now())
            assert digest.week.weekday() == 0
