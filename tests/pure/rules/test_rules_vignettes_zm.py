"""Answers of people at a Zambian border that no phone would send, and what the rules make of them all the same.

A form keeps no answer to a question that it does not show; a sheet of paper or another client may. What a phone
sends stands under vectors/screening. Each was reasoned by hand from the rules of the pack's pathways.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from kimbilio.rules import Answer, Ruleset, screen

ADULT: dict[str, Answer] = {
    "private_place": "yes",
    "emergency": ["none"],
    "age_seen": "looks_adult",
    "removal_planned": "no",
    "interpreter": "none_needed",
    "consent_talk": "yes",
    "age_band": "25_59",
    "with_whom": "friends",
}
CHILD: dict[str, Answer] = {
    **ADULT,
    "age_seen": "looks_under_18",
    "age_band": "12_14",
    "with_whom": "parent_or_usual_carer",
}
FOUND = "found"


@dataclass(frozen=True)
class Vignette:
    """`needs` is exact and in leading order. The other expectations are checked where they are given."""

    name: str
    because: str
    answers: dict[str, Answer]
    needs: dict[str, str]
    priority: str | None = None
    lead: str | None = None
    looks: set[tuple[str, str]] = field(default_factory=set)


VIGNETTES = [
    Vignette(
        "an adult on the way to work",
        "the rows of purpose are for children",
        {**ADULT, "sent_for": ["work"]},
        {},
        looks={("sent_for", "not_shown")},
    ),
    Vignette(
        "none of these, and frightened",
        "none excludes the others; the alarming answer stands and a person must look",
        {**ADULT, "emergency": ["none", "frightened_of_someone_here"]},
        {"danger_now": FOUND},
        "emergency",
        looks={("emergency", "excludes_others")},
    ),
    Vignette(
        "one answer only, consent was not written down",
        "nothing says that the person may not be talked with, so the answer stands",
        {"fear_return": "yes"},
        {"asylum_seeker": FOUND},
        "urgent",
        "ZMB-COR",
    ),
]


@pytest.mark.parametrize("vignette", VIGNETTES, ids=lambda vignette: vignette.name)
def test_the_vignette_is_judged_as_its_rule_says(vignette: Vignette, zambia: Ruleset) -> None:
    screening = screen(vignette.answers, zambia)

    assert [(need.category, need.result) for need in screening.needs] == list(vignette.needs.items())
    if vignette.priority or not vignette.needs:
        assert screening.priority == vignette.priority
    if vignette.lead or not vignette.needs:
        assert screening.lead_agency == vignette.lead
    assert {(look.question, look.why) for look in screening.needs_a_look} == vignette.looks


def test_a_bed_for_tonight_keeps_its_six_hours(zambia: Ruleset) -> None:
    screening = screen({**ADULT, "tonight": "no"}, zambia)
    assert {action.within_minutes for action in screening.actions if action.kind == "step"} == {360}


def test_what_saves_life_stands_first_whatever_leads(zambia: Ruleset) -> None:
    answers: dict[str, Any] = {**CHILD, "with_whom": "alone", "needs_doctor": "yes_cannot_wait"}
    screening = screen(answers, zambia)
    assert screening.lead_agency == "ZMB-DSW"
    assert screening.actions[0].do == "step:ZMB-health:1"


def test_each_need_keeps_its_own_priority(zambia: Ruleset) -> None:
    screening = screen({**ADULT, "tonight": "no", "other_help": "yes"}, zambia)
    assert [(need.category, need.priority) for need in screening.needs] == [
        ("shelter_tonight", "urgent"),
        ("vulnerable_migrant", "normal"),
    ]


def test_laws_of_the_leading_need_come_first_and_none_comes_twice(zambia: Ruleset) -> None:
    screening = screen({**CHILD, "with_whom": "alone", "emergency": ["child_alone"]}, zambia)
    assert screening.laws[:4] == ("CRC-02", "CRC-07", "ZM-CCA-03", "ZM-CCA-06")
    assert len(screening.laws) == len(set(screening.laws))
