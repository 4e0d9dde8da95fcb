"""Two rulesets: `small`, invented here and small enough to hold in the head, and `zambia`, the pack's own."""

from __future__ import annotations

import copy
import csv
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from kimbilio.rules import Ruleset

PACK = Path(__file__).resolve().parents[3] / "packs" / "zm"


def _rows(columns: str, text: str) -> list[dict[str, str]]:
    names = columns.split("|")
    return [
        dict(zip(names, (cell.strip() for cell in line.split("|")), strict=True))
        for line in text.strip().splitlines()
    ]


_QUESTIONS = """
quiet       | select_one yes_no         | yes | |
seen        | select_multiple seen      | yes | |
age_seen    | select_one age            | yes | |
interpreter | select_one interpreter    | yes | |
consent_talk| select_one consent        | no  | |
opening     | note                      | yes | |
age         | select_one age            | no  | may_talk |
companions  | integer                   | yes | |
helper      | select_one yes_no         | yes | is_child |
afraid      | select_one yes_no_skip    | no  | may_talk |
forced|select_one yes_no_skip|no|may_talk and (not is_child or helper = yes)|is_child and not helper = yes
lured       | select_multiple lured     | no  | may_talk and forced = yes | quiet = no
work        | select_multiple work      | no  | may_talk |
wishes      | select_multiple wishes    | no  | may_talk |
refer       | select_one refer          | no  | |
share_fields| select_multiple share_fields | no | refer = part |
name_used   | text                      | no  | refer = yes |
health      | select_multiple health    | no  | may_talk | quiet = no
"""

_CHOICES = """
yes_no | yes
yes_no | no
yes_no_skip | yes
yes_no_skip | no
yes_no_skip | skip
seen | hurt
seen | lonely_child
seen | none
age | child
age | adult
age | not_known
interpreter | none_needed
interpreter | fellow_traveller
consent | yes
consent | no
consent | not_asked
lured | place
lured | pay
lured | food
lured | study
lured | none
lured | skip
work | long
work | unpaid
work | dark
work | locked
work | watched
work | friends
work | nothing
work | skip
wishes | home
wishes | protection
wishes | rest
wishes | no
refer | yes
refer | part
refer | no
share_fields | name
share_fields | age_band
share_fields | needs
share_fields | health
health | cough
health | none
"""

_RAISES = """
seen | hurt | | NOW-1 |
seen | lonely_child | | KID-1 |
afraid | yes | | FLE-1 |
wishes | protection | | FLE-2 |
wishes | home | not is_child | LOS-1 |
forced | yes | | TRA-0 |
lured | place | | TRA-L1 |
lured | pay | | TRA-L2 |
lured | food | | TRA-L3 |
lured | study | not is_child | TRA-L4-A |
lured | study | is_child | TRA-L4-C |
work | long | | TRA-W1 |
work | unpaid | | TRA-W2 |
work | dark | | TRA-W3 |
work | locked | | TRA-H1 |
work | watched | | TRA-H2 |
work | friends | | LOS-P1 |
health | cough | | | give_tea
"""

_INDICATORS = """
NOW-1 | danger_now | now | immediate | both
KID-1 | child_alone | now | immediate | child
FLE-1 | asylum_seeker | fear | strong | both
FLE-2 | asylum_seeker | fear | medium | both
FLE-3 | asylum_seeker | fear | medium | both
LOS-1 | stranded_migrant | journey | medium | adult
LOS-2 | stranded_migrant | journey | medium | both
TRA-0 | victim_of_trafficking | said_so | strong | both
TRA-L1 | victim_of_trafficking | lure | strong | both
TRA-L2 | victim_of_trafficking | lure | medium | both
TRA-L3 | victim_of_trafficking | lure | medium | both
TRA-L4-A | victim_of_trafficking | lure | weak | adult
TRA-L4-C | victim_of_trafficking | lure | strong | child
TRA-W1 | victim_of_trafficking | use | strong | both
TRA-W2 | victim_of_trafficking | use | medium | both
TRA-W3 | victim_of_trafficking | use | weak | both
TRA-H1 | victim_of_trafficking | hold | immediate | both
TRA-H2 | victim_of_trafficking | hold | medium | both
LOS-P1 | stranded_migrant | journey_protective | medium | both
"""

