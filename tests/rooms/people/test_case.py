"""Opening a case: what is stored, who sees it, what is written down."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kimbilio.server.access.rules import Purpose
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel import keystore
from kimbilio.server.kernel.errors import KeyDestroyed, NotVisible
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import selectors, services
from kimbilio.server.people.models import Case, Person
from tests.world import World

FACTS = {"name": "Invented Example", "age_band": "18_24", "language": "ar", "sex": "woman"}


def open_case(world: World, name: str = "asha") -> Case:
    member = world.member(name)
    return services.case_open(
        actor=world.actor(name),
        facts=FACTS,
        screening={"needs": [{"category": "shelter"}], "answers": {}},
        desk=world.border_desk,
        priority="urgent",
        noticed_at=datetime(2026, 3, 1, 8, 50, tzinfo=UTC),
        noticed_by=member,
    ).case


def test_another_organisation_finds_no_row_at_all(world: World) -> None:
    with acting_for(world.border.id):
        open_case(world)
    with acting_for(world.welfare.id):
        assert Person.objects.count() == 0
    assert Person.objects.count() == 0


def test_a_colleague_of_another_shift_a_steward_and_an_analyst_find_nothing(world: World) -> None:
    with acting_for(world.border.id):
        case = open_case(world)
        for name in ("ben", "dalia", "stefan", "ada"):
            with pytest.raises(NotVisible):
                selectors.case_get(world.actor(name), case.code, for_=Purpose.CASEWORK)


def test_the_officer_who_noticed_and_the_supervisor_read_it_and_each_reading_is_an_act(world: World) -> None:
    with acting_for(world.border.id):
        case = open_case(world)
        for name in ("asha", "sela"):
            found = selectors.case_get(world.actor(name), case.code, for_=Purpose.CASEWORK)
            reading = selectors.case_read(world.actor(name), found, for_=Purpose.CASEWORK)
            assert reading.facts["age_band"] == "18_24"
            assert "name" not in reading.facts
        readers = Act.objects.filter(act="case.opened", case=case.id).values_list("member", flat=True)
        assert set(readers) == {world.member("asha").id, world.member("sela").id}


def test_nothing_that_describes_the_person_stands_in_a_row_in_clear(world: World) -> None:
    with acting_for(world.border.id):
        case = open_case(world)
        person = Person.objects.values().get(id=case.person_id)
        acts = list(Act.objects.values())
    assert b"Invented" not in bytes(person["sealed"])
    assert "Invented" not in repr(acts)


def test_destroying_the_ring_makes_person_and_case_unreadable(world: World) -> None:
    with acting_for(world.border.id):
        case = open_case(world)
        assert keystore.ring_destroy(case.person.ring) == 1
        with pytest.raises(KeyDestroyed):
            selectors.case_read(world.actor("asha"), case, for_=Purpose.CASEWORK)
