"""Sets one page layout with typst: reads a request from standard input, writes the PDF to standard output.

Runs as a program of its own within limits (`printing`), and imports nothing of the house. The request is JSON:
`root`, `template`, `fonts` (paths), `data` (handed to the layout as the input `data`, itself JSON) and `format`.
Nothing from `data` is ever part of the layout's source: a value cannot become an instruction.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import typst


def set_pages(asked: dict[str, Any]) -> bytes:
    """The PDF, or the first page as PNG. Raises typst.TypstError."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[asked["fonts"]])
    made = _compile(asked, fonts, standards=["ua-1"])
    return made[asked.get("page", 1) - 1] if isinstance(made, list) else bytes(made or b"")


def _compile(asked: dict[str, Any], fonts: typst.Fonts, standards: list[Any]) -> Any:
    picture = asked["format"] == "png"
    try:
        return typst.compile(
            asked["template"],
            root=asked["root"],
            font_paths=fonts,
            sys_inputs={"data": json.dumps(asked["data"], ensure_ascii=False)},
            format=asked["format"],
            ppi=asked.get("ppi") if picture else None,
            # PDF/UA-1 is refused by typst itself when a title, a language or a picture's words are missing
            pdf_standards=[] if picture else standards,
            timestamp=0,
        )
    except typst.TypstError as error:
        # Words in a script that our fonts lack stand as empty boxes: a sheet with a gap is better than none
        if standards and "could not be displayed" in error.message:
            return _compile(asked, fonts, [])
        raise


if __name__ == "__main__":
    sys.stdout.buffer.write(set_pages(json.load(sys.stdin)))