_PATHWAYS = """
facts:
  is_child: "age = child or age_seen = child or seen has lonely_child"
  may_talk: "consent_talk = yes and not interpreter = fellow_traveller"
  danger: "need(danger_now)"
  wants_home: "wishes has home"
  no_fear: "afraid = no"
fallback_lead: {ZZZ: ZZZ-CARE}
fact_actions: {give_tea: "Give tea.", nothing_found: "Nothing found today.", not_assessed: "Not asked yet."}
priorities:
  urgent: {within_hours: 48}
  emergency: {within_hours: 12}
  normal: {within_hours: 240}
response_times:
  emergency: {acknowledge_minutes: 30, first_contact_hours: 2, escalate_after_hours: 1}
  urgent: {acknowledge_minutes: 720, first_contact_hours: 24, escalate_after_hours: 12}
  normal: {acknowledge_minutes: 2880, first_contact_hours: 120, escalate_after_hours: 72}
referral_states:
  draft: [sent, withdrawn]
  sent: [acknowledged, expired, withdrawn]
  acknowledged: [accepted, declined, information_needed, expired, withdrawn]
  information_needed: [acknowledged, expired, withdrawn]
  expired: [acknowledged, declined, withdrawn]
  accepted: [arrived, not_arrived, withdrawn]
  not_arrived: [arrived, closed, withdrawn]
  arrived: [in_service, closed, withdrawn]
  in_service: [completed, closed, withdrawn]
  declined: []
  completed: []
  closed: []
  withdrawn: []
arrival_clock_hours: {emergency: 3, urgent: 12, normal: 96}
accepted_fields:
  transport: {values: [agency_collects, walks, not_needed]}
  escort: {values: [carer, none_wanted, not_needed]}
  bed: {values: [held, none_free]}
slip:
  full_slip: [case_code, agency, place, number]
  neutral_paper: [case_code, number]
  no_paper: []
  default: no_paper
decision_rules:
  immediate_counts_as: strong
  dimension_positive:
    any_of: [{strong: 2}, {strong: 1, medium_or_weak: 1}, {medium: 3}, {medium: 2, weak: 1}]
  trafficking:
    presumed_adult: {all_of: [{any_positive: [lure]}, {positive: use}, {any_positive: [hold]}]}
    presumed_child: {all_of: [{positive: use}, {when: "lured has place"}]}
    potential_adult: {any_of: [{strong_in_any: [said_so, lure, hold]}, {any_positive: [lure, hold]}]}
    potential_child:
      any_of: [{strong_in_any: [said_so, lure, hold, use]}, {any_positive: [lure, hold, use]}]
  exploited_worker: {when: "not is_child", in_dimension: use, any_of: [{strong: 1}, {medium: 2}], why: "Text"}
  danger_now: {any_of: [{strong: 1}]}
  child_alone: {any_of: [{strong: 1}]}
  asylum_seeker: {any_of: [{strong: 1}, {medium: 2}]}
  stranded_migrant: {any_of: [{medium: 1}]}
  order_when_several:
    [child_alone, asylum_seeker, victim_of_trafficking, danger_now, exploited_worker, stranded_migrant]
  assessed_by:
    asylum_seeker: [afraid]
    victim_of_trafficking: [forced]
    exploited_worker: [work]
    stranded_migrant: []
not_from_border_form: {indicators: [LOS-2]}
share_profiles:
  danger: [case_code, age_band, needs]
  child: [case_code, name, age_band, needs, health, photo]
  plain: [case_code, needs]
  never_at_first_referral: [photo]
fields:
  case_code: computed
  needs: computed
  name: name_used
  age_band: age
  health: [seen, health]
categories:
  - {id: danger_now}
  - {id: child_alone}
  - {id: asylum_seeker}
  - {id: victim_of_trafficking}
  - {id: exploited_worker}
  - {id: stranded_migrant}
pathways:
  - id: ZZZ-danger
    country: ZZZ
    category: danger_now
    lead: ZZZ-CARE
    priority: emergency
    consent: life_at_risk
    share: danger
    steps: [{n: 1, by: ZZZ-GATE, within_minutes: 15}]
  - id: ZZZ-child
    country: ZZZ
    category: child_alone
    lead: ZZZ-CARE
    priority: emergency
    consent: child_assent
    share: child
    laws: [LAW-2]
    steps: [{n: 1, by: ZZZ-CARE, within_hours: 2}]
  - id: ZZZ-asylum
    country: ZZZ
    category: asylum_seeker
    lead: ZZZ-HAVEN
    priority: normal
    priority_if: {danger: emergency, is_child: urgent}
    consent: adult_informed
    confidentiality: asylum_confidential
    share: child
    laws: [LAW-1, LAW-2]
    steps: [{n: 1, by: ZZZ-HAVEN}]
  - id: ZZZ-trafficking-adult
    country: ZZZ
    category: victim_of_trafficking
    applies_to: adult
    lead: ZZZ-CARE
    priority: urgent
    consent: adult_informed
    legal_duty: mandatory_report
    share: child
    steps:
      - {n: 1, by: ZZZ-CARE, within_hours: 24, service_types: [shelter]}
      - {n: 2, by: ZZZ-BOAT, blocked_by: [asylum_seeker], only_if: "no_fear and wants_home"}
  - id: ZZZ-trafficking-child
    country: ZZZ
    category: victim_of_trafficking
    applies_to: child
    lead: ZZZ-CARE
    priority: emergency
    consent: child_assent
    share: child
    steps: [{n: 1, by: ZZZ-CARE}]
  - id: ZZZ-stranded
    country: ZZZ
    category: stranded_migrant
    lead: ZZZ-BOAT
    priority: normal
    consent: adult_informed
    share: plain
    steps:
      - {n: 1, by: ZZZ-BOAT, blocked_by: [asylum_seeker], only_if: "no_fear and wants_home"}
  - id: YYY-worker
    country: YYY
    category: exploited_worker
    lead: YYY-OFFICE
    priority: urgent
    consent: adult_informed
    share: plain
    steps: [{n: 1, by: YYY-OFFICE}]
"""


