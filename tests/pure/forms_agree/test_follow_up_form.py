"""The form that draws on the officer's own list, run by JavaRosa with a list as the server writes it."""

from pathlib import Path

import pytest

from kimbilio.packs import load
from kimbilio.packs.compiler import compile_form
from kimbilio.xlsforms import EntityDeclared, kinds_of, read_entities, read_submission
from tests.pure.forms_agree import javarosa

MINE, OTHER = "01a11111-0000-7000-8000-000000000001", "01a11111-0000-7000-8000-000000000002"
CASES = f"""name,label,__version,needs
{MINE},K-AAAA-AAAA-A,4,victim_of_trafficking stranded_migrant
{OTHER},K-BBBB-BBBB-B,1,
"""


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> list[bytes | list[str]]:
    """What a client sends for a case of the list, and for one that is not on it."""
    folder = tmp_path_factory.mktemp("follow_up")
    path: Path = folder / "form.xml"
    path.write_text(compile_form(load("zz"), "follow_up").xform, encoding="utf-8")
    (folder / "cases.csv").write_text(CASES, encoding="utf-8")
    answers = {"met_again": "met", "how_now": "worse", "follow_up_note": "ينام في الخارج"}
    sets = [{"which_case": case, **answers} for case in (MINE, "01a11111-0000-7000-8000-00000000000f")]
    return javarosa.fill(path, sets, lists=folder)


def test_a_case_that_is_not_on_the_phone_cannot_be_chosen(sent: list[bytes | list[str]]) -> None:
    assert sent[1] == ["which_case"]


def test_the_chosen_case_its_version_and_its_needs_stand_in_what_is_sent(
    sent: list[bytes | list[str]],
) -> None:
    xml = sent[0]
    assert isinstance(xml, bytes)
    assert read_entities(xml) == (EntityDeclared("cases", MINE, False, True, 4, None, ""),)
    answers = read_submission(xml, kinds_of(compile_form(load("zz"), "follow_up").xform)).answers
    assert answers == {
        "which_case": MINE,
        "which_case_needs": "victim_of_trafficking stranded_migrant",
        "met_again": "met",
        "how_now": "worse",
        "follow_up_note": "ينام في الخارج",
    }
