"""Contrast of the tokens, computed as WCAG 2.2 defines it: 7:1 for text, 3:1 for edges."""

import re
from pathlib import Path

import pytest

from kimbilio.server.ui import vendor

TOKENS = Path(vendor.DESTINATION.parent / "tokens.css").read_text()
TEXT = [
    ("ink", "paper"),
    ("ink", "sheet"),
    ("ink-soft", "paper"),
    ("ink-soft", "sheet"),
    ("accent", "paper"),
    ("accent", "sheet"),
    ("accent", "accent-wash"),
    ("ink", "accent-wash"),
    ("on-accent", "accent"),
    ("on-emergency", "emergency"),
    ("emergency", "paper"),
    ("urgent", "urgent-wash"),
    ("paper", "ink"),
]
EDGES = [("edge", "sheet"), ("edge", "paper")]


def values(light: str) -> dict[str, str]:
    paper, sun = TOKENS.split('[data-light="sun"]')
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", paper))
    if light == "sun":
        found |= dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", sun.split("@media")[0]))
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("light", ["paper", "sun"])
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_stands_out_seven_to_one(light: str, front: str, back: str) -> None:
    colours = values(light)
    assert contrast(colours[front], colours[back]) >= 7


@pytest.mark.parametrize("light", ["paper", "sun"])
@pytest.mark.parametrize(("front", "back"), EDGES)
def test_edges_stand_out_three_to_one(light: str, front: str, back: str) -> None:
    colours = values(light)
    assert contrast(colours[front], colours[back]) >= 3