@functools.cache
def _small_tables() -> dict[str, Any]:
    return {
        "questions": _rows("name|type|observe|relevant|never_if", _QUESTIONS),
        "choices": _rows("list|choice", _CHOICES),
        "raises": _rows("question|choice|condition|indicator|fact", _RAISES),
        "indicators": _rows("id|category|dimension|strength|applies_to", _INDICATORS),
        "pathways": yaml.safe_load(_PATHWAYS),
        "country": "ZZZ",
    }


@pytest.fixture
def tables() -> dict[str, Any]:
    """The tables of the small ruleset, to be spoilt by a test."""
    return copy.deepcopy(_small_tables())


@pytest.fixture
def build() -> Callable[[dict[str, Any]], Ruleset]:
    """Builds a ruleset from tables."""
    return lambda tables: Ruleset.from_tables(**tables)


@pytest.fixture(scope="session")
def small() -> Ruleset:
    """The invented ruleset of the republic of Zalonia, cut down."""
    return Ruleset.from_tables(**_small_tables())


def _csv(name: str) -> list[dict[str, str]]:
    with (PACK / f"{name}.csv").open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


@pytest.fixture(scope="session")
def zambia() -> Ruleset:
    """The ruleset of the pack zm, read straight from its files."""
    return Ruleset.from_tables(
        questions=_csv("forms/screening/questions"),
        choices=_csv("forms/screening/choices"),
        raises=_csv("forms/screening/raises"),
        indicators=_csv("indicators"),
        pathways=yaml.safe_load((PACK / "pathways.yaml").read_text(encoding="utf-8")),
        country="ZMB",
    )
