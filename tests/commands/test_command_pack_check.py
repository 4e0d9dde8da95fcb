"""`kimbilio pack check` on a pack with a fault: exit 1, and the same fault as text and as JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kimbilio.packs import find_pack

COMMAND = Path(sys.executable).parent / "kimbilio"


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    folder = tmp_path / "zz"
    shutil.copytree(find_pack("zz"), folder)
    questions = folder / "forms" / "screening" / "questions.csv"
    text = questions.read_text(encoding="utf-8")
    questions.write_text(
        text.replace("Are you afraid to go back?", "How did you get past the border?"), "utf-8"
    )
    return folder


def _check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "pack", "check", *arguments], capture_output=True, encoding="utf-8", check=False
    )


def test_a_fault_is_said_with_file_row_and_remedy(faulty: Path) -> None:
    done = _check(faulty)

    assert done.returncode == 1
    assert (
        "error: forms/screening/questions.csv, row 15: question 'fear_return' asks what must" in done.stdout
    )
    assert "  hint: Delete the question" in done.stdout
    assert "zz: 1 error, 1 warning." in done.stdout


def test_the_same_fault_is_said_to_programs(faulty: Path) -> None:
    done = _check(faulty, "--format", "json")

    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert (said["errors"], said["warnings"]) == (1, 1)
    assert said["faults"][0]["file"] == "forms/screening/questions.csv"
    assert (said["faults"][0]["row"], said["faults"][0]["found"]) == (15, "How did you get past the border?")
