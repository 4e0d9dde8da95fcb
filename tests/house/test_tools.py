"""Lint, types and directions of import, as the tools see them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

BIN = Path(sys.executable).parent

TOOLS = {
    "ruff": ["ruff", "check", "--output-format=concise", "."],
    "mypy": ["mypy"],
    "import-linter": ["lint-imports", "--no-logo"],
}


@pytest.mark.slow
@pytest.mark.parametrize("tool", TOOLS)
def test_nothing_is_found_by(tool: str) -> None:
    command = [str(BIN / TOOLS[tool][0]), *TOOLS[tool][1:]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{tool} found:\n{done.stdout}{done.stderr}"
