"""What `kimbilio journal root` and `verify` do: roots out of the building, and the journals held to them."""

from __future__ import annotations

import json
import sys
import uuid
from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from kimbilio.seals import line_of, line_read, mark_of

from .process import begin

if TYPE_CHECKING:
    from kimbilio.server.identity.models import Organisation
    from kimbilio.server.journal.findings import Report
    from kimbilio.server.journal.verifying import Outside

FORM = 1
"""Of the file of roots."""


class NoSuchJournal(ValueError):
    """A command names an organisation, or a root of one, that is not on this instance."""

    hint = "`kimbilio journal root` lists the organisations with their marks."


class UnreadableRoots(ValueError):
    """A file of roots does not read as one."""

    hint = "Give the file that `kimbilio journal root --out` wrote, or the line in quotes."


def root(told: Namespace) -> int:
    """Print the newest root of each journal, and write them to a file. Raises NotConfigured, NoSuchJournal."""
    begin("jobs")
    return roots_print(told, sys.stdout)


def verify(told: Namespace) -> int:
    """Verify the journals; 1 when something is wrong. Raises NotConfigured, NoSuchJournal, UnreadableRoots."""
    begin("jobs")
    return books_verify(told, sys.stdout)


def roots_print(told: Namespace, out: TextIO) -> int:
    """What `root` does once Django runs."""
    from kimbilio.server.journal.selectors import root_latest, roots_witnessed
    from kimbilio.server.kernel.rows import acting_for

    rows: list[dict[str, Any]] = []
    for organisation in _chosen(told.organisation):
        with acting_for(organisation.id):
            newest = root_latest(organisation.id)
            kept = roots_witnessed(organisation.id)
        if newest is None:
            out.write(f"{organisation.name}: nothing is sealed yet.\n")
        else:
            rows.append(_row(organisation.id, newest, newest.at))
            out.write(f"{organisation.name}: {newest.size} acts, sealed {newest.at:%Y-%m-%d %H:%M} UTC\n")
            out.write(f"  {rows[-1]['line']}\n")
        rows.extend(_row(row.about_id, row, row.at) | {"kept_by": organisation.name} for row in kept)
    if told.out:
        document = {"form": FORM, "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "roots": rows}
        told.out.write_text(json.dumps(document, indent=1) + "\n")
        out.write(f"{told.out} holds {len(rows)} roots. Keep it where nobody of this house can change it.\n")
    return 0


def books_verify(told: Namespace, out: TextIO) -> int:
    """What `verify` does once Django runs."""
    from kimbilio.server.journal.verifying import book_verify

    outside = _outside(told.root)
    wrong = 0
    for organisation in _chosen(told.organisation):
        report = book_verify(organisation.id, outside.get(organisation.id, ()))
        _print(organisation, report, out)
        wrong += len(report.findings)
    out.write(f"{wrong} findings.\n" if wrong else "Everything is as it was sealed.\n")
    return 1 if wrong else 0


def _print(organisation: Organisation, report: Report, out: TextIO) -> None:
    held = f"{report.outside} roots from outside and {report.witnessed} of witnesses"
    out.write(
        f"{organisation.name}: {report.size} acts sealed, {report.waiting} wait for the sealer, "
        f"{report.rows} rows compared, {held} compared.\n"
    )
    if report.size:
        out.write(f"  {line_of(organisation.id, report.size, report.root)}\n")
    if report.unmarked:
        out.write(f"  {report.unmarked} acts bear no mark: an older version wrote them.\n")
    for finding in report.findings:
        out.write(f"  {finding}\n")


def _chosen(text: str | None) -> list[Organisation]:
    from kimbilio.server.identity.selectors import organisations_all, organisations_called

    if text is None:
        return organisations_all()
    found = organisations_called(text.strip())
    if not found:
        raise NoSuchJournal(f"There is no organisation '{text}' on this instance.")
    return found


def _outside(given: Sequence[str]) -> dict[uuid.UUID, list[Outside]]:
    """Roots as given on the command line, by organisation."""
    from kimbilio.server.identity.selectors import organisations_all
    from kimbilio.server.journal.verifying import Outside

    marks = {mark_of(row.id): row.id for row in organisations_all()}
    roots: dict[uuid.UUID, list[Outside]] = {}
    for text in given:
        path = Path(text)
        from_file = path.is_file()
        for line in _lines_of(path) if from_file else [text]:
            read = line_read(line)
            if read.mark not in marks:
                raise NoSuchJournal(
                    f"A root is of {read.mark}, and no organisation of this instance has that mark."
                )
            kept_by = path.name if from_file else "the line given"
            roots.setdefault(marks[read.mark], []).append(Outside(read.size, read.root, kept_by))
    return roots


def _lines_of(path: Path) -> list[str]:
    try:
        document = json.loads(path.read_text())
        return [str(row["line"]) for row in document["roots"]]
    except (ValueError, KeyError, TypeError) as fault:
        raise UnreadableRoots(f"{path} is not a file of roots.") from fault


def _row(organisation: uuid.UUID, root: Any, at: datetime) -> dict[str, Any]:
    return {
        "organisation": str(organisation),
        "size": root.size,
        "root": bytes(root.root).hex(),
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "line": line_of(organisation, root.size, bytes(root.root)),
    }
