"""Pages carry no style and no script of their own: the content security policy would refuse them."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT

TEMPLATES = sorted((ROOT / "src/kimbilio/server").rglob("templates/**/*.html"))
TAG = re.compile(r"<[a-zA-Z][^>]*>", re.DOTALL)
ON = re.compile(r"\s(?:on[a-z]+|hx-on[:a-z-]*|style)\s*=", re.IGNORECASE)
SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")[^>]*>\s*[^<\s]", re.IGNORECASE)
COMMENT = re.compile(r"{#.*?#}|{%\s*comment\s*%}.*?{%\s*endcomment\s*%}", re.DOTALL)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: "/".join(path.parts[-3:]))
def test_a_template_has_no_inline_style_or_script(template: object) -> None:
    text = COMMENT.sub("", template.read_text(encoding="utf-8"))  # type: ignore[attr-defined]  # a Path
    assert not [tag for tag in TAG.findall(text) if ON.search(tag)]
    assert "<style" not in text.lower()
    assert not SCRIPT.search(text)
