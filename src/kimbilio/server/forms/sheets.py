"""A form on paper as a PDF: blank, or filled in. Each sheet has a number of its own, as text and as a QR on every page.

Knows what stands in the QR: the number and the page, on a blank sheet the form's version too, never anything of a
person and no address of a server. Registers nothing (`services`) and starts without Django.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kimbilio.packs import Pack
from kimbilio.packs.paper import Answers, paper_form
from kimbilio.server.ui import printing

LAYOUT = Path(__file__).with_name("paper") / "form.typ"
MOST_PAGES = 60
"""For how many pages a QR is drawn; the pages after them repeat the last."""


def blank_sheet(pack: Pack, *, kind: str, form_id: str, version: str, language: str, number: str) -> bytes:
    """The blank form. Raises FontsMissing, OverLimit, ProgramFailed; KeyError for a form the pack does not have."""
    document = paper_form(pack, kind, language, version=version)
    # Whoever types the sheet in must know which questions were printed, even where nobody registered it
    return printing.pdf(LAYOUT, _numbered(document, form_id, number, f" {form_id} {version}"))


def filled_sheet(
    pack: Pack,
    *,
    kind: str,
    form_id: str,
    version: str,
    language: str,
    number: str,
    answers: Answers,
    repeats: Mapping[str, Sequence[Answers]],
) -> bytes:
    """The form with its answers, without the name. Raises as `blank_sheet` does."""
    document = paper_form(pack, kind, language, version=version, answers=answers, repeats=repeats)
    return printing.pdf(LAYOUT, _numbered(document, form_id, number))


def _numbered(document: dict[str, Any], form_id: str, number: str, beside: str = "") -> dict[str, Any]:
    codes = [printing.qr(f"{number}/{page}{beside}") for page in range(1, MOST_PAGES + 1)]
    return {**document, "sheet": {"number": number, "form": form_id, "codes": codes}}
