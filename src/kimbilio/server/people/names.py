"""What makes two spellings of a name the same name, as plain codes (they are keyed before they are stored).

A name is romanised and cut into parts; order does not count. Each part has three kinds of code:

- `skeleton`: its consonants, with spellings of one sound made equal, so that Mohamed, Muhammad and محمد agree;
- `sound`: its double metaphone codes (Philips 2000), for spellings that English ears write differently;
- `near`: the part with each one letter left out, so that one typing error is bridged from either side
  (the deletion neighbourhood of Mor and Fraenkel 1982).
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from itertools import pairwise

from anyascii import anyascii
from doublemetaphone import doublemetaphone

_ONE_SOUND = (
    (r"[ckq]h|kh|gh", "h"),
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
)


_LONGEST, _MOST = (
    40,
    12,
)  # beyond these it is no name; without a limit one answer could fill the table of codes


def name_parts(name: str) -> list[str]:
    """The romanised parts of a name, lower case, letters only: the first 12, of each its first 40 letters."""
    found = [part[:_LONGEST] for part in re.split(r"[^a-z]+", anyascii(name[:1000]).lower()) if part]
    return found[:_MOST]


def part_codes(part: str) -> dict[str, set[str]]:
    """Codes of one romanised part, by kind."""
    near = {part} | {part[:at] + part[at + 1 :] for at in range(len(part)) if len(part) > 3}
    return {
        "skeleton": {_skeleton(part)},
        "sound": {code for code in doublemetaphone(part) if code},
        "near": near,
    }


def name_codes(name: str) -> dict[str, set[str]]:
    """Codes by kind under which `name` is found again."""
    codes: dict[str, set[str]] = {}
    parts = name_parts(name)
    for part in parts:
        for kind, values in part_codes(part).items():
            codes.setdefault(kind, set()).update(values)
    for joined in _joined(parts):
        codes["skeleton"].add(_skeleton(joined))
    return codes


def likeness(asked: str, name: str) -> float:
    """How alike two names are, from 0 to 1: each asked part against its nearest part, in any order."""
    mine, theirs = name_parts(asked), name_parts(name)
    if not mine or not theirs:
        return 0.0
    theirs = theirs + _joined(theirs)
    return sum(max(_part_likeness(a, b) for b in theirs) for a in mine) / len(mine)


def _joined(parts: list[str]) -> list[str]:
    """Neighbouring parts as one, for names such as Abd al-Rahman that others write as one word."""
    return [left + right for left, right in pairwise(parts)]


def _part_likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    spelt = SequenceMatcher(None, a, b).ratio()
    return max(spelt, 0.9) if _skeleton(a) == _skeleton(b) else spelt


def _skeleton(part: str) -> str:
    sounds = part
    for spelling, sound in _ONE_SOUND:
        sounds = re.sub(spelling, sound, sounds)
    bare = re.sub(r"[aeiouyw]", "", sounds)  # the leading vowel too: Arabic writes Ali with no alif
    return re.sub(r"(.)\1+", r"\1", bare) or sounds
