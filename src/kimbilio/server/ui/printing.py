"""Paper: a page layout of a room, filled with data, as a PDF. The same data make the same bytes everywhere.

Knows the limits within which pages are set, and the fonts, which are the project's own. Knows no layout and no
person; a room keeps its layouts in `paper/*.typ` and hands over plain values. Starts without Django.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import segno

from kimbilio.server.kernel import bounded

_SERVER = Path(__file__).resolve().parent.parent
_PROGRAM = Path(__file__).with_name("typesetting.py")
FONTS = Path(__file__).with_name("fonts")

SECONDS = 30
MEMORY = 4 * 1024**3  # address space; typst starts a thread for each core, and each reserves its stack
OUTPUT = 20 * 1024**2


class FontsMissing(RuntimeError):
    """The fonts for paper are not there. Run `make setup`, then try again."""

    hint = "Run `make setup`; it copies them from the npm packages of package.json."

    def __init__(self) -> None:
        super().__init__(f"the fonts for paper are not in {FONTS}")


def pdf(layout: Path, data: Mapping[str, Any]) -> bytes:
    """The layout filled with `data` (JSON values), as tagged PDF (PDF/UA-1).

    Raises FontsMissing, OverLimit, ProgramFailed (a layout that does not fit its data).
    """
    return _set(layout, data, {"format": "pdf"})


def picture(layout: Path, data: Mapping[str, Any], *, page: int = 1, ppi: int = 96) -> bytes:
    """One page as PNG, to look at. Raises as `pdf` does."""
    return _set(layout, data, {"format": "png", "page": page, "ppi": ppi})


def qr(text: str) -> str:
    """A QR code as SVG, without a margin: the layout leaves the room. Error correction M, for photocopies."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(drawn, kind="svg", border=0, xmldecl=False)
    return drawn.getvalue().decode().strip()


def _set(layout: Path, data: Mapping[str, Any], how: Mapping[str, Any]) -> bytes:
    if not any(FONTS.glob("*.ttf")):
        raise FontsMissing
    asked = {"root": str(_SERVER), "template": str(layout), "fonts": str(FONTS), "data": data, **how}
    return bounded.run(
        # Isolated (-I): neither the folder nor the environment of the caller decides what is imported
        [sys.executable, "-I", str(_PROGRAM)],
        given=json.dumps(asked, ensure_ascii=False).encode(),
        seconds=SECONDS,
        memory=MEMORY,
        output=OUTPUT,
        environment={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )
