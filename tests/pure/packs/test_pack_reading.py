"""Packs are read as spreadsheets leave them, and give the same content from a folder and from a workbook."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kimbilio.packs import PackError, check, load
from kimbilio.packs.tables import read_folder
from kimbilio.packs.workbook import read_workbook, write_workbook
from tests.pure.packs.copies import Copy


def test_there_is_no_pack_of_that_name() -> None:
    with pytest.raises(PackError, match="no pack 'atlantis'"):
        load("atlantis")


def test_a_pack_with_a_faulty_rule_is_refused_with_the_command_that_explains(zz: Copy) -> None:
    zz.plant("pathways.yaml", 'is_adult: "not is_child and', 'is_adult: "not is_child nor')

    with pytest.raises(PackError) as refused:
        load(zz.folder)

    assert "kimbilio pack check" in refused.value.hint


def test_a_table_saved_by_a_spreadsheet_with_semicolons_reads_the_same(zz: Copy) -> None:
    before = load(zz.folder).content_hash
    path = zz.folder / "codes" / "bound.csv"
    lines = path.read_text(encoding="utf-8").replace(",", ";").replace("\n", "\r\n")

    path.write_text("\ufeff" + lines + ";\r\n;\r\n", encoding="utf-8", newline="")

    assert load(zz.folder).content_hash == before
    assert check(zz.folder) == []


def test_a_changed_word_changes_the_content(zz: Copy) -> None:
    before = load(zz.folder).content_hash
    zz.plant("codes/bed.csv", "A bed is held", "A bed is kept")

    assert load(zz.folder).content_hash != before


def test_packs_may_lie_in_a_folder_named_by_the_environment(
    zz: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    zz.plant("pack.yaml", "name_en: Zalonia", "name_en: Zalonia of the country team")
    monkeypatch.setenv("KIMBILIO_PACKS", str(zz.folder.parent))

    assert load("zz").name == "Zalonia of the country team"


@pytest.mark.parametrize("pack", ["zz", "zm"])
def test_a_workbook_holds_the_same_content_as_the_folder(pack: str, tmp_path: Path) -> None:
    loaded = load(pack)
    path = tmp_path / f"{pack}.xlsx"

    write_workbook(loaded.tables, path)
    again = load(path)

    assert again.content_hash == loaded.content_hash
    assert again.ruleset == loaded.ruleset
    assert [str(fault) for fault in check(path) if fault.level == "error"] == []


def test_a_fault_planted_in_excel_is_explained_by_the_row_of_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "zz.xlsx"
    write_workbook(load("zz").tables, path)
    book = openpyxl.load_workbook(path)
    sheet = book["screening.raises"]
    assert sheet["D7"].value == "TIP-00"
    sheet["D7"].value = "TIP-99"
    book.save(path)

    faults = [fault for fault in check(path) if fault.code == "unknown_indicator"]

    assert [(f.file, f.row, f.found) for f in faults] == [("forms/screening/raises.csv", 7, "TIP-99")]


def test_numbers_and_dates_that_excel_makes_of_texts_are_read_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "zz.xlsx"
    loaded = load("zz")
    write_workbook(loaded.tables, path)
    book = openpyxl.load_workbook(path)
    for row in book["laws"].iter_rows(min_row=2):
        row[4].value = int(row[4].value)
    book["screening.questions"]["A2"].value = 1.0
    book.save(path)

    assert load(path).content_hash == loaded.content_hash


def test_a_text_that_looks_like_a_formula_stays_a_text_in_the_workbook(zz: Copy, tmp_path: Path) -> None:
    zz.plant("codes/bed.csv", "A bed is held", '"=HYPERLINK(""https://example.org"")"')
    path = tmp_path / "zz.xlsx"

    write_workbook(read_folder(zz.folder), path)

    cell = openpyxl.load_workbook(path)["codes.bed"]["B2"]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("https://example.org")')


_plain = (
    st.none()
    | st.booleans()
    | st.integers()
    # Space around a cell's text is the typist's, not the pack's: the reader drops it
    | st.text(st.characters(codec="utf-8", exclude_categories=["C"])).map(str.strip)
)
_values = st.recursive(
    _plain,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), _values, min_size=1))
def test_any_yaml_value_comes_back_from_a_sheet_as_it_was(value: dict[str, Any], tmp_path: Path) -> None:
    tables = load("zz").tables
    document = dataclasses.replace(tables.document("pathways"), value=value)
    path = tmp_path / "any.xlsx"

    write_workbook(dataclasses.replace(tables, tables={}, documents={"pathways": document}), path)

    assert read_workbook(path).document("pathways").value == value


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_to_pathways_stops_the_checker_and_what_passes_it_loads(
    zz: Copy, data: st.DataObject
) -> None:
    path = zz.folder / "pathways.yaml"
    whole = path.read_text(encoding="utf-8")
    value = yaml.safe_load(whole)
    node: Any = value
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        deeper = isinstance(node[key], dict | list) and node[key]
        if not deeper or data.draw(st.booleans()):
            break
        node = node[key]
    damage = data.draw(st.sampled_from([None, "", "nonsense (", 7, True, [], ["x"], {}, {"a": 1}]))
    node[key] = damage
    try:
        path.write_text(json.dumps(value), encoding="utf-8")
        if not zz.errors():
            load(zz.folder)
    finally:
        path.write_text(whole, encoding="utf-8")
