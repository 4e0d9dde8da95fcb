"""A pack with a form beside its screening, and a list of the officer's own that it draws on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kimbilio.packs import load
from kimbilio.packs.compiler import compile_form
from kimbilio.xlsforms import lists_of
from tests.pure.forms_agree import javarosa
from tests.pure.packs.copies import Copy

FOLLOW_UP = "forms/follow_up/questions.csv"


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "found"),
    [
        ("pack.yaml", "cases: {columns: [needs]}", "cases: {columns: [name]}", "list_column", "name"),
        (
            "pack.yaml",
            "cases: {columns: [needs]}",
            "cases: {columns: [where_found]}",
            "list_column",
            "where_found",
        ),
        ("pack.yaml", "cases: {columns: [needs]}", "people: {columns: [needs]}", "unknown_list", "people"),
        ("pack.yaml", "cases: {columns: [needs]}", "cases: [needs]", "about_lists", ""),
        (FOLLOW_UP, "list:cases", "list:persons", "unknown_list", "list:persons"),
        (FOLLOW_UP, "select_one list:cases", "select_multiple list:cases", "list_not_once", "list:cases"),
        (FOLLOW_UP, "select_one how_now", "select_one list:cases", "list_not_once", "list:cases"),
        (FOLLOW_UP, "select_one how_now", "select_one how_when", "unknown_list", "how_when"),
        (FOLLOW_UP, "met_again = met,", "met_again = meet,", "unknown_choice", "meet"),
        (FOLLOW_UP, "met_again = met,", "may_talk,", "unknown_fact", "may_talk"),
        (FOLLOW_UP, "met_again = met,", "need(any),", "not_in_this_form", "need(any)"),
        (FOLLOW_UP, "How is it going now?", "Why did you cross?", "never_ask", "Why did you cross?"),
        (
            FOLLOW_UP,
            "how_now,select_one how_now",
            "sex,select_one how_now",
            "two_texts",
            "Sex or gender, as you say",
        ),
        (
            "forms/screening/questions.csv",
            "sex,select_one sex",
            "sex,select_one list:cases",
            "list_in_screening",
            "list:cases",
        ),
    ],
)
def test_a_fault_of_a_second_form_or_of_its_list_is_explained(
    zz: Copy, file: str, old: str, new: str, code: str, found: str
) -> None:
    zz.plant(file, old, new)
    assert (code, found) in {(fault.code, fault.found) for fault in zz.errors()}


def test_a_form_that_pack_yaml_names_and_that_is_not_there_is_missed(zz: Copy) -> None:
    shutil.rmtree(zz.folder / "forms" / "follow_up")
    missed = {fault.file for fault in zz.errors() if fault.code == "missing_file"}
    assert missed == {"forms/follow_up/questions.csv", "forms/follow_up/choices.csv"}


def test_a_form_that_pack_yaml_does_not_name_is_read_by_nobody(zz: Copy) -> None:
    zz.plant("pack.yaml", "forms: [screening, follow_up]", "forms: [screening]")
    unread = {fault.file for fault in zz.faults() if fault.code == "unknown_file"}
    assert unread == {"forms/follow_up/questions.csv", "forms/follow_up/choices.csv"}


def test_a_form_beside_the_screening_works_out_no_law_and_updates_the_chosen_record() -> None:
    form = compile_form(load("zz"), "follow_up")
    assert lists_of(form.xform) == ("cases",)
    assert "needs_found" not in form.xform
    assert (
        '<entity dataset="cases" update="1" baseVersion="" trunkVersion="" branchId="" id=""/>' in form.xform
    )
    assert 'required="true()"' in form.xform
    assert lists_of(compile_form(load("zz")).xform) == ()


def test_odk_validate_accepts_the_form_with_its_list(tmp_path: Path) -> None:
    form = compile_form(load("zz"), "follow_up")
    path = tmp_path / "follow_up.xml"
    path.write_text(form.xform, encoding="utf-8")
    run = javarosa.validate(path)
    assert run.returncode == 0, run.stderr
    assert form.warnings == ()
