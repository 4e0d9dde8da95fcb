"""Verifying a book: every act against its leaf and its mark, positions against gaps, the tree against the roots kept
here, with witnesses and outside.

Runs in one snapshot of the database, reads only, and trusts nothing that the database says about itself: what was
changed consistently everywhere in it is found by a root from outside, and by nothing else.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from kimbilio.seals import Frontier
from kimbilio.server.kernel.rows import acting_for

from .findings import Finding, Report
from .leaves import leaf_of, mark_of
from .models import Act, Root, Seal, WitnessedRoot
from .rowcheck import rows_check

AT_ONCE = 2000
NAMED = 20
"""Acts of one stretch that are named one by one."""
UPGRADE = timedelta(days=1)
"""How long, after the first marked act, acts of the version before may still come without a mark."""


@dataclass(frozen=True)
class Outside:
    """A root that was carried out: the number of acts it covers, its 32 bytes, and who kept it."""

    size: int
    root: bytes
    kept_by: str


@dataclass(frozen=True)
class _Place:
    """A position with what was sealed there, and the act that stands there now."""

    position: int
    act_id: uuid.UUID
    word: str
    leaf: bytes
    act: Act | None

    @property
    def fits(self) -> bool:
        return self.act is not None and leaf_of(self.act) == self.leaf

    def finding(self, what: str, note: str = "") -> Finding:
        at = self.act.at if self.act else None
        word = self.act.act if self.act else self.word
        return Finding(what, self.position, self.act_id, word, at, note)


def book_verify(organisation: uuid.UUID, outside: Sequence[Outside] = ()) -> Report:
    """Verify the whole book of one organisation. Must not run inside a transaction. Raises NoMasterKey."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read, read only")
        with acting_for(organisation):
            return _Book(organisation, outside).verified()


