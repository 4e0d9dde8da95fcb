"""Finding people whose names are stored as codes alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kimbilio.server.access.rules import Purpose
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import search, selectors, services
from kimbilio.server.people.models import Case
from tests.world import World


def register(world: World, name: str, **facts: str) -> Case:
    return services.case_open(
        actor=world.actor("asha"),
        facts={"name": name, **facts},
        screening={"needs": [{"category": "shelter"}]},
        desk=world.border_desk,
        priority="normal",
        noticed_at=datetime(2026, 3, 1, tzinfo=UTC),
        noticed_by=world.member("asha"),
    ).case


def found(world: World, asked: str, who: str = "sela") -> list[str]:
    return [case.code for case in search.cases_named(world.actor(who), asked, for_=Purpose.SEARCH)]


def test_a_colleague_who_may_not_see_the_case_does_not_find_the_name(world: World) -> None:
    with acting_for(world.border.id):
        register(world, "Mohamed Ali")
        assert found(world, "Mohamed Ali", who="ben") == []
        assert found(world, "Mohamed Ali", who="dalia") == []


def test_a_different_name_is_not_found(world: World) -> None:
    with acting_for(world.border.id):
        register(world, "Mohamed Ali")
        assert found(world, "Grace Banda") == []


@pytest.mark.parametrize(
    ("stored", "asked"),
    [
        ("Mohamed Ali", "Muhammad Aly"),
        ("Mohamed Ali", "محمد علي"),
        ("محمد علي", "Mohammed Ali"),
        ("Mohamed Ali", "Ali Mohamed"),
        ("Mohamed Ali", "Mohamde Ali"),
        ("Wanjiru Njeri", "Wanjru Njeri"),
        ("Tekle Gebre", "ተክለ ገብረ"),
        ("عبد الرحمن", "Abdulrahman"),
        ("Fatuma Hassan", "fatuma"),
        ("Fatimah Hassan", "فاطمة حسن"),
        ("Saʿid bin Omar Juma", "سعيد عمر"),
        ("Abdulrahman Ali", "Abd al-Rahman Ali"),
        ("Xasan Axmed Nuur", "Hassan Ahmed Nur"),
        ("Mohamed Ali Hassan", "Hasan Mohammed"),
        ("Fatuma", "Fatuma Hassan"),
    ],
)
def test_another_spelling_script_order_or_one_slip_still_finds_the_person(
    world: World, stored: str, asked: str
) -> None:
    with acting_for(world.border.id):
        case = register(world, stored)
        assert found(world, asked) == [case.code]


def test_filters_narrow_by_code_alone(world: World) -> None:
    with acting_for(world.border.id):
        woman = register(world, "Mara Invented", sex="woman", age_band="18_24")
        register(world, "Tomas Invented", sex="man", age_band="18_24")
        cases = Case.objects.visible_to(world.actor("sela"), for_=Purpose.SEARCH)
        narrowed = search.cases_with(world.actor("sela"), cases, {"sex": "woman", "need": "shelter"})
        assert [case.id for case in narrowed] == [woman.id]


def test_a_list_asked_for_each_tie_apart_shows_what_the_rule_shows(world: World) -> None:
    with acting_for(world.border.id):
        cases = [register(world, f"Mara {number}") for number in range(3)]
        services.case_assign(actor=world.actor("sela"), case=cases[1].id, member=world.member("ben"))
    for name in world.members:
        actor = world.actor(name)
        with acting_for(actor.organisation):
            visible = Case.objects.visible_to(actor, for_=Purpose.SEARCH).order_by("-id")
            for most in (2, 9):
                shown = selectors.cases_narrowed(actor, {}, for_=Purpose.SEARCH, most=most)
                assert shown == list(visible[:most]), name
    with acting_for(world.border.id):
        page = selectors.cases_narrowed(
            world.actor("asha"), {}, before=cases[2].id, for_=Purpose.SEARCH, most=9
        )
        assert page == [cases[1], cases[0]]
