"""The compiled screening form, run by JavaRosa, finds what the rules find.

AGR-01 pyxform makes the form without remarks and ODK Validate accepts it.
AGR-02 needs, priority, lead and what is not assessed are those of the rules, and those worked out by hand.
AGR-03 every fact, and every step shown, is that of the rules.
AGR-04 the random answers reach every category, so that agreement is not agreement on nothing.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from kimbilio.packs import Pack, load
from kimbilio.packs.compiler import CompiledForm, compile_form
from kimbilio.packs.form_names import Claims, read_claims
from kimbilio.packs.form_questions import ALONE
from kimbilio.rules import Screening, screen
from kimbilio.xlsforms import ReadSubmission, kinds_of, read_submission, typed_answers
from tests.pure.forms_agree import javarosa
from tests.pure.forms_agree.vignettes import ZM, ZZ, Vignette

PACKS = {"zz": ZZ, "zm": ZM}
RANDOM_SETS = 100
AFRAID = {"volunteered": "afraid_to_go_back", "referral_for": "asylum_seeker", "name_used": "Invented"}
REFERRALS = {
    "yes": AFRAID | {"consent_refer": "yes"},
    "no": AFRAID | {"consent_refer": "no"},
    "another need": AFRAID | {"referral_for": "child_alone"},
    "none and more": AFRAID | {"volunteered": "none afraid_to_go_back"},
}
LIKELY = {"consent_talk": "yes", "interpreter": "none_needed", "private_place": "yes", "worked": "yes"}


@dataclass(frozen=True)
class Filled:
    """One form as a phone would send it, and what the rules make of the same answers."""

    xml: bytes
    answers: Mapping[str, str]
    claims: Claims
    screening: Screening


@dataclass(frozen=True)
class Run:
    """One pack's form, and it filled: the vignettes in their order, the random sets, the referrals."""

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
    sets = [vignette.answers for vignette in PACKS[pack.id]] + list(random_sets(pack))
    kinds = kinds_of(form.xform)
    xmls = javarosa.fill(path, [*sets, *REFERRALS.values()])
    filled = [understood(xml, kinds, pack) for xml in xmls[: len(sets)]]
    return Run(pack, form, path, filled, dict(zip(REFERRALS, xmls[len(sets) :], strict=True)))


def random_sets(pack: Pack) -> Iterator[Mapping[str, str]]:
    """Answers to questions at random; the form itself leaves out those it does not show."""
    dice = random.Random(f"{pack.id} 1871")
    for _ in range(RANDOM_SETS):
        answers = {}
        for question in pack.forms["screening"].questions:
            if question.name in LIKELY and dice.random() < 0.8:
                answers[question.name] = LIKELY[question.name]
            elif question.list == "pack:category":
                continue  # a referral is drawn in tests of its own
            elif question.list and dice.random() < 0.6:
                codes = [option.code for option in pack.options("screening", question.list)]
                answers[question.name] = drawn(question.type, codes, dice)
            elif question.type == "text":
                answers[question.name] = "invented"
        yield answers


def drawn(type_: str, codes: list[str], dice: random.Random) -> str:
    several = [code for code in codes if code not in ALONE]
    if type_ == "select_multiple" and dice.random() < 0.8:
        return " ".join(dice.sample(several, dice.randint(1, min(3, len(several)))))
    return dice.choice(codes)


def understood(xml: bytes | list[str], kinds: Mapping[str, str], pack: Pack) -> Filled:
    assert isinstance(xml, bytes), f"the form refused the answers to {xml}"
    read = read_submission(xml, kinds)
    answers = typed_answers(read.answers, kinds)
    return Filled(xml, read.answers, read_claims(read.answers), screen(answers, pack.ruleset))


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


def test_each_vignette_is_found_as_worked_out_by_hand(run: Run) -> None:
    for vignette, filled in zip(PACKS[run.pack.id], run.filled, strict=False):
        assert_vignette(vignette, filled.claims)


def assert_vignette(vignette: Vignette, claims: Claims) -> None:
    found = (claims.needs, claims.priority, claims.lead_agency)
    assert found == (vignette.needs, vignette.priority, vignette.lead), vignette.name


def test_the_form_claims_what_the_rules_find(run: Run) -> None:
    assert len(run.filled) == len(PACKS[run.pack.id]) + RANDOM_SETS
    for filled in run.filled:
        assert filled.claims == as_claims(filled.screening), dict(filled.answers)


def test_each_fact_of_the_form_is_that_of_the_rules(run: Run) -> None:
    for filled in run.filled:
        facts = {name for name in filled.screening.facts if filled.answers.get(f"fact_{name}") == "yes"}
        assert facts == {name for name, holds in filled.screening.facts.items() if holds}, dict(
            filled.answers
        )


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