class _Book:
    def __init__(self, organisation: uuid.UUID, outside: Sequence[Outside]) -> None:
        self.organisation = organisation
        self.report = Report()
        self.marked_since: datetime | None = None
        self.witnessed = [
            Outside(row.size, bytes(row.root), row.organisation.name)
            for row in WitnessedRoot.objects.filter(about=organisation).select_related("organisation")
        ]
        self.outside = list(outside)
        self.wanted = {row.size for row in (*self.witnessed, *self.outside)}
        self.true_roots: dict[int, bytes] = {0: Frontier().root}

    def verified(self) -> Report:
        """Go once through the whole book."""
        tree = Frontier()
        kept = Frontier()
        for root, places in self._stretches():
            self._stretch(root, kept.size, places)
            leaves = [place.leaf for place in places]
            if root is not None:
                kept = self._held_to_root(root, kept, places)
            tree = self._grown(tree, places, leaves)
        self.report.size, self.report.root = tree.size, tree.root
        self._waiting()
        self._held_to_outside()
        self.report.rows = rows_check(self.organisation, self.report.findings)
        return self.report

    def _stretches(self) -> Iterator[tuple[Root | None, list[_Place]]]:
        """What was sealed at once, with the root of that sealing; last, what was sealed under no root."""
        begin = 0
        for root in (
            Root.objects.filter(organisation_id=self.organisation, size__gt=0).order_by("size").iterator()
        ):
            yield root, list(self._places(begin, root.size))
            begin = root.size
        rest = list(self._places(begin, None))
        if rest:
            yield None, rest

    def _places(self, after: int, until: int | None) -> Iterator[_Place]:
        seals = Seal.objects.filter(organisation_id=self.organisation).order_by("position")
        while True:
            chosen = seals.filter(position__gt=after)
            if until is not None:
                chosen = chosen.filter(position__lte=until)
            found = list(chosen[:AT_ONCE])
            acts = Act.objects.filter(organisation_id=self.organisation).in_bulk(
                [row.act_id for row in found]
            )
            for row in found:
                yield _Place(row.position, row.act_id, row.word, bytes(row.leaf), acts.get(row.act_id))
            if len(found) < AT_ONCE:
                return
            after = found[-1].position

    def _stretch(self, root: Root | None, after: int, places: list[_Place]) -> None:
        """Acts against their leaves and marks; positions against gaps."""
        odd = [place for place in places if not place.fits]
        elsewhere = {place.leaf for place in odd}
        for place in odd:
            if place.act is None:
                self._found(place.finding("removed"))
            elif leaf_of(place.act) in elsewhere:
                self._found(place.finding("reordered"))
            else:
                self._found(place.finding("changed"))
        named = {place.position for place in odd}
        for place in places:
            if place.act is not None:
                self._marked(place, root.at if root else None, named)
                if root is None and place.position not in named:
                    self._found(place.finding("added", "sealed under no root"))
        expected = range(after + 1, (root.size if root else places[-1].position) + 1)
        for position in sorted(set(expected) - {place.position for place in places}):
            self._found(self._gone(position, places))

    def _marked(self, place: _Place, sealed_at: datetime | None, named: set[int]) -> None:
        act = place.act
        if act is None:
            return
        if act.mark is None:
            self.report.unmarked += 1
            late = self.marked_since and (sealed_at or timezone.now()) > self.marked_since + UPGRADE
            if late and place.position not in named:
                self._found(place.finding("added", "it bears no mark"))
            return
        if self.marked_since is None:
            self.marked_since = sealed_at
        if place.position not in named and bytes(act.mark) != mark_of(act):
            self._found(place.finding("added", "its mark is not the organisation's"))

    def _gone(self, position: int, places: list[_Place]) -> Finding:
        """An empty position; if an act was born between its neighbours and has lost its place, that is the one."""
        before = max((place for place in places if place.position < position), key=_at, default=None)
        after = min((place for place in places if place.position > position), key=_at, default=None)
        lost = Act.objects.filter(organisation_id=self.organisation)
        lost = lost.exclude(id__in=[place.act_id for place in places])
        if before is not None:
            lost = lost.filter(id__gt=before.act_id)
        if after is not None:
            lost = lost.filter(id__lt=after.act_id)
        act = lost.order_by("id").first() if before or after else None
        if act is None:
            return Finding("removed", position)
        return Finding("removed", position, act.id, act.act, act.at, "the act is there, its position is not")

    def _held_to_root(self, root: Root, kept: Frontier, places: list[_Place]) -> Frontier:
        """The leaves since the last root must give this one. Returns the tree as this root keeps it."""
        grown = kept.grown(place.leaf for place in places)
        try:
            stored = Frontier.from_bytes(root.size, bytes(root.frontier))
        except ValueError:
            stored = Frontier(root.size, (bytes(32),) * root.size.bit_count())
        if grown == stored and grown.root == bytes(root.root):
            return grown
        ids = [place.act_id for place in places]
        moved = [place for place, born in zip(places, sorted(ids), strict=True) if place.act_id != born]
        for place in moved[:NAMED]:
            self._found(place.finding("reordered"))
        if not moved:
            note = f"positions {kept.size + 1} to {root.size}, sealed {root.at:%Y-%m-%d %H:%M:%S} UTC"
            for place in places[:NAMED]:
                self._found(place.finding("rewritten", note))
            if not places:
                self._found(Finding("rewritten", root.size, note=note))
        return stored  # so that one wrong stretch does not make every later one look wrong

    def _grown(self, tree: Frontier, places: list[_Place], leaves: list[bytes]) -> Frontier:
        """The tree as the leaves give it, stopping where a root from outside wants to be compared."""
        start = 0
        for stop in sorted(size for size in self.wanted if tree.size < size <= tree.size + len(places)):
            upto = stop - tree.size + start
            tree = tree.grown(leaves[start:upto])
            self.true_roots[stop] = tree.root
            start = upto
        return tree.grown(leaves[start:])

    def _waiting(self) -> None:
        """Acts that have no position yet: the last minutes, or what a slow transaction holds up."""
        rows = Act.objects.filter(organisation_id=self.organisation, seal=None).order_by("id")
        for act in rows.iterator(chunk_size=AT_ONCE):
            self.report.waiting += 1
            late = self.marked_since is not None and timezone.now() > self.marked_since + UPGRADE
            if act.mark is None:
                self.report.unmarked += 1
                if late:
                    self._found(Finding("added", None, act.id, act.act, act.at, "it bears no mark"))
            elif bytes(act.mark) != mark_of(act):
                self._found(
                    Finding("added", None, act.id, act.act, act.at, "its mark is not the organisation's")
                )

    def _held_to_outside(self) -> None:
        self.report.outside = self._compared("outside", self.outside)
        self.report.witnessed = self._compared("witness", self.witnessed)

    def _compared(self, what: str, roots: Iterable[Outside]) -> int:
        roots = sorted(roots, key=lambda row: row.size)
        held = 0
        for row in roots:
            if self.true_roots.get(row.size) == row.root:
                held = row.size
                continue
            self._found(self._between(what, held, row))
            break
        return len(roots)

    def _between(self, what: str, held: int, row: Outside) -> Finding:
        """Where the book parted from a root: behind the newest that still fits, up to this one."""
        since = f"{row.kept_by}: positions {held + 1} to {row.size} are not as they were"
        if row.size > self.report.size:
            since = f"{row.kept_by}: it covers {row.size} acts and the book has {self.report.size}"
        epoch = Act.objects.filter(organisation_id=self.organisation, act="journal.epoch_began").order_by(
            "id"
        )
        told = [act for act in epoch if act.codes.get("size", 0) < row.size]
        note = since
        if told:
            note += f"; the book says that it goes on from a copy of {told[0].codes.get('size', 0)} acts"
        seal = (
            Seal.objects.filter(organisation_id=self.organisation, position__gt=held)
            .select_related("act")
            .order_by("position")
            .first()
        )
        if seal is None:
            return Finding(what, note=note)
        at = told[0].at if told else seal.act.at
        act_id, word = (told[0].id, told[0].act) if told else (seal.act_id, seal.word)
        return Finding(what, None if told else seal.position, act_id, word, at, note)

    def _found(self, finding: Finding) -> None:
        self.report.findings.append(finding)


def _at(place: _Place) -> int:
    return place.position
