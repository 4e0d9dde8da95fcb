"""People at a Zambian border, and what the form must make of their answers.

Each was reasoned by hand from the rules of the pack's pathways.yaml and of the profiling form, as `because`
tells; none was copied from what the program printed.
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
WITH_SOCIAL_WORKER: dict[str, Answer] = {**CHILD, "social_worker": "present"}
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
    reasons: dict[str, set[str]] = field(default_factory=dict)
    not_assessed: list[str] | None = None
    shown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    looks: set[tuple[str, str]] = field(default_factory=set)


RETURN_STEPS = ("step:ZMB-stranded:3", "step:ZMB-stranded:4")

VIGNETTES = [
    Vignette(
        "nothing was found and everything was asked",
        "nothing found is said only when all that can be asked was asked; torture never is",
        {
            **ADULT,
            "needs_doctor": "no",
            "needs_food_water": "yes",
            "afraid_here": "no",
            "fear_return": "no",
            "forced_or_controlled": "no",
            "nationality_claimed": "TZA",
            "papers": ["passport"],
            "how_arranged": "self",
            "worked": "no",
            "stuck": ["none"],
            "health": ["none"],
            "hurt_by_others": "no",
            "tonight": "yes",
            "other_help": "no",
        },
        {},
        not_assessed=["torture_survivor"],
        shown=("action:nothing_found",),
        hidden=("action:not_assessed",),
    ),
    Vignette(
        "the fast path found nothing",
        "what the fast path does not ask is not assessed, so nothing found may not be said",
        {
            **ADULT,
            "needs_doctor": "no",
            "afraid_here": "no",
            "fear_return": "no",
            "forced_or_controlled": "no",
        },
        {},
        not_assessed=[
            "gbv_survivor",
            "torture_survivor",
            "refugee",
            "stateless",
            "exploited_worker",
            "shelter_tonight",
            "smuggled_migrant",
            "stranded_migrant",
            "vulnerable_migrant",
        ],
        shown=("action:not_assessed",),
        hidden=("action:nothing_found",),
    ),
    Vignette(
        "a busload speaks a language that nobody here speaks",
        "only what is seen stays open; all that needs a question is not assessed",
        {
            "private_place": "yes",
            "emergency": ["none"],
            "age_seen": "looks_adult",
            "interpreter": "nobody_can_interpret",
            "consent_talk": "not_asked",
        },
        {},
        not_assessed=[
            "unaccompanied_child",
            "separated_child",
            "health_now",
            "danger_now",
            "asylum_seeker",
            "victim_of_trafficking",
            "gbv_survivor",
            "torture_survivor",
            "refugee",
            "rejected_asylum_seeker",
            "medical_needs",
            "stateless",
            "exploited_worker",
            "shelter_tonight",
            "smuggled_migrant",
            "stranded_migrant",
            "vulnerable_migrant",
        ],
        hidden=("action:nothing_found",),
    ),
    Vignette(
        "one yes to force or deceit and the officer stops there",
        "TIP-00 alone is potential, with the answer as the reason",
        {**ADULT, "forced_or_controlled": "yes"},
        {"victim_of_trafficking": "potential"},
        "urgent",
        "ZMB-DSW",
        reasons={"victim_of_trafficking": {"forced_or_controlled yes TIP-00"}},
    ),
    Vignette(
        "deceived about the work itself",
        "one strong sign of deceptive recruitment is enough for potential",
        {**ADULT, "how_arranged": "employer_or_agent", "promise": ["different_work_place_or_employer"]},
        {"victim_of_trafficking": "potential"},
        "urgent",
        "ZMB-DSW",
    ),
    Vignette(
        "deceived about pay and housing",
        "two medium signs make no positive dimension",
        {
            **ADULT,
            "how_arranged": "employer_or_agent",
            "promise": ["different_pay", "different_housing"],
            "forced_or_controlled": "no",
        },
        {},
    ),
    Vignette(
        "deceived about pay, housing and papers",
        "three medium signs make the dimension positive, and a positive dimension is potential",
        {
            **ADULT,
            "how_arranged": "employer_or_agent",
            "promise": ["different_pay", "different_housing", "untrue_papers"],
        },
        {"victim_of_trafficking": "potential"},
        "urgent",
    ),
    Vignette(
        "an adult deceived about pay, housing and a school",
        "two medium and one weak make it positive; for an adult the school is weak",
        {
            **ADULT,
            "how_arranged": "friend_or_partner",
            "promise": ["different_pay", "different_housing", "study_that_does_not_exist"],
        },
        {"victim_of_trafficking": "potential"},
        "urgent",
        reasons={
            "victim_of_trafficking": {
                "promise different_pay TIP-DR-02",
                "promise different_housing TIP-DR-05",
                "promise study_that_does_not_exist TIP-DR-10-A",
            }
        },
    ),
    Vignette(
        "deceived, exploited and held: the whole combination",
        "deceptive recruitment, exploitation and coercion are each positive; the wage claim stays",
        {
            **ADULT,
            "how_arranged": "employer_or_agent",
            "promise": ["different_work_place_or_employer", "different_pay"],
            "worked": "yes",
            "work_conditions": ["very_long_hours_or_no_day_off", "unpaid_or_far_too_little"],
            "kept_from_leaving": ["papers_held", "threat_of_police"],
        },
        {"victim_of_trafficking": "presumed", "exploited_worker": FOUND},
        "urgent",
        "ZMB-DSW",
        shown=("step:ZMB-trafficking-adult:1", "step:ZMB-exploited-worker:2"),
        hidden=("step:ZMB-trafficking-adult:6",),
    ),
    Vignette(
        "deceived and exploited, but free to go",
        "without coercion at destination it is not presumed; a positive deception is potential",
        {
            **ADULT,
            "how_arranged": "employer_or_agent",
            "promise": ["different_pay", "different_housing", "different_conditions"],
            "worked": "yes",
            "work_conditions": ["very_long_hours_or_no_day_off", "dangerous"],
            "kept_from_leaving": ["nothing"],
        },
        {"victim_of_trafficking": "potential", "exploited_worker": FOUND},
        "urgent",
    ),
    Vignette(
        "unpaid and in danger at work, nobody forced anyone",
        "two medium signs of exploitation are a labour case for an adult, not trafficking",
        {
            **ADULT,
            "forced_or_controlled": "no",
            "worked": "yes",
            "work_conditions": ["unpaid_or_far_too_little", "dangerous"],
        },
        {"exploited_worker": FOUND},
        "normal",
        "ZMB-DSW",
    ),
    Vignette(
        "unpaid only",
        "one medium sign of exploitation is no case",
        {**ADULT, "worked": "yes", "work_conditions": ["unpaid_or_far_too_little"]},
        {},
    ),
    Vignette(
        "an exploited worker about to be removed",
        "the pathway is urgent while removal is planned",
        {
            **ADULT,
            "removal_planned": "yes",
            "worked": "yes",
            "work_conditions": ["very_long_hours_or_no_day_off"],
        },
        {"exploited_worker": FOUND},
        "urgent",
        "ZMB-DSW",
    ),
    Vignette(
        "the same papers held, told twice",
        "two answers that raise one indicator are one strong sign and two reasons",
        {
            **ADULT,
            "papers": ["held_by_employer_or_guide"],
            "worked": "yes",
            "kept_from_leaving": ["papers_held"],
        },
        {"victim_of_trafficking": "potential"},
        "urgent",
        reasons={
            "victim_of_trafficking": {
                "papers held_by_employer_or_guide TIP-CD-01",
                "kept_from_leaving papers_held TIP-CD-01",
            }
        },
    ),
    Vignette(
        "hired for an office, made to run online fraud",
        "an exploitation row that itself tells of force is potential, and a labour case as well",
        {**ADULT, "volunteered": ["scam_work"]},
        {"victim_of_trafficking": "potential", "exploited_worker": FOUND},
        "urgent",
    ),
    Vignette(
        "an adult made to have sex with others",
        "a strong sign of coercion at destination is potential; it is no sign of exploitation at work",
        {**ADULT, "volunteered": ["made_to_have_sex"]},
        {"victim_of_trafficking": "potential"},
        "urgent",
    ),
    Vignette(
        "an adult who was sold",
        "for an adult the row is medium, and one medium sign is not enough",
        {**ADULT, "volunteered": ["sold_or_abducted"]},
        {},
    ),
    Vignette(
        "signs seen only",
        "companion answers, rehearsed story, no belongings: weak by design and never enough",
        {
            **ADULT,
            "signs": ["someone_answers_for_them", "same_answers_as_the_group", "no_belongings"],
        },
        {},
    ),
    Vignette(
        "trafficked, unafraid, and asks to go home",
        "the return step opens when fear was asked and denied and the person asks",
        {
            **ADULT,
            "forced_or_controlled": "yes",
            "fear_return": "no",
            "stuck": ["wants_to_go_home"],
        },
        {"victim_of_trafficking": "potential"},
        "urgent",
        shown=("step:ZMB-trafficking-adult:6",),
    ),
    Vignette(
        "trafficked, asks to go home, fear was never asked",
        "not asked is not a no: no return step",
        {**ADULT, "forced_or_controlled": "yes", "stuck": ["wants_to_go_home"]},
        {"victim_of_trafficking": "potential"},
        "urgent",
        hidden=("step:ZMB-trafficking-adult:6",),
    ),
    Vignette(
        "a child who was sold, the social worker is there",
        "for a child the row is strong",
        {**WITH_SOCIAL_WORKER, "volunteered": ["sold_or_abducted"]},
        {"victim_of_trafficking": "potential"},
        "emergency",
        "ZMB-DSW",
    ),
    Vignette(
        "a child with an aunt, on the way to work",
        "for a child the purpose alone is potential; the aunt is not the usual carer",
        {**CHILD, "with_whom": "other_relative", "sent_for": ["work"]},
        {"separated_child": FOUND, "victim_of_trafficking": "potential"},
        "emergency",
        "ZMB-DSW",
        reasons={"victim_of_trafficking": {"sent_for work TIP-CH-01"}},
    ),
    Vignette(
        "an adult on the way to work",
        "the rows of purpose are for children",
        {**ADULT, "sent_for": ["work"]},
        {},
        looks={("sent_for", "not_shown")},
    ),
    Vignette(
        "a child at work whose family arranged it",
        "an act and a positive exploitation are enough: a child needs no means",
        {
            **WITH_SOCIAL_WORKER,
            "how_arranged": "family",
            "worked": "yes",
            "work_conditions": ["very_long_hours_or_no_day_off", "unpaid_or_far_too_little"],
        },
        {"victim_of_trafficking": "presumed"},
        "emergency",
        "ZMB-DSW",
    ),
    Vignette(
        "a child at work, who arranged it is not known",
        "without an act it is potential: one strong sign of exploitation is enough for a child",
        {
            **WITH_SOCIAL_WORKER,
            "how_arranged": "does_not_know",
            "worked": "yes",
            "work_conditions": ["very_long_hours_or_no_day_off", "unpaid_or_far_too_little"],
        },
        {"victim_of_trafficking": "potential"},
        "emergency",
    ),
    Vignette(
        "a child was asked about force with no social worker there",
        "the question may not be asked: the answer raises nothing and a person must look",
        {**CHILD, "social_worker": "called", "forced_or_controlled": "yes"},
        {},
        looks={("forced_or_controlled", "never_if")},
    ),
    Vignette(
        "a girl says unasked that she was made to have sex for passage",
        "what is volunteered counts without a social worker; immediate counts as strong",
        {**CHILD, "volunteered": ["child_sex_for_goods"]},
        {"victim_of_trafficking": "potential"},
        "emergency",
        "ZMB-DSW",
        reasons={"victim_of_trafficking": {"volunteered child_sex_for_goods TIP-SX-01"}},
    ),
    Vignette(
        "a child of twelve alone",
        "no adult is responsible: unaccompanied, an emergency, care leads",
        {**CHILD, "with_whom": "alone"},
        {"unaccompanied_child": FOUND},
        "emergency",
        "ZMB-DSW",
    ),
    Vignette(
        "a child alone is seen before anyone can talk",
        "seeing it makes the person a child and is itself a need",
        {"emergency": ["child_alone"], "interpreter": "nobody_can_interpret", "consent_talk": "not_asked"},
        {"child_alone": FOUND},
        "emergency",
        "ZMB-DSW",
        shown=("step:ZMB-child-alone:1",),
    ),
    Vignette(
        "nobody can tell the age and it was not asked",
        "doubt makes a child, and with friends no adult is responsible",
        {**ADULT, "age_seen": "cannot_tell", "age_band": "skip"},
        {"unaccompanied_child": FOUND},
        "emergency",
    ),
    Vignette(
        "nobody can tell the age, the person says eighteen",
        "until they say they are an adult; friends are then no concern",
        {**ADULT, "age_seen": "cannot_tell", "age_band": "18_24"},
        {},
    ),
    Vignette(
        "a girl of sixteen with a husband",
        "a child away from the parents, and a child marriage makes it an emergency",
        {**CHILD, "age_band": "15_17", "with_whom": "husband_or_wife"},
        {"separated_child": FOUND},
        "emergency",
        "ZMB-DSW",
    ),
    Vignette(
        "a child with an aunt, the stories agree",
        "separated, urgent; who is verified and not feared is no emergency",
        {**CHILD, "with_whom": "other_relative", "child_story_match": "match", "child_afraid": "no"},
        {"separated_child": FOUND},
        "urgent",
        "ZMB-DSW",
    ),
    Vignette(
        "a child alone whose parents can be called",
        "a protective row never removes a need",
        {**CHILD, "with_whom": "alone", "parent_contact": "yes"},
        {"unaccompanied_child": FOUND},
        "emergency",
        reasons={"unaccompanied_child": {"with_whom alone UAC-01"}},
    ),
    Vignette(
        "a child alone who fears to go back",
        "all pathways run; care leads, and the asylum referral is an emergency for a child without a carer",
        {**CHILD, "with_whom": "alone", "fear_return": "yes"},
        {"unaccompanied_child": FOUND, "asylum_seeker": FOUND},
        "emergency",
        "ZMB-DSW",
        shown=("step:ZMB-unaccompanied-child:4", "step:ZMB-asylum:1"),
    ),
    Vignette(
        "fear of return and nothing else",
        "one strong sign, never weighed; the Commissioner leads",
        {**ADULT, "fear_return": "yes"},
        {"asylum_seeker": FOUND},
        "urgent",
        "ZMB-COR",
    ),
    Vignette(
        "fear of return and removal is planned",
        "the asylum pathway becomes an emergency",
        {**ADULT, "removal_planned": "yes", "fear_return": "yes"},
        {"asylum_seeker": FOUND},
        "emergency",
        "ZMB-COR",
    ),
    Vignette(
        "does not want to talk, but asks for the refugee office unasked",
        "no to talking closes what is asked, not what is said of oneself",
        {
            "emergency": ["none"],
            "age_seen": "looks_adult",
            "consent_talk": "no",
            "fear_return": "no",
            "volunteered": ["asks_for_protection"],
        },
        {"asylum_seeker": FOUND},
        "urgent",
        "ZMB-COR",
        looks={("fear_return", "may_not_talk")},
    ),
    Vignette(
        "a fellow traveller interprets, and denies all fear",
        "nothing that was asked through such a person counts, so fear and force are not assessed",
        {
            **ADULT,
            "interpreter": "someone_else",
            "fear_return": "no",
            "forced_or_controlled": "no",
        },
        {},
        looks={
            (name, "may_not_talk")
            for name in ("age_band", "with_whom", "fear_return", "forced_or_controlled")
        },
        hidden=("action:nothing_found",),
    ),
    Vignette(
        "a refugee passing through",
        "a refugee paper from any country is enough and can wait",
        {**ADULT, "papers": ["refugee_paper"], "fear_return": "no"},
        {"refugee": FOUND},
        "normal",
        "ZMB-COR",
    ),
    Vignette(
        "refused asylum and no longer afraid",
        "one medium sign is enough; a refusal opens no return while it stands",
        {
            **ADULT,
            "fear_return": "no",
            "papers": ["refugee_paper"],
            "asylum_history": "refused",
            "stuck": ["wants_to_go_home", "cannot_go_on_stay_or_return"],
        },
        {"refugee": FOUND, "rejected_asylum_seeker": FOUND, "stranded_migrant": FOUND},
        "urgent",
        "ZMB-COR",
        hidden=RETURN_STEPS,
        reasons={"rejected_asylum_seeker": {"asylum_history refused REJ-03"}},
    ),
    Vignette(
        "stranded, unafraid, asks to go home",
        "return and own consulate appear only now",
        {
            **ADULT,
            "fear_return": "no",
            "stuck": ["cannot_go_on_stay_or_return", "wants_to_go_home"],
        },
        {"stranded_migrant": FOUND},
        "normal",
        "ZMB-IOM",
        shown=RETURN_STEPS,
    ),
    Vignette(
        "stranded and asks to go home, but tells unasked of fear",
        "asylum stands, so no step leads to a consulate or a return",
        {
            **ADULT,
            "fear_return": "no",
            "stuck": ["cannot_go_on_stay_or_return", "wants_to_go_home"],
            "volunteered": ["afraid_to_go_back"],
        },
        {"asylum_seeker": FOUND, "stranded_migrant": FOUND},
        "urgent",
        "ZMB-COR",
        hidden=RETURN_STEPS,
    ),
    Vignette(
        "stranded, tortured on the way, asks to go home",
        "torture blocks the same steps; found, it is not listed as not assessed",
        {
            **ADULT,
            "fear_return": "no",
            "stuck": ["cannot_go_on_stay_or_return", "wants_to_go_home"],
            "volunteered": ["tortured_for_ransom"],
        },
        {"torture_survivor": FOUND, "stranded_migrant": FOUND},
        "urgent",
        "ZMB-MOH",
        hidden=RETURN_STEPS,
    ),
    Vignette(
        "money lost on the way",
        "one medium sign makes nobody stranded",
        {**ADULT, "stuck": ["money_or_phone_lost"]},
        {},
    ),
    Vignette(
        "papers and money lost, sent here by another country",
        "two answers raise one indicator, and another makes it two medium signs",
        {
            **ADULT,
            "papers": ["lost_or_stolen"],
            "stuck": ["money_or_phone_lost", "sent_here_by_another_country"],
        },
        {"stranded_migrant": FOUND},
        "normal",
        "ZMB-IOM",
    ),
    Vignette(
        "paid a guide, still owes, free to go",
        "having paid makes smuggled; a debt alone and a sign of freedom are no reasons",
        {
            **ADULT,
            "how_arranged": "paid_a_guide",
            "debt": "yes_for_the_trip",
            "free_to_leave": ["yes"],
        },
        {"smuggled_migrant": FOUND},
        "normal",
        "ZMB-IOM",
        reasons={"smuggled_migrant": {"how_arranged paid_a_guide SMU-01"}},
    ),
    Vignette(
        "owes for the trip, no guide was paid",
        "a debt alone makes nobody smuggled",
        {**ADULT, "how_arranged": "family", "debt": "yes_for_the_trip"},
        {},
    ),
    Vignette(
        "came in a sealed truck",
        "danger on the journey makes the smuggling pathway urgent",
        {**ADULT, "how_arranged": "paid_a_guide", "danger_on_way": ["sealed_truck_or_container"]},
        {"smuggled_migrant": FOUND},
        "urgent",
        "ZMB-IOM",
    ),
    Vignette(
        "beaten on the way",
        "one of the two rows that by themselves make a vulnerable migrant",
        {**ADULT, "danger_on_way": ["beaten"]},
        {"vulnerable_migrant": FOUND},
        "normal",
        "ZMB-DSW",
    ),
    Vignette(
        "never had papers and no birth record",
        "both answers raise the one indicator, medium, and that is not enough",
        {**ADULT, "papers": ["never_had_any"], "no_state": ["never_had_birth_record"]},
        {},
    ),
    Vignette(
        "no country says it is theirs, and removal is planned",
        "strong; the pathway becomes urgent; no consulate while fear was not denied",
        {**ADULT, "removal_planned": "yes", "nationality_claimed": "none"},
        {"stateless": FOUND},
        "urgent",
        "ZMB-UNHCR",
        hidden=("step:ZMB-stateless:4",),
    ),
    Vignette(
        "someone was hurt and wants to speak",
        "a yes says that someone hurt this person and nothing more",
        {**ADULT, "hurt_by_others": "yes_wants_help"},
        {"gbv_survivor": FOUND},
        "urgent",
        "ZMB-OSC",
    ),
    Vignette(
        "someone was hurt in the last five days",
        "a short window: a health emergency that leads, and the other pathway is an emergency too",
        {**ADULT, "hurt_by_others": "yes_wants_help", "hurt_last_five_days": "yes"},
        {"health_now": FOUND, "gbv_survivor": FOUND},
        "emergency",
        "ZMB-MOH",
    ),
    Vignette(
        "someone was hurt and not now",
        "information only, no need",
        {**ADULT, "hurt_by_others": "yes_not_now"},
        {},
        shown=("action:give_violence_information",),
    ),
    Vignette(
        "hungry",
        "answered on the spot, no need",
        {**ADULT, "needs_food_water": "no_hungry_or_thirsty"},
        {},
        shown=("action:give_water_and_food",),
    ),
    Vignette(
        "nothing to eat for a day",
        "a strong sign of medical need, urgent, and water now",
        {**ADULT, "needs_food_water": "no_none_for_a_day"},
        {"medical_needs": FOUND},
        "urgent",
        "ZMB-MOH",
        shown=("action:give_water_and_food", "step:ZMB-medical:1"),
    ),
    Vignette(
        "needs a doctor at once",
        "a health emergency; nothing that can wait was said",
        {**ADULT, "needs_doctor": "yes_cannot_wait"},
        {"health_now": FOUND},
        "emergency",
        "ZMB-MOH",
    ),
    Vignette(
        "an injury beside an emergency",
        "the medical pathway is an emergency while there is one",
        {**ADULT, "needs_doctor": "yes_cannot_wait", "health": ["injury"]},
        {"health_now": FOUND, "medical_needs": FOUND},
        "emergency",
        "ZMB-MOH",
    ),
    Vignette(
        "an old man alone",
        "weak, and one weak sign is no need",
        {**ADULT, "age_band": "60_plus", "with_whom": "alone"},
        {},
    ),
    Vignette(
        "frightened of someone here, and afraid to go back",
        "danger leads before asylum",
        {**ADULT, "emergency": ["frightened_of_someone_here"], "fear_return": "yes"},
        {"danger_now": FOUND, "asylum_seeker": FOUND},
        "emergency",
        "ZMB-DSW",
    ),
    Vignette(
        "forced, and afraid of someone who waits",
        "danger makes the trafficking pathway an emergency",
        {**ADULT, "forced_or_controlled": "yes", "afraid_here": "yes"},
        {"danger_now": FOUND, "victim_of_trafficking": "potential"},
        "emergency",
        "ZMB-DSW",
    ),
    Vignette(
        "asked where others hear",
        "the question about fear of someone here may not be asked then",
        {**ADULT, "private_place": "no", "afraid_here": "yes"},
        {},
        looks={("afraid_here", "never_if")},
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
        "could not leave, locked in, threatened with the police",
        "`no` is an alarm here, not a `none`: three medium signs make coercive recruitment positive",
        {
            **ADULT,
            "how_arranged": "paid_a_guide",
            "free_to_leave": ["no", "locked_or_watched"],
            "threats": ["police_or_deportation"],
        },
        {"victim_of_trafficking": "potential", "smuggled_migrant": FOUND},
        "urgent",
    ),
    Vignette(
        "no safe place tonight",
        "urgent, not an emergency, with a bed within six hours",
        {**ADULT, "tonight": "no"},
        {"shelter_tonight": FOUND},
        "urgent",
        "ZMB-DSW",
    ),
    Vignette(
        "anything else I need help with",
        "none of the boxes fits: the last question finds them",
        {**ADULT, "other_help": "yes"},
        {"vulnerable_migrant": FOUND},
        "normal",
        "ZMB-DSW",
    ),
    Vignette(
        "asked for asylum and waits",
        "the paper is strong; the answer that they wait is another reason",
        {**ADULT, "papers": ["asylum_paper"], "asylum_history": "waiting"},
        {"asylum_seeker": FOUND},
        "urgent",
        "ZMB-COR",
        reasons={
            "asylum_seeker": {"papers asylum_paper ASY-13", "asylum_history waiting ASY-12"},
        },
    ),
    Vignette(
        "a child with the person who arranged the trip",
        "unaccompanied, and the act is there, but no purpose or exploitation yet",
        {**CHILD, "with_whom": "someone_who_arranged_it"},
        {"unaccompanied_child": FOUND},
        "emergency",
        "ZMB-DSW",
    ),
    Vignette(
        "a child sent to a person it does not know",
        "the row is one of those that make a child a potential victim; it is no row of being unaccompanied",
        {**CHILD, "with_whom": "other_relative", "sent_for": ["to_person_not_known"]},
        {"separated_child": FOUND, "victim_of_trafficking": "potential"},
        "emergency",
        reasons={"victim_of_trafficking": {"sent_for to_person_not_known UAC-06"}},
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
    reasons = {
        need.category: {f"{r.question} {r.answer} {r.indicator}" for r in need.reasons}
        for need in screening.needs
    }
    assert {category: reasons[category] for category in vignette.reasons} == vignette.reasons
    if vignette.not_assessed is not None:
        assert list(screening.not_assessed) == vignette.not_assessed
    shown = {action.do for action in screening.actions}
    assert set(vignette.shown) <= shown
    assert shown.isdisjoint(vignette.hidden)
    assert {(look.question, look.why) for look in screening.needs_a_look} == vignette.looks


def test_every_category_of_the_pack_has_a_vignette(zambia: Ruleset) -> None:
    found: set[str] = {category for vignette in VIGNETTES for category in vignette.needs}
    assert found == set(zambia.categories)


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
