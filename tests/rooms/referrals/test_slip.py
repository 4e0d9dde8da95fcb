"""The paper a person may carry away: what they want, nothing that tells, and none where it would be found."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from kimbilio.packs.slip import slip_languages
from kimbilio.server.identity.models import Desk
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.errors import NotVisible, Refused
from kimbilio.server.kernel.ids import new_id, read_slip_reference, slip_reference
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.country import pack_of
from kimbilio.server.referrals.models import Referral
from kimbilio.server.referrals.slips import Wish, slip_give, slip_shown
from tests.rooms.referrals import story
from tests.world import World

FULL = Wish(slip="full_slip", language="en", with_agency=True)
NEUTRAL = Wish(slip="neutral_paper", language="en")
AREA, PHONE = "Copper Quay", "0990 417"


@pytest.fixture(autouse=True)
def without_second_factor(settings: Any) -> None:
    settings.KIMBILIO_DEMO = True  # personas of the demo do without


@pytest.fixture
def referral(world: World) -> Referral:
    """A person on the way to the welfare duty desk, whose area is entered."""
    Desk.objects.filter(id=world.welfare_desk.id).update(
        area=AREA, phone=PHONE, service_types=["case_management", "child_protection"]
    )
    with acting_for(world.border.id):
        row = story.sent(world, story.CONTROLLED, story.TRAFFICKED)
        return Referral.objects.select_related("case__person", "desk__organisation").get(id=row.id)


def shown(world: World, referral: Referral, wish: Wish) -> str:
    with acting_for(world.border.id):
        return json.dumps(slip_shown(referral, wish), ensure_ascii=False)


def post(world: World, name: str, referral: Referral, **asked: Any) -> HttpResponse:
    client = Client()
    client.force_login(world.member(name).user)
    form = {"slip": "full_slip", "language": "en", "size": "a6", "do": "give", **asked}
    return client.post(reverse("referrals:slip", args=[referral.id]), form)


def acts(world: World, referral: Referral) -> list[str]:
    with acting_for(world.border.id):
        return list(
            Act.objects.filter(subject=referral.id, act__startswith="slip.").values_list("act", flat=True)
        )


def test_who_may_not_see_the_referral_prints_nothing(world: World, referral: Referral) -> None:
    for name in ("ben", "dalia", "stefan", "ada", "chen", "dora", "kito"):
        assert post(world, name, referral).status_code == 404, name
    assert acts(world, referral) == []


def test_a_draft_and_an_ended_referral_have_no_slip(world: World) -> None:
    with acting_for(world.border.id):
        case = story.case_of(world, story.CONTROLLED)
        draft = story.drafted(world, case, story.TRAFFICKED)
        with pytest.raises(Refused):
            slip_give(actor=world.actor("asha"), referral=draft, wish=FULL)
    assert post(world, "asha", draft).status_code == 404


def test_the_receivers_row_has_no_slip(world: World) -> None:
    _, theirs = story.arrived_at(world, story.CONTROLLED, story.TRAFFICKED)
    assert post(world, "chen", theirs).status_code == 404
    with acting_for(world.border.id), pytest.raises(NotVisible):
        slip_give(actor=world.actor("asha"), referral=theirs, wish=FULL)


def test_no_paper_when_someone_feared_is_near_or_the_person_was_not_asked(
    world: World, referral: Referral
) -> None:
    assert shown(world, referral, replace(FULL, feared=True)) == "null"
    assert shown(world, referral, replace(FULL, slip=None)) == "null"
    answer = post(world, "asha", referral, feared="on")
    assert answer.status_code == 302
    assert acts(world, referral) == ["slip.not_wanted"]


def test_no_paper_carries_a_name_a_case_code_a_need_or_what_the_desk_is_called(
    world: World, referral: Referral
) -> None:
    pack = pack_of("zz")
    needs = [
        pack.text(f"category:{category}", language)
        for category in pack.categories
        for language in ("en", "ar")
    ]
    never = [
        story.FACTS["name"],
        story.FACTS["safe_contact"],
        referral.case.code,
        "Welfare duty desk",
        *needs,
    ]
    for kind in ("full_slip", "neutral_paper"):
        for language in slip_languages():
            paper = shown(world, referral, replace(FULL, slip=kind, language=language))
            assert [word for word in never if word in paper] == []


def test_a_neutral_paper_has_a_reference_and_a_number_and_nothing_else(
    world: World, referral: Referral
) -> None:
    with acting_for(world.border.id):
        card = slip_shown(referral, replace(NEUTRAL, with_agency=True))
    assert card is not None
    values = [part for line in card["lines"] for value in line["values"] for part in value if part]
    assert values == [slip_reference(referral.thread), PHONE]
    assert card["sentences"] == []


def test_the_organisation_is_named_only_when_the_person_wants_it(world: World, referral: Referral) -> None:
    assert "Welfare Office" in shown(world, referral, FULL)
    assert AREA in shown(world, referral, FULL)
    assert "Welfare Office" not in shown(world, referral, replace(FULL, with_agency=False))


def test_where_a_shelter_is_stands_on_no_paper(world: World, referral: Referral) -> None:
    for change in ({"location_confidential": True}, {"service_types": ["shelter"]}):
        Desk.objects.filter(id=referral.desk_id).update(location_confidential=False, service_types=[])
        Desk.objects.filter(id=referral.desk_id).update(**change)
        referral.desk.refresh_from_db()
        for wish in (FULL, NEUTRAL):
            assert AREA not in shown(world, referral, wish), change
    Desk.objects.filter(id=referral.desk_id).update(location_confidential=True)
    referral.desk.refresh_from_db()
    assert PHONE not in shown(world, referral, FULL)
    assert "Transport is arranged by Welfare Office of Zuri." in shown(world, referral, FULL)


def test_the_paper_comes_under_a_neutral_name_and_no_cache_keeps_it(world: World, referral: Referral) -> None:
    answer = post(world, "asha", referral)
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="paper.pdf"'
    assert acts(world, referral) == ["slip.printed"]


def test_one_press_twice_is_one_act(world: World, referral: Referral) -> None:
    press = str(new_id())
    for _ in range(2):
        assert post(world, "asha", referral, transaction=press).status_code == 200
    assert acts(world, referral) == ["slip.printed"]


def test_looking_at_it_first_prints_nothing(world: World, referral: Referral) -> None:
    answer = post(world, "asha", referral, do="show", slip="neutral_paper")
    assert slip_reference(referral.thread) in answer.content.decode()
    assert acts(world, referral) == []


@pytest.mark.parametrize("size", ["a6", "roll"])
@pytest.mark.parametrize("language", ["en", "fr", "sw", "ar"])
def test_the_slip_is_set_in_four_languages_and_two_sizes(
    world: World, referral: Referral, language: str, size: str
) -> None:
    with acting_for(world.border.id):
        made = slip_give(
            actor=world.actor("asha"), referral=referral, wish=replace(FULL, language=language, size=size)
        )
    # The mark of PDF/UA-1: every letter was there, and it can be read aloud
    assert made is not None
    assert b"pdfuaid" in made


def test_the_reference_leads_both_sides_to_their_referral_and_nobody_else(world: World) -> None:
    mine, theirs = story.arrived_at(world, story.CONTROLLED, story.TRAFFICKED)
    reference = slip_reference(mine.thread)
    assert read_slip_reference(reference.lower().replace("-", " ")) == reference
    led = {}
    for name in ("asha", "chen", "ben", "dora"):
        client = Client()
        client.force_login(world.member(name).user)
        led[name] = client.post(reverse("referrals:reference"), {"reference": reference}).headers["Location"]
    nowhere = reverse("referrals:list")
    assert led == {
        "asha": reverse("referrals:referral", args=[mine.id]),
        "chen": reverse("referrals:referral", args=[theirs.id]),
        "ben": nowhere,
        "dora": nowhere,
    }


def test_the_words_of_the_slip_are_there_in_all_four_languages() -> None:
    text = files("kimbilio.packs").joinpath("slip_words.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        assert all(row[language].strip() for language in ("en", "fr", "sw", "ar")), row["key"]
        assert len({row[language].count("{agency}") for language in ("en", "fr", "sw", "ar")}) == 1, row[
            "key"
        ]
