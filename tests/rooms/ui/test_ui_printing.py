"""Paper: what goes in only as data, comes out the same everywhere, and can be read aloud by a machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from kimbilio.server.kernel.bounded import ProgramFailed
from kimbilio.server.ui import printing

LAYOUT = """
#import "/ui/paper/page.typ": base, data, qr
#show: base
= #data.title
#for line in data.lines { block(line) }
#qr(data.qr, 2cm, data.title)
"""


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A layout in a root of its own, beside a copy of what all papers share."""
    (tmp_path / "ui/paper").mkdir(parents=True)
    shared = Path(printing.__file__).with_name("paper") / "page.typ"
    (tmp_path / "ui/paper/page.typ").write_bytes(shared.read_bytes())
    monkeypatch.setattr(printing, "_SERVER", tmp_path)
    path = tmp_path / "card.typ"
    path.write_text(LAYOUT)
    return path


def data(*lines: str, language: str = "en", direction: str = "ltr") -> dict[str, Any]:
    return {
        "title": "Card",
        "language": language,
        "direction": direction,
        "lines": list(lines),
        "qr": printing.qr("S-7Q4M-2XPB-5/1"),
    }


def test_a_layout_that_does_not_fit_its_data_fails_and_makes_no_page(layout: Path) -> None:
    with pytest.raises(ProgramFailed):
        printing.pdf(layout, {"title": "Card", "language": "en", "direction": "ltr"})


def test_without_the_fonts_the_remedy_is_named(
    layout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "FONTS", tmp_path / "nothing")
    with pytest.raises(printing.FontsMissing) as missing:
        printing.pdf(layout, data("x"))
    assert "make setup" in missing.value.hint


def test_a_value_never_becomes_an_instruction(layout: Path) -> None:
    typed = printing.pdf(
        layout, data('#panic("no")', '#read("/etc/passwd")', "] #sys.inputs [", "$ x", "*b*", '"')
    )
    assert typed.startswith(b"%PDF-")


def test_the_same_data_make_the_same_bytes_whatever_the_machine_is_set_to(
    layout: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    once = printing.pdf(layout, data("one"))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    monkeypatch.setenv("TYPST_FONT_PATHS", "/usr/share/fonts")
    monkeypatch.chdir(tmp_path)
    assert printing.pdf(layout, data("one")) == once
    assert printing.pdf(layout, data("two")) != once


@pytest.mark.parametrize(
    ("language", "direction", "line"),
    [
        ("en", "ltr", "Opening hours"),
        ("fr", "ltr", "Où, à côté, œuvre « ici »"),
        ("sw", "ltr", "Saa za kazi"),
        ("ar", "rtl", "رقم الهاتف: +260 000 000"),
        ("am", "ltr", "ስልክ ቁጥር"),
    ],
)
def test_each_language_has_its_letters_and_is_tagged_to_be_read_aloud(
    layout: Path, language: str, direction: str, line: str
) -> None:
    # PDF/UA-1 is refused for a letter that no font has, so the mark also says that every letter is there
    made = printing.pdf(layout, data(line, language=language, direction=direction))
    assert b"pdfuaid" in made
    assert f"<rdf:li>{language}</rdf:li>".encode() in made


def test_a_letter_that_no_font_has_does_not_keep_the_rest_from_being_printed(layout: Path) -> None:
    made = printing.pdf(layout, data("한국어 and the rest"))
    assert made.startswith(b"%PDF-")
    assert b"pdfuaid" not in made


def test_nothing_is_left_behind_on_the_disk(layout: Path, tmp_path: Path) -> None:
    before = sorted(path for path in tmp_path.rglob("*"))
    printing.pdf(layout, data(f"a value of {os.getpid()}"))
    assert sorted(path for path in tmp_path.rglob("*")) == before
