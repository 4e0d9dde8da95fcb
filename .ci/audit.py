"""What `make audit` does: ask whether faults are known in the packages that are locked, Python's and JavaScript's.

Ends with 0 when none is known, 1 when one is, 2 when somebody could not be asked: silence is no answer. Needs
pip-audit beside this interpreter, and npm.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PYTHON = (
    str(Path(sys.executable).parent / "pip-audit"),
    "--requirement=requirements.lock",
    "--no-deps",
    "--disable-pip",
    "--progress-spinner=off",
    "--format=json",
)
JAVASCRIPT = ("npm", "audit", "--package-lock-only", "--json")


class NotAsked(Exception):
    """The advisories could not be read; the message is the tool's last line."""


def answer_of(command: Sequence[str]) -> dict[str, Any]:
    """What a tool says, as JSON. Raises NotAsked."""
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
        said: dict[str, Any] = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired, json.JSONDecodeError) as fault:
        lines = [] if not isinstance(fault, json.JSONDecodeError) else done.stderr.split("\n")
        raise NotAsked(next((line for line in reversed(lines) if line.strip()), repr(fault))) from fault
    return said


def python_faults(said: dict[str, Any]) -> list[str]:
    """Known faults of Python packages, a line each. Raises NotAsked: a package that was passed over was not asked."""
    passed_over = [package for package in said["dependencies"] if "skip_reason" in package]
    if passed_over:
        count, first = len(passed_over), passed_over[0]["skip_reason"]
        raise NotAsked(
            f"{count} of {len(said['dependencies'])} packages were passed over; the first: {first}"
        )
    return [
        f"{package['name']} {package['version']}: {fault['id']}, mended in "
        + (", ".join(fault["fix_versions"]) or "no version yet")
        for package in said["dependencies"]
        for fault in package["vulns"]
    ]


def javascript_faults(said: dict[str, Any]) -> list[str]:
    """Known faults of JavaScript packages, a line each. Raises NotAsked."""
    if "vulnerabilities" not in said:
        raise NotAsked(str(said.get("message") or said.get("error") or said))
    return [
        f"{name} {found['range']}: {found['severity']}" for name, found in said["vulnerabilities"].items()
    ]


def main() -> int:
    """Ask both."""
    code = 0
    for lock, command, read in (
        ("requirements.lock", PYTHON, python_faults),
        ("package-lock.json", JAVASCRIPT, javascript_faults),
    ):
        try:
            faults = read(answer_of(command))
        except NotAsked as fault:
            sys.stderr.write(f"error: {lock}: the advisories could not be read ({fault})\n")
            sys.stderr.write("  hint: Nothing is known about today. Try again where the network is there.\n")
            code = 2
            continue
        sys.stdout.write(f"{lock}: {len(faults)} known\n" + "".join(f"  {line}\n" for line in faults))
        code = code or bool(faults)
    return code


if __name__ == "__main__":
    sys.exit(main())
