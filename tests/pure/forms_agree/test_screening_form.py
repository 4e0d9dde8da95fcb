"""The compiled screening form, run by JavaRosa, finds what the rules find.

AGR-01 pyxform makes the form without remarks and ODK Validate accepts it.
AGR-02 every golden answer set is kept and found by the form as the set expects.
AGR-03 every value that the form computes, and every step and action shown, is that of the rules.
AGR-04 the random answers reach every category, so that agreement is not agreement on nothing.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from kimbilio.packs import Pack, load
from kimbilio.packs.compiler import CompiledForm, compile_form
from kimbilio.packs.form_names import Claims, read_claims
from kimbilio.packs.form_result import computed_values, differing
from kimbilio.rules import Answer, Screening, screen
from kimbilio.xlsforms import ReadSubmission, kinds_of, read_submission, typed_answers
from tests.pure.forms_agree import javarosa
from tests.pure.oracle.drawing import draw
from tests.pure.oracle.golden import golden_sets

# How many random sets a form is filled with; `make soak` asks for more. The larger form takes three times as long.
RANDOM_SETS = {"zz": 100, "zm": 30} | {
    pack: int(os.environ["KIMBILIO_RANDOM_SETS"])
    for pack in ("zz", "zm")
    if "KIMBILIO_RANDOM_SETS" in os.environ
}
AFRAID = {"volunteered": "afraid_to_go_back", "referral_for": "asylum_seeker", "name_used": "Invented"}
REFERRALS = {
    "yes": AFRAID | {"consent_refer": "yes"},
    "no": AFRAID | {"consent_refer": "no"},
    "another need": AFRAID | {"referral_for": "child_alone"},
    "none and more": AFRAID | {"volunteered": "none afraid_to_go_back"},
}


@dataclass(frozen=True)
class Filled:
    """One form as a phone would send it, and what the rules make of the same answers."""

    xml: bytes
    sent: Mapping[str, str]
    answers: Mapping[str, Answer]
    claims: Claims
    screening: Screening


@dataclass(frozen=True)
class Run:
    """One pack's form, and it filled: the golden sets in their order, the random sets, the referrals."""

    pack: Pack
    form: CompiledForm
    path: Path
    filled: list[Filled]
    referrals: dict[str, bytes | list[str]]


@pytest.fixture(scope="module", params=["zz", pytest.param("zm", marks=pytest.mark.slow)])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    pack = load(request.param)
    form = compile_form(pack, "screening")
    path = tmp_path_factory.mktemp(pack.id) / "screening.xml"
    path.write_text(form.xform, encoding="utf-8")
    drawn = draw(pack, RANDOM_SETS[pack.id])
    sets = [g.typed for g in golden_sets(pack.id)]
    sets += [{q: a if isinstance(a, str) else " ".join(a) for q, a in answers.items()} for answers in drawn]
    kinds = kinds_of(form.xform)
    xmls = javarosa.fill(path, [*sets, *REFERRALS.values()])
    filled = [understood(xml, kinds, pack) for xml in xmls[: len(sets)]]
    return Run(pack, form, path, filled, dict(zip(REFERRALS, xmls[len(sets) :], strict=True)))


def understood(xml: bytes | list[str], kinds: Mapping[str, str], pack: Pack) -> Filled:
    assert isinstance(xml, bytes), f"the form refused the answers to {xml}"
    read = read_submission(xml, kinds)
    answers = typed_answers(read.answers, kinds)
    return Filled(xml, read.answers, answers, read_claims(read.answers), screen(answers, pack.ruleset))


def as_claims(screening: Screening) -> Claims:
    return Claims(
        needs={need.category: need.result for need in screening.needs},
        priority=screening.priority or "",
        lead_agency=screening.lead_agency or "",
        not_assessed=frozenset(screening.not_assessed),
    )


def test_pyxform_has_nothing_to_remark_and_odk_validate_accepts_the_form(run: Run) -> None:
    assert run.form.warnings == ()
    verdict = javarosa.validate(run.path)
    assert verdict.returncode == 0, verdict.stderr
    assert "Xform is valid" in verdict.stdout + verdict.stderr


