"""Runs forms through JavaRosa, the engine of ODK Collect, which lies inside the pyxform wheel.

Knows how to call it and read what it prints. Does not know any form.
"""

import base64
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

import pytest

JAR = Path(str(files("pyxform"))) / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
FILL = Path(__file__).with_name("Fill.java")
SHOW = Path(__file__).with_name("Show.java")


def java() -> str:
    """The java command; skips the test, aloud, on a machine without a JDK."""
    found = shutil.which("java")
    if not found or not shutil.which("javac"):
        pytest.skip(
            "no JDK on this machine: the form is not held against JavaRosa. Install openjdk-17-jdk-headless."
        )
    return found


def validate(form: Path) -> subprocess.CompletedProcess[str]:
    """ODK Validate's verdict on a form."""
    return subprocess.run([java(), "-jar", str(JAR), str(form)], capture_output=True, text=True, check=False)


def fill(
    form: Path, sets: Iterable[Mapping[str, str]], *, lists: Path | None = None
) -> list[bytes | list[str]]:
    """Fill the form with each answer set: the submission a client would send, or the questions it refused.

    `lists` is the folder of the CSV files that the form draws on.
    """
    lines = "".join(
        "\t".join(f"{name}={value}" for name, value in answers.items()) + "\n" for answers in sets
    )
    run = subprocess.run(
        [java(), "-cp", str(JAR), str(FILL), str(form), *([str(lists)] if lists else [])],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return [_read(line) for line in run.stdout.splitlines()]


def show(form: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """What stands beside each question (`age_band`) and choice (`yes_no=yes`), by language: picture, voice."""
    run = subprocess.run(
        [java(), "-cp", str(JAR), str(SHOW), str(form)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    lines = [line.split("\t") for line in run.stdout.splitlines()]
    return {(language, name): (picture, voice) for language, name, picture, voice in lines}


def _read(line: str) -> bytes | list[str]:
    verdict, _, rest = line.partition(" ")
    return base64.b64decode(rest) if verdict == "OK" else rest.split()
