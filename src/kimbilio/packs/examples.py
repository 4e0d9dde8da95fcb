"""Which branches of a pack have an example, and which still lack one: what `kimbilio pack examples` says.

Knows where examples lie and how their answers are read; what they expect is held by the tests. Source:
vectors/README.md.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kimbilio.packs.branches import Branch, branches, example
from kimbilio.packs.faults import PackError
from kimbilio.packs.pack import Pack
from kimbilio.packs.reader import find_pack
from kimbilio.rules import Answer, RuleError

_REMEDY = "vectors/README.md tells how an example is written."


@dataclass(frozen=True)
class Coverage:
    """How the branches of a pack stand. `lacking` neither have an example nor a reason why none can be."""

    examples: int
    branches: int
    unreachable: int
    lacking: tuple[Branch, ...]


def coverage(pack: Pack, folder: Path) -> Coverage:
    """Which branches the examples of a folder take; beside it stands what no phone can reach.

    Raises PackError when there is no such folder or an example cannot be read.
    """
    census = branches(pack.ruleset)
    lacking, number = {str(branch): branch for branch in census}, 0
    for answers in _examples(folder, pack):
        number += 1
        try:
            taken = example(answers, pack.ruleset)
        except RuleError as fault:
            raise PackError(
                f"an example of {folder} does not fit the pack '{pack.id}': {fault}", _REMEDY
            ) from fault
        lacking = {name: branch for name, branch in lacking.items() if not branch.takes(taken)}
    excused = _unreachable(folder) & lacking.keys()
    left = tuple(branch for name, branch in lacking.items() if name not in excused)
    return Coverage(number, len(census), len(excused), left)


def folder_of(pack: str) -> Path:
    """Where the examples of a pack lie in a checkout: vectors/screening/<pack> beside the folder of packs."""
    source = find_pack(pack)
    return source.resolve().parent.parent / "vectors" / "screening" / source.stem


def examples_text(pack: Pack, found: Coverage) -> str:
    """What the command says."""
    lines = [f"no example: {branch}" for branch in found.lacking]
    taken = found.branches - found.unreachable - len(found.lacking)
    lines.append(
        f"{pack.id}: {found.examples} examples take {taken} of {found.branches} branches; "
        f"{found.unreachable} cannot be reached on a phone; {len(found.lacking) or 'none'} left without an example."
    )
    return "\n".join(lines) + "\n"


def _examples(folder: Path, pack: Pack) -> Iterator[Mapping[str, Answer]]:
    if not folder.is_dir():
        raise PackError(
            f"there is no folder '{folder}' with examples of the pack '{pack.id}'",
            "Give the folder with --from, or make it. " + _REMEDY,
        )
    for path in sorted(folder.glob("*.json")):
        try:
            yield json.loads(path.read_text(encoding="utf-8"))["answers"]
        except (ValueError, KeyError, TypeError) as fault:
            raise PackError(f"{path} is no example", _REMEDY) from fault


def _unreachable(folder: Path) -> set[str]:
    path = folder.with_name(f"{folder.name}.unreachable.csv")
    if not path.is_file():
        return set()
    with path.open(encoding="utf-8", newline="") as file:
        return {row["branch"] for row in csv.DictReader(file)}
