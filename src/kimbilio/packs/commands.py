"""What `kimbilio screen` and `kimbilio pack …` do.

Knows how to ask packs and rules and how to say the answer on a terminal; the words of the command line are in
`kimbilio.cli`.
"""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

from kimbilio.packs.answers import read_answers
from kimbilio.packs.checker import check
from kimbilio.packs.faults import PackError
from kimbilio.packs.law_text import law_book, law_lines, unsure
from kimbilio.packs.pack import Pack
from kimbilio.packs.reader import find_pack, load, read_tables
from kimbilio.packs.recordings import recordings_text, silent_text
from kimbilio.packs.screening_text import screening_json, screening_text
from kimbilio.rules import screen as screen_answers


def screen(told: Namespace) -> int:
    """Screen the answers of a file with a pack and say what was found."""

    pack = load(told.pack)
    screening = screen_answers(read_answers(told.answers, pack), pack.ruleset)
    if told.format == "json":
        _say_json(screening_json(screening, pack, told.language))
    else:
        _say(screening_text(screening, pack, told.language))
    return 0


def pack_check(told: Namespace) -> int:
    """Explain every fault of a pack; 1 when there is an error among them."""
    faults = check(told.pack)
    errors = sum(fault.level == "error" for fault in faults)
    if told.format == "json":
        _say_json(
            {"errors": errors, "warnings": len(faults) - errors, "faults": [f.as_json() for f in faults]}
        )
    else:
        for fault in faults:
            _say(f"{fault}\n")
        if not errors:
            _say(silent_text(load(told.pack)))
        _say(
            f"{find_pack(told.pack).name}: {_count(errors, 'error')}, "
            f"{_count(len(faults) - errors, 'warning')}.\n"
        )
    return 1 if errors else 0


def pack_show(told: Namespace) -> int:
    """Say what a pack holds."""
    pack = load(told.pack)
    if told.law is not None:
        return _law_show(pack, " ".join(told.law), told.language)
    reviewed = (
        "reviewed by the country team"
        if pack.reviewed_by_country_team
        else "not yet reviewed by the country team"
    )
    form = pack.forms["screening"]
    empty = sum(not service.desk for service in pack.services.values())
    lines = [
        f"{pack.name} ({pack.id}), version {pack.version}, {reviewed}.",
        f"Content: {pack.content_hash}",
        f"{len(form.questions)} rows in the form screening, {len(form.raises)} answers that raise something.",
        f"{len(pack.ruleset.indicators)} indicators for {len(pack.categories)} categories.",
        f"{len(pack.laws)} provisions of law, {_joined(pack)}.",
        f"{len(pack.agencies)} agencies, {len(pack.services)} services, {empty} of them without a desk.",
        *(f"{one.name} ({one.id}): {_language(pack, one.id)}" for one in pack.languages),
    ]
    _say("\n".join(lines) + "\n")
    return 0


def _law_show(pack: Pack, words: str, language: str) -> int:
    books = law_book(pack, language, words=words)
    if not books:
        raise PackError(
            f"no provision of the pack '{pack.id}' holds '{words}'",
            "Give other words of the sentence, the article or the instrument, or --law alone for the whole law.",
        )
    _say("\n".join(law_lines(books, language)) + "\n")
    return 0


def pack_xlsx(told: Namespace) -> int:
    """Write a pack as one workbook."""
    from kimbilio.packs.workbook import write_workbook

    source = find_pack(told.pack)
    tables = read_tables(source)
    if tables.faults:
        first = tables.faults[0]
        raise PackError(f"pack '{source.name}', {first.place}: {first.message}", first.remedy)
    output: Path = told.output or Path(f"{source.stem}.xlsx")
    if not output.parent.is_dir():
        raise PackError(
            f"there is no folder '{output.parent}'", "Make the folder first, or choose another with -o."
        )
    write_workbook(tables, output)
    _say(f"{output} holds the pack '{source.stem}' ({tables.content_hash()}).\n")
    return 0


def _joined(pack: Pack) -> str:
    known = pack.ratifications.values()
    party = sum(row.status == "party" for row in known)
    to_check = sum(unsure(row.source) for row in known)
    return f"{party} of {len(known)} treaties joined, {to_check} still to be checked against the source"


def pack_audio(told: Namespace) -> int:
    """Say which sentences have a recording, or with `--missing` which have none and under which name."""
    _say(recordings_text(load(told.pack), language=told.language, missing=told.missing))
    return 0


def pack_examples(told: Namespace) -> int:
    """Say which branches of a pack's rules no example takes; 1 when there are any."""
    from kimbilio.packs.examples import coverage, examples_text, folder_of

    pack = load(told.pack)
    found = coverage(pack, told.folder or folder_of(told.pack))
    _say(examples_text(pack, found))
    return 1 if found.lacking else 0


def _language(pack: Pack, language: str) -> str:
    done = sum(pack.is_translated(key, language) for key in pack.english)
    reviewed = next(one.reviewed for one in pack.languages if one.id == language)
    state = "reviewed" if reviewed else "not yet reviewed by a native speaker"
    return f"{done} of {len(pack.english)} texts, {state}."


def _count(number: int, thing: str) -> str:
    return f"{number or 'no'} {thing}{'' if number == 1 else 's'}"


def _say(text: str) -> None:
    sys.stdout.write(text)


def _say_json(value: object) -> None:
    _say(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
