"""Every kind of fault, planted in a copy of zz: the checker names file, row, value and remedy."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from kimbilio.packs import PackError, check
from tests.pure.packs.copies import Copy

QUESTIONS = "forms/screening/questions.csv"
CHOICES = "forms/screening/choices.csv"
RAISES = "forms/screening/raises.csv"
PATHWAYS = "pathways.yaml"


class Planted(NamedTuple):
    """A fault to plant (`old` becomes `new`) and what must be said: code, value, words of the remedy."""

    name: str
    file: str
    old: str
    new: str
    code: str
    found: str
    remedy: str


PLANTED = [
    Planted(
        "a strength that does not exist",
        "indicators.csv",
        "DAN-01,danger_now,immediate,A person they fear is at the gate.,immediate",
        "DAN-01,danger_now,immediate,A person they fear is at the gate.,grave",
        "unknown_strength",
        "grave",
        "immediate, strong, medium, weak",
    ),
    Planted(
        "an age that does not exist",
        "indicators.csv",
        "The person left fighting behind.,medium,both",
        "The person left fighting behind.,medium,adults",
        "unknown_applies_to",
        "adults",
        "both, adult, child",
    ),
    Planted(
        "an indicator of no category",
        "indicators.csv",
        "ASY-02,asylum_seeker",
        "ASY-02,asylum_seekr",
        "unknown_category",
        "asylum_seekr",
        "Did you mean asylum_seeker",
    ),
    Planted(
        "an answer that raises no indicator of the pack",
        RAISES,
        "fled,fighting,,ASY-02,",
        "fled,fighting,,ASY-92,",
        "unknown_indicator",
        "ASY-92",
        "Did you mean ASY-02",
    ),
    Planted(
        "an answer to a question that is not asked",
        RAISES,
        "forced_or_controlled,yes,,TIP-00,",
        "forced_or_controled,yes,,TIP-00,",
        "unknown_question",
        "forced_or_controled",
        "Did you mean forced_or_controlled",
    ),
    Planted(
        "a choice that the question does not offer",
        RAISES,
        "fled,left_army,,ASY-03,",
        "fled,left_armies,,ASY-03,",
        "unknown_choice",
        "left_armies",
        "Did you mean left_army",
    ),
    Planted(
        "a fact that is nowhere defined",
        RAISES,
        "removal_planned,yes,,,removal_near",
        "removal_planned,yes,,,removal_is_near",
        "unknown_fact",
        "removal_is_near",
        "Did you mean removal_near",
    ),
    Planted(
        "a condition that does not parse",
        RAISES,
        "threatened,yes,not is_child,TIP-FO-01-A,",
        "threatened,yes,not is_child and,TIP-FO-01-A,",
        "expression",
        "not is_child and",
        "question = choice",
    ),
    Planted(
        "one answer that raises two indicators at once",
        RAISES,
        "fled,left_army,,ASY-03,",
        "fled,fighting,,ASY-03,",
        "two_indicators",
        "ASY-03",
        "exclude each other",
    ),
    Planted(
        "an expression with a question that does not exist",
        QUESTIONS,
        "may_ask_hard and fear_return = yes",
        "may_ask_hard and fear_retrun = yes",
        "unknown_question",
        "fear_retrun",
        "Did you mean fear_return",
    ),
    Planted(
        "an expression with a choice that does not exist",
        QUESTIONS,
        "not interpreter = nobody_can_interpret",
        "not interpreter = nobody",
        "unknown_choice",
        "nobody",
        "nobody_can_interpret",
    ),
    Planted(
        "an expression with a fact that does not exist",
        QUESTIONS,
        "Is a social worker with the child?,Call now if not.,is_child,",
        "Is a social worker with the child?,Call now if not.,is_a_child,",
        "unknown_fact",
        "is_a_child",
        "Did you mean is_child",
    ),
    Planted(
        "several answers compared as one",
        PATHWAYS,
        'person_asks_to_go_home: "stuck has wants_to_go_home"',
        'person_asks_to_go_home: "stuck = wants_to_go_home"',
        "equals",
        "stuck",
        "stuck has wants_to_go_home",
    ),
    Planted(
        "a fact that no answer states",
        PATHWAYS,
        'organ_named: "raised(TIP-OR-01)"',
        'organ_named: "raised(STR-04)"',
        "unstated_fact",
        "raised(STR-04)",
        "raises.csv",
    ),
    Planted(
        "a fact that rests on itself",
        PATHWAYS,
        'child: "is_child"',
        'child: "is_child or child"',
        "circle",
        "is_child or child",
        "Leave out",
    ),
    Planted(
        "a condition that waits for what it decides",
        RAISES,
        "stuck,wants_to_go_home,not is_child,STR-02,",
        "stuck,wants_to_go_home,not need(asylum_seeker),STR-02,",
        "circle",
        "not need(asylum_seeker)",
        "neither need(…) nor raised(…)",
    ),
    Planted(
        "a list that does not exist",
        QUESTIONS,
        "select_one with_whom",
        "select_one with_who",
        "unknown_list",
        "with_who",
        "Did you mean with_whom",
    ),
    Planted(
        "a type that does not exist",
        QUESTIONS,
        "officer_note,text",
        "officer_note,essay",
        "unknown_type",
        "essay",
        "select_one",
    ),
    Planted(
        "a question about the person inside a repeat",
        QUESTIONS,
        "30,I,referral_end,end_repeat,no,yes,,,,,\n31,I,name_used,text,no,no",
        "31,I,name_used,text,no,no",
        "open_repeat",
        "referral",
        "end_repeat",
    ),
    Planted(
        "a question without words",
        QUESTIONS,
        "Are you afraid to go back?",
        "",
        "empty_cell",
        "",
        "text_en",
    ),
    Planted(
        "a law that the pathway invents",
        PATHWAYS,
        "laws: [GATE-01, RIVERS-01]",
        "laws: [GATE-01, RIVERS-11]",
        "unknown_law",
        "RIVERS-11",
        "Did you mean RIVERS-01",
    ),
    Planted(
        "a step done by no agency",
        PATHWAYS,
        '{n: 2, by: ZZZ-HAVEN, do: "Register; give the paper"',
        '{n: 2, by: ZZZ-HEAVEN, do: "Register; give the paper"',
        "unknown_agency",
        "ZZZ-HEAVEN",
        "Did you mean ZZZ-HAVEN",
    ),
    Planted(
        "a pathway without a lead",
        PATHWAYS,
        "    category: asylum_seeker\n    lead: ZZZ-HAVEN\n",
        "    category: asylum_seeker\n",
        "missing_lead",
        "",
        "ZZZ-GATE, ZZZ-CARE, ZZZ-HAVEN",
    ),
    Planted(
        "a lead that is no agency",
        PATHWAYS,
        "    category: danger_now\n    lead: ZZZ-CARE",
        "    category: danger_now\n    lead: ZZZ-COURT",
        "unknown_lead",
        "ZZZ-COURT",
        "Did you mean ZZZ-CARE",
    ),
    Planted(
        "a step that stands twice",
        PATHWAYS,
        '{n: 2, by: ZZZ-CARE, do: "Takes over"',
        '{n: 1, by: ZZZ-CARE, do: "Takes over"',
        "duplicate_step",
        "1",
        "Number the steps",
    ),
    Planted(
        "a clock in words",
        PATHWAYS,
        'do: "Takes over", within_hours: 2',
        'do: "Takes over", within_hours: two',
        "not_a_number",
        "two",
        "digits",
    ),
    Planted(
        "a step without a clock",
        PATHWAYS,
        'do: "Takes over", within_hours: 2, ',
        'do: "Takes over", ',
        "clock",
        "",
        "within_hours",
    ),
    Planted(
        "a consent that never ends",
        PATHWAYS,
        "consent_holds_days: 90",
        "consent_holds_days: 0",
        "not_a_number",
        "0",
        "number",
    ),
    Planted(
        "an answering time in words",
        PATHWAYS,
        "acknowledge_minutes: 720",
        "acknowledge_minutes: soon",
        "not_a_number",
        "soon",
        "minutes",
    ),
    Planted(
        "a pathway for nobody in particular",
        PATHWAYS,
        "applies_to: adult",
        "applies_to: grown-up",
        "unknown_applies_to",
        "grown-up",
        "adult, child, both",
    ),
    Planted(
        "a share profile that does not exist",
        PATHWAYS,
        "share: asylum",
        "share: asylums",
        "unknown_share",
        "asylums",
        "Did you mean asylum",
    ),
    Planted(
        "a profile with a field that nothing fills",
        PATHWAYS,
        "  name: name_used\n",
        "",
        "unknown_field",
        "name",
        "Say under fields",
    ),
    Planted(
        "a field filled by no question",
        PATHWAYS,
        "where_found: post",
        "where_found: posts",
        "unknown_question",
        "posts",
        "Did you mean post",
    ),
    Planted(
        "a blocked step that names no category",
        PATHWAYS,
        'free choice", within_hours: 240, service_types: [return], blocked_by: [asylum_seeker]',
        'free choice", within_hours: 240, service_types: [return], blocked_by: [asylum]',
        "unknown_category",
        "asylum",
        "asylum_seeker",
    ),
    Planted(
        "a category that can never be *not assessed*",
        PATHWAYS,
        "    stranded_migrant: [stuck]\n",
        "",
        "no_assessed_by",
        "stranded_migrant",
        "stranded_migrant: [question",
    ),
    Planted(
        "a category assessed by no question",
        PATHWAYS,
        "stranded_migrant: [stuck]",
        "stranded_migrant: [stock]",
        "unknown_question",
        "stock",
        "Did you mean stuck",
    ),
    Planted(
        "a category without a rule",
        PATHWAYS,
        "  danger_now: {any_of: [{strong: 1}]}\n",
        "",
        "no_rule",
        "danger_now",
        "any_of",
    ),
    Planted(
        "a rule that counts in words",
        PATHWAYS,
        "danger_now: {any_of: [{strong: 1}]}",
        "danger_now: {any_of: [{strong: one}]}",
        "not_a_number",
        "one",
        "digits",
    ),
    Planted(
        "a rule with a dimension that no indicator has",
        PATHWAYS,
        "- {any_positive: [deceit, force]}",
        "- {any_positive: [deciet, force]}",
        "unknown_dimension",
        "deciet",
        "Did you mean deceit",
    ),
    Planted(
        "a category left out of the order",
        PATHWAYS,
        "[child_alone, danger_now, asylum_seeker,",
        "[child_alone, asylum_seeker,",
        "order",
        "danger_now",
        "every category once",
    ),
    Planted(
        "a list written as a text",
        PATHWAYS,
        "  danger:     [case_code, age_band, sex, language, where_found, needs]",
        "  danger:     case_code",
        "wrong_kind",
        "case_code",
        "[ ]",
    ),
    Planted(
        "a part of pathways.yaml that is missing",
        PATHWAYS,
        "fallback_lead: {ZZZ: ZZZ-CARE}",
        "",
        "missing_part",
        "",
        "Add it",
    ),
    Planted(
        "a law bound to no code",
        "laws.csv",
        "asks for protection.,treaty_party",
        "asks for protection.,party",
        "unknown_who_is_bound",
        "party",
        "treaty_party",
    ),
    Planted(
        "a service of no agency",
        "services.csv",
        "ZZZ-HAVEN-return,ZZZ,ZZZ-HAVEN",
        "ZZZ-HAVEN-return,ZZZ,ZZZ-HAVE",
        "unknown_agency",
        "ZZZ-HAVE",
        "Did you mean ZZZ-HAVEN",
    ),
    Planted(
        "a service of another country",
        "services.csv",
        "ZZZ-HAVEN-return,ZZZ,",
        "ZZZ-HAVEN-return,ZMB,",
        "unknown_country",
        "ZMB",
        "ZZZ",
    ),
    Planted(
        "a date that is none",
        "services.csv",
        "radio channel 6,2026-09-15",
        "radio channel 6,15/9/2026",
        "not_a_date",
        "15/9/2026",
        "year-month-day",
    ),
    Planted(
        "a key that translates nothing",
        "translations/sw.csv",
        "question:age_band",
        "question:age",
        "unknown_key",
        "question:age",
        "question:age_band",
    ),
    Planted(
        "an id that stands twice",
        "agencies.csv",
        "ZZZ-HAVEN,ZZZ,Haven House",
        "ZZZ-CARE,ZZZ,Haven House",
        "duplicate_id",
        "ZZZ-CARE",
        "Delete one of the two rows",
    ),
    Planted(
        "a cell that may not be empty",
        "laws.csv",
        "GATE-02,GATE,Gates Act,national,2019,ZZZ,s.9,",
        "GATE-02,GATE,Gates Act,national,2019,ZZZ,,",
        "empty_cell",
        "",
        "Fill in article",
    ),
    Planted(
        "a language without direction",
        "pack.yaml",
        "name: العربية, direction: rtl",
        "name: العربية, direction: left",
        "direction",
        "left",
        "rtl",
    ),
    Planted(
        "a version that is a number",
        "pack.yaml",
        'version: "2026112401"',
        "version: 2026112401",
        "about_version",
        "2026112401",
        '"2026112401"',
    ),
]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_a_planted_fault_is_explained_by_file_row_value_and_remedy(zz: Copy, planted: Planted) -> None:
    row = zz.plant(planted.file, planted.old, planted.new)

    said = [fault for fault in zz.errors() if fault.code == planted.code]

    assert said, [str(fault) for fault in zz.faults()]
    assert said[0].file == planted.file
    assert said[0].found == planted.found
    assert planted.remedy in said[0].remedy
    if planted.new and said[0].row is not None:
        # An entry that is missing is reported where it should stand; any other on its own row.
        first, last = row, row + planted.new.count("\n")
        assert planted.found == "" or planted.code in {"order", "open_repeat"} or first <= said[0].row <= last


@pytest.mark.parametrize("pack", ["zz", "zm"])
def test_a_shipped_pack_has_no_errors(pack: str) -> None:
    assert [str(fault) for fault in check(pack) if fault.level == "error"] == []


def test_zz_has_not_even_a_warning() -> None:
    assert check("zz") == []


def test_a_missing_file_is_named_and_nothing_else_is_said_of_it(zz: Copy) -> None:
    (zz.folder / "services.csv").unlink()

    (fault,) = zz.faults()

    assert (fault.code, fault.file, fault.row) == ("missing_file", "services.csv", None)
    assert "packs/zz/services.csv" in fault.remedy


def test_a_missing_column_is_named_with_the_heading_as_it_reads(zz: Copy) -> None:
    zz.plant("codes/bound.csv", "code,label_en", "code,label")

    (fault,) = zz.errors()

    assert (fault.code, fault.row, fault.found) == ("missing_column", 1, "label_en")
    assert "code, label" in fault.remedy


def test_text_that_is_not_utf8_is_refused_with_its_line(zz: Copy) -> None:
    path = zz.folder / "agencies.csv"
    path.write_bytes(path.read_bytes().replace(b"Care Office", b"Bureau d\xe9pendant"))

    faults = zz.errors()

    assert [(f.code, f.file, f.row, f.found) for f in faults] == [("encoding", "agencies.csv", 3, "0xe9")]
    assert "CSV UTF-8" in faults[0].remedy


def test_yaml_that_cannot_be_read_is_refused_with_its_line(zz: Copy) -> None:
    row = zz.plant(PATHWAYS, "fallback_lead: {ZZZ: ZZZ-CARE}", "fallback_lead: {ZZZ: ZZZ-CARE")

    fault = zz.errors()[0]

    assert fault.code == "yaml"
    assert fault.row is not None
    assert row <= fault.row <= row + 2


def test_a_key_that_stands_twice_in_yaml_is_refused(zz: Copy) -> None:
    row = zz.plant(
        PATHWAYS, "    lead: ZZZ-HAVEN\n    source: [ACT]", "    lead: ZZZ-HAVEN\n    lead: ZZZ-CARE"
    )

    fault = next(f for f in zz.errors() if f.code == "duplicate_key")

    assert (fault.found, fault.row) == ("lead", row + 1)


def test_a_complete_language_that_lacks_a_text_is_refused(zz: Copy) -> None:
    zz.plant("translations/ar.csv", "question:age_band,How old are you?,كم عمرك؟\n", "")

    (fault,) = zz.faults()

    assert (fault.code, fault.found) == ("missing_translation", "question:age_band")
    assert "How old are you?" in fault.remedy


def test_a_text_changed_since_it_was_translated_is_a_warning(zz: Copy) -> None:
    zz.plant(QUESTIONS, "How old are you?", "How many years are you?")

    faults = zz.faults()

    assert {(f.level, f.code, f.file) for f in faults} == {
        ("warning", "outdated", "translations/ar.csv"),
        ("warning", "outdated", "translations/sw.csv"),
    }


def test_a_service_without_a_desk_is_a_warning_for_the_country_team(zz: Copy) -> None:
    row = zz.plant("services.csv", "House desk", "")

    (fault,) = zz.faults()

    assert (fault.level, fault.code, fault.row) == ("warning", "to_be_entered", row)
    assert "to be entered by the country team" in fault.message


def test_a_person_inside_a_repeat_is_refused_because_one_form_is_for_one_person(zz: Copy) -> None:
    zz.plant(
        QUESTIONS,
        "24,I,referral,begin_repeat,no,yes,One referral for each pathway found,,a_need_found,,\n",
        "",
    )
    zz.plant(
        QUESTIONS,
        "10,C,age_band",
        "24,I,referral,begin_repeat,no,yes,One referral for each pathway found,,a_need_found,,\n10,C,age_band",
    )

    said = [fault for fault in zz.errors() if fault.code == "repeat_of_persons"]

    assert "age_band" in {fault.found for fault in said}
    assert "one person" in said[0].remedy


def test_conditions_that_exclude_each_other_may_raise_different_indicators(zz: Copy) -> None:
    zz.plant(RAISES, "fled,fighting,,ASY-02,", "fled,fighting,fear_return = yes,ASY-02,")
    zz.add(RAISES, "fled,fighting,fear_return = no,ASY-03,")

    assert zz.errors() == []


def test_conditions_that_can_hold_together_are_refused_even_when_they_look_different(zz: Copy) -> None:
    zz.plant(RAISES, "fled,fighting,,ASY-02,", "fled,fighting,fear_return = yes,ASY-02,")
    zz.add(RAISES, "fled,fighting,not fear_return = no,ASY-03,")

    assert [fault.code for fault in zz.errors()] == ["two_indicators"]


def test_an_unknown_pack_is_refused_with_the_names_of_those_there_are() -> None:
    with pytest.raises(PackError, match="no pack 'atlantis'") as refused:
        check("atlantis")
    assert "zm, zz" in refused.value.hint


def test_a_workbook_built_to_fill_the_memory_is_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "pack.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/big.xml", "w") as entry,
    ):
        for _ in range(101):
            entry.write(bytes(1_000_000))
    assert path.stat().st_size < 1_000_000

    with pytest.raises(PackError, match="would unpack to more than 100 MB"):
        check(path)


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pack.xlsx"
    path.write_text("id,name\n", encoding="utf-8")

    with pytest.raises(PackError, match="not an Excel workbook"):
        check(path)
