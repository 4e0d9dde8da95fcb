"""Explains every fault of a pack: the file, the row, the value found, and the remedy.

Runs the checks of `packs.checks` in the order in which a person mends a pack; knows no rule of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from kimbilio.packs.checks.about import check_about
from kimbilio.packs.checks.contents import Contents
from kimbilio.packs.checks.decisions import check_decisions
from kimbilio.packs.checks.directory import check_directory
from kimbilio.packs.checks.expressions import check_expressions, check_one_answer_one_indicator
from kimbilio.packs.checks.form import check_form, check_raises
from kimbilio.packs.checks.layout import check_layout
from kimbilio.packs.checks.media import check_media, check_pictograms_named
from kimbilio.packs.checks.never_ask import check_never_ask
from kimbilio.packs.checks.pathways import check_pathways
from kimbilio.packs.checks.practice import check_practice, check_reached
from kimbilio.packs.checks.retention import check_retention
from kimbilio.packs.checks.shape import check_shape
from kimbilio.packs.checks.sharing import check_clocks, check_sharing
from kimbilio.packs.checks.texts import check_texts
from kimbilio.packs.faults import Fault
from kimbilio.packs.reader import UNUSABLE, build, find_pack, read_tables
from kimbilio.packs.tables import Tables

_STAGES: tuple[tuple[Callable[[Contents], Iterator[Fault]], ...], ...] = (
    (check_layout,),
    (check_about, check_shape),
    (
        check_never_ask,
        check_form,
        check_raises,
        check_expressions,
        check_one_answer_one_indicator,
        check_directory,
        check_pathways,
        check_decisions,
        check_sharing,
        check_clocks,
        check_practice,
        check_retention,
        check_texts,
        check_pictograms_named,
        check_media,
    ),
)
_IN_THE_WAY = frozenset(
    {"encoding", "csv", "yaml", "missing_file", "missing_column", "missing_part", "wrong_kind"}
)
# Faults that leave a pack usable, so that what its rules say of practice can be told at once.
_WORDS_ALONE = frozenset({"missing_translation", "unknown_key"})


def check(id_or_path: str | Path) -> list[Fault]:
    """All faults of a pack, errors first; none means that the pack may be used.

    A pack whose files or columns are not all there is told only that. Raises PackError when there is no such
    pack or the workbook cannot be opened.
    """
    tables = read_tables(find_pack(id_or_path))
    contents = Contents(tables)
    faults = [*tables.faults]
    for stage in _STAGES:
        for run in stage:
            faults.extend(run(contents))
        # What is missing or of another kind would be reported again by every later check.
        if any(fault.code in _IN_THE_WAY for fault in faults):
            break
    else:
        faults.extend(_last_word(tables, faults))
    return sorted(faults, key=lambda fault: fault.level != "error")


def _last_word(tables: Tables, faults: Sequence[Fault]) -> Iterator[Fault]:
    """Build the pack once: what the checks let through must be usable."""
    if any(fault.level == "error" and fault.code not in _WORDS_ALONE for fault in faults):
        return
    try:
        pack = build(tables)
    except UNUSABLE as error:
        message = f"the pack cannot be used: {error}"
        remedy = "Compare the part that is named with the same part of packs/zz."
        yield Fault("unusable", "pathways.yaml", None, "", message, remedy)
    else:
        yield from check_reached(pack)
