"""Persons, invented, and what the rules of a pack find for them: worked out by hand from its pathways.yaml.

`zm` has each category once at least, `zz` each rule of the format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Vignette:
    """Answers as a phone writes them, and what must be found; empty texts when nothing is."""

    name: str
    answers: Mapping[str, str]
    needs: Mapping[str, str] = field(default_factory=dict)
    priority: str = ""
    lead: str = ""


TALK = {"private_place": "yes", "interpreter": "none_needed", "consent_talk": "yes"}
ZZ_ADULT = TALK | {"age_band": "18_plus"}
ZZ_CHILD = TALK | {"age_band": "12_17", "social_worker": "yes"}
ZM_ADULT = TALK | {"age_seen": "looks_adult", "age_band": "25_59"}
ZM_CHILD = TALK | {"age_seen": "looks_under_18", "age_band": "12_14", "social_worker": "present"}
ANSWERED_NO = {"fear_return": "no", "forced_or_controlled": "no"}


def found(category: str) -> dict[str, str]:
    return {category: "found"}


def trafficking(result: str) -> dict[str, str]:
    return {"victim_of_trafficking": result}


ZZ = [
    Vignette("an empty form", {}),
    Vignette("nobody can interpret", {"private_place": "yes", "interpreter": "nobody_can_interpret"}),
    Vignette("no to talking", {"interpreter": "none_needed", "consent_talk": "no"}),
    Vignette("all asked, nothing found", ZZ_ADULT | ANSWERED_NO | {"with_whom": "family", "stuck": "none"}),
    Vignette("frightened", {"emergency": "frightened"}, found("danger_now"), "emergency", "ZZZ-CARE"),
    Vignette("child alone", {"emergency": "child_alone"}, found("child_alone"), "emergency", "ZZZ-CARE"),
    Vignette(
        "child with a stranger",
        TALK | {"age_band": "under_12", "with_whom": "someone_met_on_the_way"},
        found("child_alone"),
        "emergency",
        "ZZZ-CARE",
    ),
    Vignette(
        "afraid to go back", ZZ_ADULT | {"fear_return": "yes"}, found("asylum_seeker"), "urgent", "ZZZ-HAVEN"
    ),
    Vignette(
        "afraid to go back, removal planned",
        ZZ_ADULT | {"fear_return": "yes", "removal_planned": "yes"},
        found("asylum_seeker"),
        "emergency",
        "ZZZ-HAVEN",
    ),
    Vignette(
        "said so", ZZ_ADULT | {"forced_or_controlled": "yes"}, trafficking("potential"), "urgent", "ZZZ-CARE"
    ),
    Vignette(
        "deceit, use and hold of an adult",
        ZZ_ADULT
        | {"promise": "other_work other_pay", "work_conditions": "too_long unpaid papers_kept watched"},
        trafficking("presumed") | found("exploited_worker"),
        "urgent",
        "ZZZ-CARE",
    ),
    Vignette(
        "one strong and one weak sign make a dimension positive",
        ZZ_ADULT
        | {
            "promise": "other_work other_journey",
            "work_conditions": "unpaid bad_lodging papers_kept watched",
        },
        trafficking("presumed") | found("exploited_worker"),
        "urgent",
        "ZZZ-CARE",
    ),
    Vignette(
        "a child who was put to work by a stranger",
        ZZ_CHILD | {"with_whom": "someone_met_on_the_way", "work_conditions": "too_long unpaid"},
        trafficking("presumed") | found("child_alone"),
        "emergency",
        "ZZZ-CARE",
    ),
    Vignette("an adult threatened once", ZZ_ADULT | {"threatened": "yes"}),
    Vignette(
        "a child threatened once",
        ZZ_CHILD | {"threatened": "yes"},
        trafficking("potential"),
        "emergency",
        "ZZZ-CARE",
    ),
    Vignette(
        "an organ", ZZ_ADULT | {"volunteered": "organ"}, trafficking("potential"), "emergency", "ZZZ-CARE"
    ),
    Vignette(
        "unpaid work",
        ZZ_ADULT | {"work_conditions": "unpaid"},
        found("exploited_worker"),
        "normal",
        "ZZZ-CARE",
    ),
    Vignette("free to leave is no sign", ZZ_ADULT | {"work_conditions": "bad_lodging could_leave"}),
    Vignette(
        "wants to go home",
        ZZ_ADULT | {"fear_return": "no", "stuck": "wants_to_go_home"},
        found("stranded_migrant"),
        "normal",
        "ZZZ-HAVEN",
    ),
    Vignette("money lost only", ZZ_ADULT | {"stuck": "money_lost"}),
]

ZM = [
    Vignette("an empty form", {}),
    Vignette("nobody can interpret", {"private_place": "yes", "interpreter": "nobody_can_interpret"}),
    Vignette(
        "afraid of someone here",
        ZM_ADULT | {"afraid_here": "yes"},
        found("danger_now"),
        "emergency",
        "ZMB-DSW",
    ),
    Vignette(
        "a doctor now",
        ZM_ADULT | {"needs_doctor": "yes_cannot_wait"},
        found("health_now"),
        "emergency",
        "ZMB-MOH",
    ),
    Vignette("no bed tonight", ZM_ADULT | {"tonight": "no"}, found("shelter_tonight"), "urgent", "ZMB-DSW"),
    Vignette(
        "a child with nobody", {"emergency": "child_alone"}, found("child_alone"), "emergency", "ZMB-DSW"
    ),
    Vignette(
        "afraid to go back", ZM_ADULT | {"fear_return": "yes"}, found("asylum_seeker"), "urgent", "ZMB-COR"
    ),
    Vignette(
        "says so unasked, removal planned",
        {"volunteered": "asks_for_protection", "removal_planned": "yes"},
        found("asylum_seeker"),
        "emergency",
        "ZMB-COR",
    ),
    Vignette(
        "a refugee paper", ZM_ADULT | {"papers": "refugee_paper"}, found("refugee"), "normal", "ZMB-COR"
    ),
    Vignette(
        "refused, not afraid",
        ZM_ADULT | {"fear_return": "no", "papers": "refugee_paper", "asylum_history": "refused"},
        found("refugee") | found("rejected_asylum_seeker"),
        "urgent",
        "ZMB-COR",
    ),
    Vignette(
        "forced, said so",
        ZM_ADULT | {"forced_or_controlled": "yes"},
        trafficking("potential"),
        "urgent",
        "ZMB-DSW",
    ),
    Vignette(
        "deceived, exploited, held",
        ZM_ADULT
        | {
            "how_arranged": "employer_or_agent",
            "promise": "different_work_place_or_employer different_pay",
            "worked": "yes",
            "work_conditions": "unpaid_or_far_too_little very_long_hours_or_no_day_off dangerous",
            "kept_from_leaving": "papers_held locked_or_watched",
        },
        trafficking("presumed") | found("exploited_worker"),
        "urgent",
        "ZMB-DSW",
    ),
    Vignette(
        "a child sent to be married",
        ZM_CHILD | {"with_whom": "other_relative", "sent_for": "marriage"},
        trafficking("potential") | found("separated_child"),
        "emergency",
        "ZMB-DSW",
    ),
    Vignette(
        "unpaid work",
        ZM_ADULT | {"worked": "yes", "work_conditions": "unpaid_or_far_too_little dangerous"},
        found("exploited_worker"),
        "normal",
        "ZMB-DSW",
    ),
    Vignette(
        "a child by themself",
        ZM_CHILD | {"with_whom": "alone"},
        found("unaccompanied_child"),
        "emergency",
        "ZMB-DSW",
    ),
    Vignette(
        "a child with an aunt",
        ZM_CHILD | {"with_whom": "other_relative", "child_story_match": "match"},
        found("separated_child"),
        "urgent",
        "ZMB-DSW",
    ),
    Vignette(
        "a child whose story does not match",
        ZM_CHILD | {"with_whom": "other_relative", "child_story_match": "do_not_match"},
        found("separated_child"),
        "emergency",
        "ZMB-DSW",
    ),
    Vignette(
        "no country", ZM_ADULT | {"nationality_claimed": "none"}, found("stateless"), "normal", "ZMB-UNHCR"
    ),
    Vignette(
        "a paid guide",
        ZM_ADULT | {"how_arranged": "paid_a_guide"},
        found("smuggled_migrant"),
        "normal",
        "ZMB-IOM",
    ),
    Vignette(
        "cannot go on, stay or return",
        ZM_ADULT | {"stuck": "cannot_go_on_stay_or_return"},
        found("stranded_migrant"),
        "normal",
        "ZMB-IOM",
    ),
    Vignette(
        "a doctor, it can wait",
        ZM_ADULT | {"needs_doctor": "yes_can_wait"},
        found("medical_needs"),
        "urgent",
        "ZMB-MOH",
    ),
    Vignette(
        "hurt, wants help",
        ZM_ADULT | {"hurt_by_others": "yes_wants_help"},
        found("gbv_survivor"),
        "urgent",
        "ZMB-OSC",
    ),
    Vignette(
        "hurt in the last five days",
        ZM_ADULT | {"hurt_by_others": "yes_wants_help", "hurt_last_five_days": "yes"},
        found("gbv_survivor") | found("health_now"),
        "emergency",
        "ZMB-MOH",
    ),
    Vignette("hurt, not now", ZM_ADULT | {"hurt_by_others": "yes_not_now"}),
    Vignette(
        "tortured",
        ZM_ADULT | {"volunteered": "tortured_by_officials_or_armed_group"},
        found("torture_survivor"),
        "urgent",
        "ZMB-MOH",
    ),
    Vignette(
        "other help", ZM_ADULT | {"other_help": "yes"}, found("vulnerable_migrant"), "normal", "ZMB-DSW"
    ),
]
