"""The install guide as a machine reads it: its blocks, and its paths moved below a folder of the test's own."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs/how-to/install.md"
DEPLOY = ROOT / "deploy"
BLOCK = re.compile(r"^```sh( run)?\n(.*?)^```$", re.M | re.S)
PLACES = re.compile(
    r"(?<![\w/.])(?=/(?:opt/kimbilio|etc/kimbilio|etc/systemd|var/lib/kimbilio|srv/kimbilio|usr/local/sbin))"
)


def blocks() -> list[tuple[bool, str]]:
    """Every block of shell, and whether it is marked to be run."""
    return [(bool(mark), text) for mark, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8"))]


def moved(text: str, below: Path) -> str:
    """The text with every place of the guide below another folder."""
    return PLACES.sub(str(below), text)


def unit(name: str) -> dict[str, list[str]]:
    """The settings of a systemd unit as delivered."""
    settings: dict[str, list[str]] = {}
    for line in (DEPLOY / "systemd" / name).read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            settings.setdefault(key, []).append(value)
    return settings


def environment_of(name: str, below: Path) -> dict[str, str]:
    """The environment that systemd would give a unit, from its files."""
    found: dict[str, str] = {}
    for file in unit(name)["EnvironmentFile"]:
        for line in Path(moved(file, below)).read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            found[key] = value
    return found


def commands_of(name: str, below: Path, environment: Mapping[str, str]) -> list[list[str]]:
    """What a unit starts, as lists of words."""
    filled = [
        re.sub(r"\$\{(\w+)\}", lambda found: environment[found[1]], line) for line in unit(name)["ExecStart"]
    ]
    return [shlex.split(moved(line, below).replace("%%", "%")) for line in filled]
