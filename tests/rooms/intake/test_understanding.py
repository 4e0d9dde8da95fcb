"""From a submission to a case: what goes to a person, what the case holds, and that nothing is doubled or
lost.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from kimbilio.packs import form_names
from kimbilio.packs.form_result import computed_values, differing
from kimbilio.server.access.rules import Purpose
from kimbilio.server.forms import services as forms
from kimbilio.server.forms.models import FormVersion, Submission
from kimbilio.server.intake import screening, tasks
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel import keystore
from kimbilio.server.kernel.errors import KeyDestroyed, NotVisible
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import search, selectors
from kimbilio.server.people.models import Case, Person
from tests.jobs import run_jobs
from tests.replay.filled import ANSWERS, STARTED, YES, filled, pack_zz
from tests.world import World


def arrive(world: World, xml: bytes) -> Submission:
    """Receive a form and run what it defers; the row as it stands then."""
    with acting_for(world.border.id):
        row = forms.submission_receive(device=world.device, xml=xml).submission
    run_jobs()
    return fresh(world, row)


def fresh(world: World, row: Submission) -> Submission:
    with acting_for(world.border.id):
        return Submission.objects.get(id=row.id)


def case_of(world: World, row: Submission) -> Case:
    with acting_for(world.border.id):
        return selectors.case_by_id(world.actor("asha"), row.case, for_=Purpose.CASEWORK)


def screening_of(world: World, row: Submission) -> dict[str, Any]:
    with acting_for(world.border.id):
        return selectors.screening_of(case_of(world, row))


def assert_waits_for_a_person(world: World, row: Submission, reason: str) -> None:
    assert (row.state, row.reasons, row.case) == ("needs_a_look", [reason], None)
    with acting_for(world.border.id):
        assert Case.objects.count() == Person.objects.count() == 0
        assert Act.objects.get(act="submission.set_aside", subject=row.id).codes == {"reasons": [reason]}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ((b"<sex>woman</sex>", b"<sex>of_the_moon</sex>"), "unknown_answer"),
        ((b"<post>river_gate</post>", b"<post>moon_gate</post>"), "unknown_answer"),
        ((b"<group_size>1</group_size>", b"<group_size>several</group_size>"), "unknown_answer"),
        ((b"<sex>woman</sex>", b"<shoe_size>40</shoe_size>"), "unknown_answer"),
        ((b">ZZZ-CARE</referral_agency>", b">MOON</referral_agency>"), "unknown_answer"),
        ((b"<sex>woman</sex>", b"<sex>woman</sex><g><sex>man</sex></g>"), "unreadable"),
    ],
)
def test_what_the_form_does_not_know_goes_to_a_person_and_opens_nothing(
    world: World, changed: tuple[bytes, bytes], reason: str
) -> None:
    xml = filled().replace(*changed)
    assert changed[1] in xml
    assert_waits_for_a_person(world, arrive(world, xml), reason)


def test_a_kind_of_form_without_handler_and_a_missing_pack_go_to_a_person(world: World) -> None:
    FormVersion.objects.update(kind="tea")
    assert_waits_for_a_person(world, arrive(world, filled()), "unknown_kind")
    FormVersion.objects.update(kind="screening", pack="atlantis")
    row = arrive(world, filled())
    assert row.reasons == ["unknown_pack"]


def test_a_fault_of_the_program_goes_to_a_person_and_says_nothing_of_the_form(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_: Any) -> None:
        raise RuntimeError("Invented Example has a tea seller")

    monkeypatch.setattr(screening, "referral_propose", broken)
    row = arrive(world, filled())
    assert_waits_for_a_person(world, row, "program_error")
    formatter = __import__("kimbilio.server.config.logs", fromlist=["x"]).WithoutValues()
    assert "Invented" not in "".join(formatter.format(record) for record in caplog.records)


def test_an_unreachable_database_leaves_the_form_waiting_for_the_next_try(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(**_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(screening, "consent_record", gone)
    with acting_for(world.border.id):
        row = forms.submission_receive(device=world.device, xml=filled()).submission
    with pytest.raises(OperationalError):
        run_jobs()
    assert fresh(world, row).state == "received"
    with acting_for(world.border.id):
        assert Case.objects.count() == 0


@pytest.mark.parametrize("step", ["case_open", "consent_record", "referral_propose"])
def test_a_job_that_died_at_any_step_is_run_again_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    real = getattr(screening, step)

    def dies(**values: Any) -> None:
        real(**values)
        raise SystemExit

    with acting_for(world.border.id):
        row = forms.submission_receive(device=world.device, xml=filled()).submission
    with monkeypatch.context() as patched:
        patched.setattr(screening, step, dies)
        with pytest.raises(SystemExit):
            run_jobs()
    for _ in range(3):
        tasks.understand(str(world.border.id), str(row.id))
    with acting_for(world.border.id):
        assert Case.objects.count() == Person.objects.count() == 1
        assert Act.objects.filter(act="case.noticed").count() == 1
        assert Act.objects.filter(act="consent.recorded").count() == 2
    assert fresh(world, row).state == "understood"


def test_the_job_of_another_organisation_finds_no_submission(world: World) -> None:
    with acting_for(world.border.id):
        row = forms.submission_receive(device=world.device, xml=filled()).submission
    with pytest.raises(NotVisible):
        tasks.understand(str(world.welfare.id), str(row.id))
    assert fresh(world, row).state == "received"


def test_a_case_opens_with_needs_reasons_priority_and_what_was_not_assessed(world: World) -> None:
    row = arrive(world, filled())
    case = case_of(world, row)
    found = screening_of(world, row)
    need = found["needs"][0]
    assert row.state == "understood"
    assert (case.priority, case.desk_id, case.noticed_by_id) == (
        "urgent",
        world.border_desk.id,
        world.member("asha").id,
    )
    assert (need["category"], need["result"], need["lead"]) == (
        "victim_of_trafficking",
        "potential",
        "ZZZ-CARE",
    )
    assert {"question": "forced_or_controlled", "answer": "yes", "indicator": "TIP-00"} in need["reasons"]
    assert (found["pack"], found["submission"]) == ("zz", str(row.id))
    assert "asylum_seeker" not in found["not_assessed"]
    assert "claimed" not in found
    assert case.noticed_at == STARTED


def test_facts_fill_the_share_fields_and_the_name_stands_nowhere_else(world: World) -> None:
    row = arrive(world, filled())
    with acting_for(world.border.id):
        facts = selectors.facts_of(case_of(world, row))
        assert "name_used" not in screening_of(world, row)["answers"]
        found = search.cases_named(world.actor("asha"), "invented exampel", for_=Purpose.SEARCH)
    assert facts == {
        "name": "Invented Example",
        "safe_contact": "the tea seller at the bridge",
        "age_band": "18_plus",
        "sex": "woman",
        "language": "ar",
        "where_found": "river_gate",
        "with_whom": "alone",
        "health": ["medicine"],
    }
    assert [case.id for case in found] == [row.case]


def test_consents_hold_recipient_fields_and_how_they_were_asked(world: World) -> None:
    part = YES | {"consent_refer": "yes_but_not_all", "share_fields": ["language", "health"]}
    row = arrive(world, filled(referrals=[part]))
    with acting_for(world.border.id):
        refer, talk = selectors.consents_of(case_of(world, row))
    assert (talk.consent.scope, talk.document["answer"]) == ("talk", "yes")
    assert refer.document["recipient"] == "ZZZ-CARE"
    assert refer.document["category"] == "victim_of_trafficking"
    assert set(refer.document["fields"]) == {"case_code", "priority", "language", "health"}
    assert (refer.document["language"], refer.document["interpreter"]) == ("ar", "vetted")
    assert refer.document["how_given"] == "spoken"
    assert refer.consent.expires_at == STARTED + timedelta(days=90)


def test_a_yes_leads_to_a_referral_and_a_no_to_none(world: World) -> None:
    from kimbilio.server.referrals.selectors import referrals_of

    agreed = arrive(world, filled())
    refused = arrive(world, filled(referrals=[YES | {"consent_refer": "no"}]))
    states = []
    for row in (agreed, refused):
        with acting_for(world.border.id):
            readings = referrals_of(world.actor("asha"), case_of(world, row))
            states.append({reading.document["category"]: reading.referral.state for reading in readings})
    assert states[0]["victim_of_trafficking"] == "sent"
    assert "victim_of_trafficking" not in states[1]


def test_an_answer_that_may_not_be_asked_opens_the_case_and_is_listed_for_a_look(world: World) -> None:
    row = arrive(world, filled({"private_place": "no"}))
    assert (row.state, row.reasons) == ("needs_a_look", ["never_if"])
    assert screening_of(world, row)["contradictions"] == [{"question": "health", "why": "never_if"}]
    with acting_for(world.border.id):
        assert "health" not in selectors.facts_of(case_of(world, row))


def test_what_the_phone_claims_is_never_acted_upon_but_a_difference_is_shown(world: World) -> None:
    claims = {"needs_found": "stranded_migrant", "need_stranded_migrant": "found", "priority": "normal"}
    row = arrive(world, filled(claims=claims))
    found = screening_of(world, row)
    assert row.reasons == ["form_differs"]
    assert found["needs"][0]["category"] == "victim_of_trafficking"
    assert found["claimed"]["needs"] == {"stranded_migrant": "found"}


KINDS_OF_VALUE = {
    "a fact": ("fact_may_talk", ""),
    "a fact that does not hold": ("fact_is_child", "yes"),
    "an indicator": ("raised_TIP_00", ""),
    "a count": ("count_victim_of_trafficking__said_so__strong", "0"),
    "a dimension": ("positive_use", "yes"),
    "a need": ("need_victim_of_trafficking", "presumed"),
    "a need that was not found": ("need_asylum_seeker", "found"),
    "the priority of a need": ("priority_victim_of_trafficking", "normal"),
    "the list of needs": ("needs_found", ""),
    "the priority": ("priority", "normal"),
    "the agency that leads": ("lead_agency", "ZZZ-GATE"),
    "what was not assessed": ("not_assessed", "stranded_migrant"),
    "that an officer may act first": ("act_first", "yes"),
}


@pytest.mark.parametrize("kind", KINDS_OF_VALUE)
def test_whatever_a_phone_worked_out_otherwise_is_flagged_and_named(world: World, kind: str) -> None:
    name, value = KINDS_OF_VALUE[kind]
    computed = computed_values(ANSWERS, pack_zz().ruleset)
    assert computed[name] != value
    row = arrive(world, filled(claims=computed | {name: value}))
    assert (row.state, row.reasons) == ("needs_a_look", ["form_differs"])
    assert screening_of(world, row)["claimed"]["differing"] == [name]
    assert screening_of(world, row)["needs"][0]["result"] == "potential"


def test_each_kind_of_value_that_a_form_computes_is_tampered_with_once() -> None:
    patterns = {re.sub("<[a-z]+>", "[A-Za-z0-9_]+", name) for name in form_names.CALCULATIONS}
    assert all(any(re.fullmatch(p, name) for name, _ in KINDS_OF_VALUE.values()) for p in patterns)


def test_a_value_that_the_version_of_a_form_does_not_have_is_not_missed() -> None:
    ruleset, computed = pack_zz().ruleset, computed_values(ANSWERS, pack_zz().ruleset)
    older = {name: value for name, value in computed.items() if name != "fact_may_talk"}
    assert differing(older, older, ANSWERS, ruleset) == []
    assert differing(older, computed, ANSWERS, ruleset) == ["fact_may_talk"]


def test_a_phone_two_days_ahead_counts_from_arrival_and_is_listed(world: World) -> None:
    ahead, behind = timezone.now() + timedelta(days=2), timezone.now() - timedelta(days=2)
    row = arrive(world, filled(start=ahead))
    assert row.reasons == ["clock_ahead"]
    assert case_of(world, row).noticed_at == row.received_at
    late = arrive(world, filled(start=behind))
    assert late.state == "understood"
    assert case_of(world, late).noticed_at == late.started_at


def test_a_name_of_three_thousand_signs_and_override_marks_go_through(world: World) -> None:
    long = arrive(world, filled({"name_used": "Invented " * 333}))
    turned = arrive(world, filled({"name_used": "Inven\u202eted"}))
    with acting_for(world.border.id):
        assert len(selectors.facts_of(case_of(world, long))["name"]) > 2900
        assert selectors.facts_of(case_of(world, turned))["name"] == "Invented"


ASKED = [
    "age_band",
    "with_whom",
    "sex",
    "fear_return",
    "forced_or_controlled",
    "work_conditions",
    "stuck",
    "health",
]


def test_a_person_who_says_no_is_a_case_without_name(world: World) -> None:
    row = arrive(
        world, filled({"consent_talk": "no"}, without=[*ASKED, "name_used", "safe_contact"], referrals=[])
    )
    found = screening_of(world, row)
    assert (row.state, found["needs"]) == ("understood", [])
    assert "victim_of_trafficking" in found["not_assessed"]
    with acting_for(world.border.id):
        assert set(selectors.facts_of(case_of(world, row))) == {"language", "where_found"}


def test_destroying_the_persons_ring_makes_the_verbatim_form_unreadable_too(world: World) -> None:
    row = arrive(world, filled())
    with acting_for(world.border.id):
        assert keystore.ring_destroy(case_of(world, row).person.ring) >= 2
        from kimbilio.server.forms.selectors import submission_open

        with pytest.raises(KeyDestroyed):
            submission_open(world.actor("asha"), row.id)


def test_a_correction_of_a_form_that_is_a_case_goes_to_a_person_beside_that_case(world: World) -> None:
    first = arrive(world, filled(instance="uuid:first"))
    second = arrive(world, filled({"sex": "man"}, corrects="uuid:first"))
    assert (second.state, second.reasons, second.case) == ("needs_a_look", ["correction"], first.case)
    with acting_for(world.border.id):
        assert Case.objects.count() == 1


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_a_form_and_its_corrections_are_one_case_in_whatever_order_their_jobs_run(
    world: World, order: tuple[int, ...]
) -> None:
    numbers = ("uuid:first", "uuid:second", "uuid:third")
    with acting_for(world.border.id):
        rows = [
            forms.submission_receive(
                device=world.device, xml=filled(instance=number, corrects=numbers[n - 1] if n else "")
            ).submission
            for n, number in enumerate(numbers)
        ]
    for n in order:
        tasks.understand(organisation=str(world.border.id), submission=str(rows[n].id))
    with acting_for(world.border.id):
        case = Case.objects.get().id
        assert list(Submission.objects.values_list("case", flat=True)) == [case] * 3
        assert not Submission.objects.filter(state="received").exists()


def test_a_correction_takes_the_place_of_a_form_that_could_not_be_read(world: World) -> None:
    broken = filled(instance="uuid:first").replace(b"<sex>woman</sex>", b"<sex>moon</sex>")
    first = arrive(world, broken)
    second = arrive(world, filled(corrects="uuid:first"))
    first = fresh(world, first)
    assert second.state == "understood"
    assert (first.state, first.reasons, first.case) == ("settled", ["corrected"], second.case)


def test_a_form_set_aside_is_read_again_once_what_stood_in_the_way_is_mended(world: World) -> None:
    FormVersion.objects.update(pack="atlantis")
    row = arrive(world, filled())
    FormVersion.objects.update(pack="zz")
    with acting_for(world.border.id):
        forms.submission_retry(actor=world.actor("sela"), submission=row.id)
    run_jobs()
    assert fresh(world, row).state == "understood"


def test_no_act_and_no_job_holds_a_value_of_the_person_in_clear(world: World) -> None:
    arrive(world, filled())
    with acting_for(world.border.id):
        clear = repr(list(Act.objects.values("act", "codes", "subject"))) + repr(
            list(ProcrastinateJob.objects.values("args", "lock"))
        )
    for value in ("Invented", "woman", "18_plus", "forced", "tea seller"):
        assert value not in clear
    assert UUID(ProcrastinateJob.objects.first().args["submission"])
