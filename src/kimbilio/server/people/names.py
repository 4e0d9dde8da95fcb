"""What makes two spellings of a name the same name, as plain codes (they are keyed before they are stored).

A name is romanised and cut into parts; order does not count. A part is known by its skeleton: its consonants, with
spellings of one sound made equal, so that Mohamed, Muhammad and محمد agree, and a wrong vowel changes nothing. A name
of several parts is found by any two of them together, because few people share two: a search among a million reads
some hundreds of codes and not tens of thousands, and a part left out of three leaves a pair.

- `pair`: the skeletons of two parts;
- `spelt`: two parts as they are spelt, to set those first who write themselves so;
- `half`: the skeleton of one part with the first or the last half of the other: one typing error leaves one half;
- `part`: the skeleton of one part alone and, marked `~`, with each one consonant left out (the deletion
  neighbourhood of Mor and Fraenkel 1982), for who is known by one name, or asked for by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import combinations, pairwise

from anyascii import anyascii

Codes = set[tuple[str, str]]
"""Kinds and values."""

_ONE_SOUND = tuple(
    (re.compile(spelling), sound)
    for spelling, sound in (
        (r"[ckq]h|kh|gh|x", "h"),  # x: Somali writes Xasan for Hassan
        (r"ph", "f"),
        (r"th|dh", "d"),
        (r"sh|sch|ch", "s"),
        (r"dj|dz|zh", "j"),
        (r"ts|tz", "s"),
        (r"[cqk]", "k"),
        (r"[gj]", "j"),
        (r"[zs]", "s"),
        (r"[td]", "d"),
        (r"[pb]", "b"),
        (r"[vf]", "f"),
        (r"[aeiouyw]", ""),  # the leading vowel too: Arabic writes Ali with no alif
        (r"(.)\1+", r"\1"),
    )
)
_PARTICLES = frozenset({"al", "el", "ul", "bin", "ibn", "bint", "binti"})
_ARTICLE = re.compile(r"\bال(?=\w{3})")
_APOSTROPHES = re.compile(r"['`’ʼ]")  # ayn and hamza, which a hand may leave out
_FIRST_HALVES = frozenset({"bd", "bdl", "jbr", "hl", "ld", "dkl"})
"""Skeletons of Abd, Abdul, Gebre, Haile, Wolde, Tekle: what follows is written apart by some, together by others."""

_LONGEST, _MOST, _PAIRED = 40, 12, 5
# beyond these it is no name; without a limit one answer could fill the table of codes
_LONGEST_SKELETON = 12
_SHORTEST_CUT = 3


def name_parts(name: str) -> list[str]:
    """The romanised parts of a name, lower case, letters only, without articles and "son of": the first 12, of
    each its first 40 letters.
    """
    plain = _APOSTROPHES.sub("", anyascii(_ARTICLE.sub("", name[:1000])).lower())
    found = [part[:_LONGEST] for part in re.split(r"[^a-z]+", plain) if part][:_MOST]
    return [part for part in found if part not in _PARTICLES] or found


def name_codes(name: str) -> Codes:
    """The codes under which a person of this name is kept."""
    parts = name_parts(name)
    codes: Codes = set()
    for skeleton in {_skeleton(part) for part in parts + _joined(parts)}:
        codes.add(("part", skeleton))
        codes |= {("part", f"~{cut}") for cut in _cuts(skeleton)}
    for one, other in _pairs(parts):
        codes |= _together(one, other)
        codes |= _with_half(one, other, len(other)) | _with_half(other, one, len(one))
    return codes


def pairs_asked(parts: list[str]) -> tuple[Codes, Codes]:
    """The codes to look for when several parts are asked for: those of the name as asked, and those that one
    typing error leaves.
    """
    exact: Codes = set()
    near: Codes = set()
    for pair in _pairs(parts):
        exact |= _together(*pair)
        for kept, mistyped in (pair, pair[::-1]):
            for length in range(len(mistyped) - 1, len(mistyped) + 2):
                near |= _with_half(kept, mistyped, length)
    return exact, near


def parts_asked(parts: list[str]) -> tuple[Codes, Codes]:
    """The same for each part alone, and for parts that may be written as one."""
    skeletons = {_skeleton(part) for part in parts + _joined(parts)}
    exact = {("part", skeleton) for skeleton in skeletons}
    return exact, {("part", about) for skeleton in skeletons for about in _about(skeleton)} - exact


def likeness(asked: str, name: str) -> tuple[float, int]:
    """How alike two names are: from 0 to 1, each asked part against its nearest part in any order; and, to tell
    equals apart, how many parts one has more than the other, below 0.
    """
    mine, theirs = name_parts(asked), name_parts(name)
    if not mine or not theirs:
        return 0.0, 0
    further = -abs(len(mine) - len(theirs))
    mine_joined, theirs_joined = _joined(mine), _joined(theirs)
    like = _likeness(mine, theirs + theirs_joined)
    if mine_joined and like < 1:
        like = max(like, _likeness(mine_joined + _apart(mine), theirs))
    return like, further


def _likeness(mine: list[str], theirs: list[str]) -> float:
    return sum(max(_part_likeness(a, b) for b in theirs) for a in mine) / len(mine)


def _pairs(parts: list[str]) -> Iterator[tuple[str, str]]:
    """Any two of the first parts, and a joined part with each other one."""
    first = parts[:_PAIRED]
    yield from combinations(first, 2)
    for at, (left, right) in enumerate(pairwise(first)):
        if _skeleton(left) in _FIRST_HALVES:
            for other in first[:at] + first[at + 2 :]:
                yield left + right, other


def _together(one: str, other: str) -> Codes:
    return {
        ("pair", " ".join(sorted((_skeleton(one), _skeleton(other))))),
        ("spelt", " ".join(sorted((one, other)))),
    }


def _with_half(kept: str, part: str, length: int) -> Codes:
    """One part with either half of the other, as if that were `length` letters long."""
    first = (length + 1) // 2
    halves = (f"{part[:first]}-", f"-{part[len(part) - length // 2 :]}")
    return {("half", f"{_skeleton(kept)} {half}") for half in halves if len(half) > 1}


def _joined(parts: list[str]) -> list[str]:
    """Parts as one that others write so: Abd al-Rahman, Gebre Mariam."""
    return [left + right for left, right in pairwise(parts) if _skeleton(left) in _FIRST_HALVES]


def _apart(parts: list[str]) -> list[str]:
    """The parts that are in no joined one."""
    halves = {
        at + side for at, part in enumerate(parts[:-1]) if _skeleton(part) in _FIRST_HALVES for side in (0, 1)
    }
    return [part for at, part in enumerate(parts) if at not in halves]


def _about(skeleton: str) -> set[str]:
    """What a skeleton with one consonant more, less or other is kept under."""
    cuts = _cuts(skeleton)
    return cuts | {f"~{cut}" for cut in cuts} | {f"~{skeleton}"}


def _cuts(skeleton: str) -> set[str]:
    """A skeleton with each one consonant left out; what is left of a short one would be nearly everybody's."""
    if len(skeleton) < _SHORTEST_CUT:
        return set()
    return {skeleton[:at] + skeleton[at + 1 :] for at in range(len(skeleton))}


@lru_cache(maxsize=4096)
def _part_likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    mine, theirs = _skeleton(a), _skeleton(b)
    spelt = SequenceMatcher(None, a, b, autojunk=False).ratio()
    if mine == theirs:
        return max(spelt, 0.9)
    return max(spelt, 0.85 * SequenceMatcher(None, mine, theirs, autojunk=False).ratio())


@lru_cache(maxsize=4096)
def _skeleton(part: str) -> str:
    bare = part
    for spelling, sound in _ONE_SOUND:
        bare = spelling.sub(sound, bare)
    if len(bare) > 2:
        bare = bare.removesuffix("h")  # Fatimah, Fatma
    return bare[:_LONGEST_SKELETON] or part
