"""Sheets become an XForm, and what each question of it takes.

CON-01 a text that a person would read as a dash is refused, cell by cell.
CON-02 pyxform's own complaint is passed on.
CON-03 the kinds of an XForm are read from the XForm alone.
"""

import pytest

from kimbilio.xlsforms import Workbook, WorkbookRefused, convert, kinds_of

EN, AR = "English (en)", "العربية (ar)"


def row(type_: str, name: str, **more: str) -> dict[str, str]:
    return {"type": type_, "name": name, f"label::{EN}": "Text", f"label::{AR}": "نص", **more}


CHOICES = [{"list_name": "l", "name": "yes", f"label::{EN}": "Yes", f"label::{AR}": "نعم"}]
SETTINGS = {"form_id": "zz_form", "form_title": "Z", "version": "1", "default_language": EN}


def form(*survey: dict[str, str], choices: list[dict[str, str]] = CHOICES) -> Workbook:
    return Workbook(survey=survey, choices=choices, settings=SETTINGS)


@pytest.mark.parametrize(
    ("workbook", "place"),
    [
        pytest.param(
            form(row("text", "a"), row("text", "b") | {f"label::{AR}": ""}),
            f"survey, row 3, column 'label::{AR}'",
            id="an empty cell",
        ),
        pytest.param(
            form(row("text", "a", **{f"hint::{EN}": "Help"})),
            f"survey, row 2, column 'hint::{AR}'",
            id="a column that is not there",
        ),
        pytest.param(
            form(row("text", "a") | {f"label::{AR}": "-"}),
            f"survey, row 2, column 'label::{AR}'",
            id="a lone dash",
        ),
        pytest.param(
            form(row("select_one l", "a"), choices=[{"list_name": "l", "name": "n", f"label::{EN}": "No"}]),
            f"choices, row 2, column 'label::{AR}'",
            id="a choice",
        ),
        pytest.param(
            form(row("text", "a"), {"type": "text", "name": "b", "label": "Text"}),
            "survey, row 3, column 'label'",
            id="a text under no language",
        ),
    ],
)
def test_a_text_without_its_translation_is_refused_at_its_cell(workbook: Workbook, place: str) -> None:
    with pytest.raises(WorkbookRefused) as caught:
        convert(workbook)
    assert place in str(caught.value)


def test_what_pyxform_cannot_read_is_refused_in_its_own_words() -> None:
    with pytest.raises(WorkbookRefused, match="nowhere"):
        convert(form(row("text", "a", relevant="${nowhere} = 'x'")))


def test_the_form_is_made_without_remarks_and_without_dashes() -> None:
    xform = convert(form(row("select_one l", "a"), row("integer", "b")))
    assert xform.warnings == ()
    assert "<value>-</value>" not in xform.xml
    assert 'id="zz_form" version="1"' in xform.xml


def test_the_kinds_of_a_form_are_read_from_the_form_alone() -> None:
    xform = convert(
        form(
            {"type": "start", "name": "start"},
            row("begin_group", "page", relevant="true()"),
            row("select_one l", "one"),
            row("select_multiple l", "many"),
            row("integer", "count"),
            row("text", "words"),
            row("image", "photo"),
            row("note", "advice"),
            {"type": "end_group", "name": "page"},
            {"type": "calculate", "name": "sum", "calculation": "1 + 1"},
            row("begin_repeat", "again"),
            row("date", "day"),
            {"type": "end_repeat", "name": "again"},
        )
    )
    assert kinds_of(xform.xml) == {
        "start": "metadata",
        "one": "select_one",
        "many": "select_multiple",
        "count": "integer",
        "words": "text",
        "photo": "file",
        "advice": "note",
        "sum": "calculate",
        "again": "repeat",
        "day": "date",
        "instanceID": "metadata",
    }
