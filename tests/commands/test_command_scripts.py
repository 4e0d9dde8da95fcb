"""Runs the command itself by scripts that read like a session: tests/commands/*.txt.

A line `$ …` is a command, run in an empty folder; the lines after it must stand in what it says, in that
order, whatever stands between them; `! …` must not stand in it; `exit N` is its exit code, 0 when nothing is
said. A line `-- NAME --` begins the content of an input file.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

HERE = Path(__file__).parent
COMMAND = Path(sys.executable).parent / "kimbilio"


@dataclass
class Step:
    """One command and what is expected of it."""

    command: str
    wanted: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    code: int = 0


def _read(script: Path) -> tuple[list[Step], dict[str, str]]:
    session, *files = re.split(r"^-- (.+) --\n", script.read_text(encoding="utf-8"), flags=re.MULTILINE)
    steps: list[Step] = []
    for line in session.splitlines():
        if line.startswith("$ "):
            steps.append(Step(line[2:]))
        elif line.startswith("! "):
            steps[-1].unwanted.append(line[2:])
        elif line.startswith("exit "):
            steps[-1].code = int(line[5:])
        elif line and not line.startswith("#"):
            steps[-1].wanted.append(line)
    return steps, dict(zip(files[::2], files[1::2], strict=True))


@pytest.mark.parametrize("script", sorted(HERE.glob("*.txt")), ids=lambda script: script.stem)
def test_the_command_says_what_the_script_expects(script: Path, tmp_path: Path) -> None:
    steps, files = _read(script)
    assert steps
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    for step in steps:
        program, *arguments = shlex.split(step.command)
        assert program == "kimbilio"
        done = subprocess.run(
            [COMMAND, *arguments],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "100", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        said = " ".join((done.stdout + done.stderr).split())  # where a line wraps is not promised
        assert done.returncode == step.code, f"$ {step.command}\n{said}"
        at = 0
        for line in step.wanted:
            words = " ".join(line.split())
            found = said.find(words, at)
            assert found >= 0, f"$ {step.command}\nexpected here: {words}\n{said[at:]}"
            at = found + len(words)
        for line in step.unwanted:
            assert line not in said, f"$ {step.command}\n{said}"


def test_a_screening_starts_without_django_and_without_what_only_workbooks_and_forms_need(
    tmp_path: Path,
) -> None:
    (tmp_path / "answers.json").write_text('{"consent_talk": "yes"}', encoding="utf-8")
    program = (
        "import sys; from kimbilio.cli import main\n"
        "code = main(['screen', 'answers.json', '--pack', 'zz', '--format', 'json'])\n"
        "heavy = {'django', 'openpyxl', 'pyxform', 'psycopg'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else code)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 0, done.stderr
