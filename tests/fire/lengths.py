"""How long the fire burns: each length has a name in the environment, a figure for `make test` and one for `make soak`.

`docs/reference/tests.md` lists them.
"""

from __future__ import annotations

import os
import secrets

LENGTHS = {  # name: (in `make test`, in `make soak`)
    "KIMBILIO_FIRE_KILLS": (50, 200),
    "KIMBILIO_FIRE_PAIRS": (1_000, 10_000),
    "KIMBILIO_FIRE_BROKEN_LINES": (60, 1_000),
    "KIMBILIO_FIRE_MUTATIONS": (2_000, 1_000_000),
    "KIMBILIO_FIRE_HISTORIES": (30, 10_000),
    "KIMBILIO_FIRE_DAY": (120, 300),
}


def length(name: str) -> int:
    """How many, of what the name says."""
    short, long = LENGTHS[name]
    return int(os.environ.get(name) or (long if os.environ.get("KIMBILIO_SOAK") == "1" else short))


def seed() -> int:
    """The seed of this run, to be printed; KIMBILIO_FIRE_SEED repeats an earlier one."""
    return int(os.environ.get("KIMBILIO_FIRE_SEED") or secrets.randbelow(2**32))
