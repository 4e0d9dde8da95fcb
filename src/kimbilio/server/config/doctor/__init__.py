"""`kimbilio doctor`: who can read what, and whether everything stands as it should. It never prints a person's value.

Each check says what it found; what is not as it should be also says what to do.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator

from kimbilio.server.config.process import owner_begin

from .report import Finding, State

Check = Callable[[], Iterator[Finding]]


def doctor(told: Namespace) -> int:
    """Look at everything; 1 when something is wrong."""
    owner_begin()
    findings = [finding for name, check in _checks() for finding in _looked(name, check)]
    if told.format == "json":
        sys.stdout.write(json.dumps([finding.as_json() for finding in findings], indent=1) + "\n")
    else:
        sys.stdout.write("".join(finding.as_text() for finding in findings))
        counts = {state: sum(finding.state == state for finding in findings) for state in State}
        sys.stdout.write("\n" + ", ".join(f"{count} {state}" for state, count in counts.items()) + "\n")
    return 1 if any(finding.state == State.WRONG for finding in findings) else 0


def _checks() -> list[tuple[str, Check]]:
    from . import database, keys, packs, work

    return [*database.CHECKS, *keys.CHECKS, *work.CHECKS, *packs.CHECKS]


def _looked(name: str, check: Check) -> list[Finding]:
    try:
        return list(check())
    except Exception as fault:  # one thing that cannot be looked at must not hide the others
        # What it says may quote a row, so only its kind is told
        kind = type(fault).__name__
        return [
            Finding(name, State.WRONG, f"could not be looked at ({kind})", "Mend what stands above first.")
        ]
