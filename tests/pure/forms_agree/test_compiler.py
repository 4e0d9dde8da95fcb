"""The compiled form as a document.

COM-01 a text without its translation is refused.
COM-02 version and hash change with any change, and with nothing else.
COM-03 the form asks, shows and calculates in the one safe way.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from defusedxml.ElementTree import fromstring

from kimbilio.packs import Pack, load
from kimbilio.packs.compiler import CompiledForm, compile_form
from kimbilio.packs.faults import PackError
from kimbilio.packs.form_names import CALCULATIONS
from kimbilio.packs.reader import find_pack
from kimbilio.xlsforms import kinds_of


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load("zz")


@pytest.fixture(scope="module")
def form(pack: Pack) -> CompiledForm:
    return compile_form(pack, "screening")


def without(pack: Pack, key: str) -> Mapping[str, Mapping[str, str]]:
    return {
        language: {k: t for k, t in texts.items() if k != key}
        for language, texts in pack.translations.items()
    }


@pytest.mark.parametrize(
    "key", ["question:sex", "choice:sex:man", "step:ZZZ-asylum:1", "law:WORK-01", "priority:urgent"]
)
def test_a_text_that_a_complete_language_lacks_is_refused_by_its_key(pack: Pack, key: str) -> None:
    with pytest.raises(PackError, match=f"ar {key}"):
        compile_form(replace(pack, translations=without(pack, key)))


def test_a_language_in_which_the_first_questions_cannot_be_asked_is_not_offered(
    pack: Pack, form: CompiledForm
) -> None:
    offered = re.findall(r'<translation lang="([^"]+)"', form.xform)
    assert offered == ["English (en)", "العربية (ar)"]
    assert any(not language.complete for language in pack.languages)


@pytest.mark.parametrize(
    ("file", "old", "new", "changes"),
    [
        ("services.csv", "ZZZ-CARE", "ZZZ-GATE", True),
        ("translations/ar.csv", "الجنس أو النوع الاجتماعي كما تقول", "نص آخر", True),
        ("practice/people.csv", ",yes,", ",yes,A new name for ", False),
    ],
)
def test_the_version_changes_with_any_change_but_of_the_people_to_practise_on(
    form: CompiledForm, tmp_path: Path, file: str, old: str, new: str, changes: bool
) -> None:
    folder = Path(shutil.copytree(find_pack("zz"), tmp_path / "zz"))
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    changed = compile_form(load(folder))
    assert (changed.version != form.version) is changes
    assert (changed.hash != form.hash) is changes


def test_the_same_pack_makes_the_same_form_in_another_process(form: CompiledForm) -> None:
    code = "from kimbilio.packs import load, compiler; print(compiler.compile_form(load('zz')).hash)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONHASHSEED": "12345"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == form.hash


def test_the_hash_is_that_of_the_bytes_and_the_version_is_the_one_written_inside(form: CompiledForm) -> None:
    assert form.hash == f"md5:{hashlib.md5(form.xform.encode(), usedforsecurity=False).hexdigest()}"
    assert f'<data id="kimbilio_zz_screening" version="{form.version}">' in form.xform
    assert len(form.version) <= 249


def test_no_formula_makes_a_number_of_an_answer(form: CompiledForm) -> None:
    assert "number(" not in form.xform
    assert not re.search(r"(?:!=|&lt;)", form.xform)


def test_no_count_of_indicators_is_ever_shown(form: CompiledForm) -> None:
    shown = re.findall(r'<output value="([^"]+)"', form.xform)
    relevant = re.findall(r' relevant="([^"]+)"', form.xform)
    assert not any("/count_" in path or "/raised_" in path for path in [*shown, *relevant])


def test_every_calculation_has_a_documented_name(pack: Pack, form: CompiledForm) -> None:
    documented = [re.compile(re.sub("<[a-z]+>", "[A-Za-z0-9_]+", name)) for name in CALCULATIONS]
    kinds = kinds_of(form.xform)
    calculations = {name for name, kind in kinds.items() if kind == "calculate"} - {"referral_agency_name"}
    assert calculations
    assert not [name for name in calculations if not any(p.fullmatch(name) for p in documented)]
    assert not calculations & {question.name for question in pack.forms["screening"].questions}


def test_every_question_of_the_pack_is_asked(pack: Pack, form: CompiledForm) -> None:
    asked = set(kinds_of(form.xform))
    assert {q.name for q in pack.forms["screening"].questions if q.type != "end_repeat"} <= asked


def test_the_client_is_asked_for_its_times_and_device_and_for_nothing_that_names_the_officer(
    form: CompiledForm,
) -> None:
    binds = [element.attrib for element in fromstring(form.xform).iter() if element.tag.endswith("}bind")]
    preloads = {
        bind["{http://openrosa.org/javarosa}preloadParams"]
        for bind in binds
        if any("preloadParams" in key for key in bind)
    }
    assert preloads == {"start", "end", "deviceid"}


def test_the_law_and_the_agency_of_a_pathway_stand_in_its_notes(pack: Pack, form: CompiledForm) -> None:
    law = pack.law_for("WORK-01")
    assert f"{law.instrument}, {law.article}: {law.sentence}" in form.xform
    assert pack.text("agency:ZZZ-HAVEN", "ar") in form.xform