def test_each_golden_set_is_kept_and_found_as_it_expects(run: Run) -> None:
    for golden, filled in zip(golden_sets(run.pack.id), run.filled, strict=False):
        kept = {q: golden.typed[q] for q in golden.kept}
        assert {q: filled.sent[q] for q in golden.answers if q in filled.sent} == kept, golden.file
        needs = golden.found["needs"]
        claims, expected = filled.claims, golden.found
        assert claims.needs == {need["category"]: need["level"] for need in needs}, golden.file
        assert (claims.priority, claims.lead_agency) == (expected["priority"], expected["lead"]), golden.file
        assert claims.not_assessed == set(expected["not_assessed"]), golden.file
        assert yes(filled, "fact_") == set(expected["facts"]), golden.file
        assert yes(filled, "raised_") == {id_.replace("-", "_") for id_ in expected["raised"]}, golden.file
        for need in needs:
            assert filled.sent[f"priority_{need['category']}"] == need["priority"], golden.file


def yes(filled: Filled, prefix: str) -> set[str]:
    """The calculations of a kind that say yes."""
    return {
        n.removeprefix(prefix) for n, value in filled.sent.items() if n.startswith(prefix) and value == "yes"
    }


def test_every_value_that_the_form_computes_is_that_of_the_rules(run: Run) -> None:
    kinds = kinds_of(run.form.xform)
    computed = {name for name, kind in kinds.items() if kind == "calculate"} - {"referral_agency_name"}
    assert len(run.filled) == len(golden_sets(run.pack.id)) + RANDOM_SETS[run.pack.id]
    for filled in run.filled:
        assert computed == computed_values(filled.answers, run.pack.ruleset).keys()
        assert not differing(filled.sent, kinds, filled.answers, run.pack.ruleset), filled.answers


def test_the_steps_and_actions_shown_are_those_of_the_rules(run: Run) -> None:
    labels = english_labels(run.form.xform)
    for filled in run.filled:
        shown = {element.tag for element in fromstring(filled.xml).iter()}
        steps = {
            (note.split("_", 1)[1].rsplit("_", 1)[0], int(n))
            for note in shown
            if note.startswith("do_")
            for n in re.findall(r"^(\d+)\. ", labels[note], flags=re.MULTILINE)
        }
        said = {note.removeprefix("action_") for note in shown if note.startswith("action_")}
        actions = filled.screening.actions
        assert steps == {(a.pathway.replace("-", "_"), a.n) for a in actions if a.kind == "step"}
        assert said == {a.do.removeprefix("action:") for a in actions if a.kind == "fact"}


def english_labels(xform: str) -> Mapping[str, str]:
    tree = fromstring(xform)
    translation = next(e for e in tree.iter() if e.tag.endswith("}translation"))
    return {
        text.get("id", "").rsplit("/", 1)[-1].removesuffix(":label"): text[0].text or ""
        for text in translation
    }


def test_the_answers_reach_every_category_and_both_results_of_trafficking(run: Run) -> None:
    found = {pair for filled in run.filled for pair in filled.claims.needs.items()}
    assert {category for category, _ in found} == set(run.pack.ruleset.order)
    assert {("victim_of_trafficking", "potential"), ("victim_of_trafficking", "presumed")} <= found


def test_none_beside_another_answer_is_refused_by_the_form(run: Run) -> None:
    assert run.referrals["none and more"] == ["volunteered"]


def test_a_referral_for_a_need_that_was_not_found_is_refused_by_the_form(run: Run) -> None:
    assert run.referrals["another need"] == ["referral_for"]


def test_without_a_yes_to_a_referral_no_name_is_asked(run: Run) -> None:
    assert "name_used" not in referral(run, "no").answers


def test_a_referral_fills_in_the_agency_that_leads_its_need(run: Run) -> None:
    read = referral(run, "yes")
    pathway = run.pack.ruleset.pathway_for("asylum_seeker", "adult")
    assert pathway is not None
    [row] = read.repeats["referral"]
    assert (row["referral_for"], row["referral_agency"]) == ("asylum_seeker", pathway.lead)
    assert read.answers["name_used"] == "Invented"


def referral(run: Run, which: str) -> ReadSubmission:
    xml = run.referrals[which]
    assert isinstance(xml, bytes)
    return read_submission(xml, kinds_of(run.form.xform))
