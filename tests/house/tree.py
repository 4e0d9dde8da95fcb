"""The files of the project as a clean clone would have them; the order of the rooms from .importlinter."""

from __future__ import annotations

import configparser
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = frozenset(
    {
        ".py",
        ".md",
        ".toml",
        ".lock",
        ".json",
        ".yaml",
        ".yml",
        ".csv",
        ".html",
        ".css",
        ".js",
        ".po",
        ".txt",
        ".xml",
        "",
    }
)


@cache
def files() -> tuple[Path, ...]:
    """Everything that is, or would be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607  # git of the path
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def texts() -> list[tuple[str, str]]:
    """Name and content of every text file."""
    return [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for path in files()
        if path.suffix in TEXT
    ]


def rooms() -> list[str]:
    """The rooms, from the lowest up."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    layers = contracts["importlinter:contract:rooms"]["layers"].split()
    return [room for room in reversed(layers) if room != "|"]
