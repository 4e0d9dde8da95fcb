"""Invented names of a region, and the ways in which one person's name is written twice.

No real person: given and family names that are common from Zambia to Sudan (`names.csv`, each with spellings one
meets) are combined by chance, and two in five family names are made up of syllables, because real lists of families
have a long tail. The same seed gives the same names.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

SEED = 20141107
_TAIL_SHARE = 0.4
_TAIL = 12_000
_PREFIXES = ("", "mu", "ka", "chi", "nya", "mwa", "lu", "si", "ba", "na", "wa", "ki", "ngo", "ha")
_SYLLABLES = tuple(
    consonant + vowel
    for consonant in [
        "b",
        "ch",
        "d",
        "f",
        "g",
        "h",
        "j",
        "k",
        "l",
        "m",
        "n",
        "p",
        "r",
        "s",
        "t",
        "w",
        "z",
        "mb",
        "nd",
        "ng",
        "nk",
        "sh",
        "th",
    ]
    for vowel in "aeiou"
)
_MARKS = {"a": "áàâ", "e": "éèê", "i": "íî", "o": "óô", "u": "úû", "n": "ñ", "s": "š", "c": "ç"}
_KEYS = "qwertyuiop", "asdfghjkl", "zxcvbnm"


class Names:
    """Draws names; the common ones often, as people bear them (rank r with a weight of 1/(r + 6)^0.9)."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = random.Random(seed)
        self._spellings: dict[str, list[str]] = {}
        lists: dict[str, list[str]] = {"given": [], "family": []}
        with (Path(__file__).parent / "names.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                spellings = row["spellings"].split("|")
                self._spellings.setdefault(spellings[0], spellings)
                lists[row["kind"]].append(spellings[0])
        self._given, self._family = lists["given"], lists["family"]
        for each in (self._given, self._family):
            self._random.shuffle(each)
        self._tail = [self._made_up() for _ in range(_TAIL)]
        self._weights = {
            id(each): list(accumulate((rank + 6) ** -0.9 for rank in range(len(each))))
            for each in (self._given, self._family, self._tail)
        }

    def draw(self) -> str:
        """A full name of two, three (most) or four parts."""
        parts = [self._of(self._given)]
        count = self._random.choices((2, 3, 4), (35, 60, 5))[0]
        while len(parts) < count - 1:
            parts.append(self._of(self._given))
        parts.append(self._of(self._tail if self._random.random() < _TAIL_SHARE else self._family))
        return " ".join(parts)

    def respellings(self) -> dict[str, Callable[[str], str | None]]:
        """The ways of writing a name another time, by what differs; None where a name does not allow one."""
        return {
            "transliteration": self.transliterated,
            "order": self.turned,
            "one typing error": self.mistyped,
            "a part missing": self.shortened,
            "diacritics": self.marked,
            "transliteration and order": lambda name: self.turned(self.transliterated(name)),
            "order and one typing error": lambda name: self.mistyped(self.turned(name)),
        }

    def transliterated(self, name: str) -> str:
        """Every part in another spelling: one of the list, or by the habits of another language."""
        return " ".join(self._other_spelling(part) for part in name.split())

    def turned(self, name: str) -> str:
        """The parts in another order."""
        parts = name.split()
        turned = parts[:]
        while turned == parts and len(set(parts)) > 1:
            self._random.shuffle(turned)
        return " ".join(turned)

    def mistyped(self, name: str) -> str:
        """One letter left out, doubled, added, swapped with its neighbour or with a neighbour on the keys."""
        parts = name.split()
        at = self._random.choice([n for n, part in enumerate(parts) if len(part) > 3] or [0])
        parts[at] = self._slip(parts[at])
        return " ".join(parts)

    def shortened(self, name: str) -> str | None:
        """One part left out of three or more: of two, one alone would be a tenth of everybody."""
        parts = name.split()
        if len(parts) < 3:
            return None
        del parts[self._random.randrange(len(parts))]
        return " ".join(parts)

    def marked(self, name: str) -> str:
        """Marks above and below letters, and other apostrophes, as other keyboards write them."""
        return "".join(
            self._random.choice(_MARKS[letter])
            if letter in _MARKS and self._random.random() < 0.4
            else letter
            for letter in name
        )

    def _of(self, names: list[str]) -> str:
        return self._random.choices(names, cum_weights=self._weights[id(names)])[0]

    def _made_up(self) -> str:
        stem = "".join(self._random.choices(_SYLLABLES, k=self._random.choice((2, 2, 3))))
        return (self._random.choice(_PREFIXES) + stem).capitalize()

    def _other_spelling(self, part: str) -> str:
        others = [each for each in self._spellings.get(part, ()) if each != part]
        if others:
            return self._random.choice(others)
        habits = (
            ("u", "ou"),
            ("i", "y"),
            ("k", "c"),
            ("f", "ph"),
            ("sh", "ch"),
            ("j", "dj"),
            ("a", "aa"),
            ("w", "u"),
            ("th", "t"),
            ("z", "s"),
            ("o", "oo"),
            ("e", "ee"),
        )
        possible = [(one, other) for one, other in habits if one in part[1:]]
        if not possible:
            return part
        one, other = self._random.choice(possible)
        return part[0] + part[1:].replace(one, other, 1)

    def _slip(self, part: str) -> str:
        at = self._random.randrange(1, len(part)) if len(part) > 1 else 0
        letter = part[at]
        match self._random.choice(("left out", "doubled", "added", "swapped", "beside")):
            case "left out":
                return part[:at] + part[at + 1 :]
            case "doubled":
                return part[:at] + letter + part[at:]
            case "added":
                return part[:at] + self._random.choice("abcdefghijklmnopqrstuvwxyz") + part[at:]
            case "swapped" if at + 1 < len(part):
                return part[:at] + part[at + 1] + letter + part[at + 2 :]
            case _:
                return part[:at] + self._beside(letter) + part[at + 1 :]

    def _beside(self, letter: str) -> str:
        for row in _KEYS:
            if letter in row:
                at = row.index(letter)
                return self._random.choice(row[max(at - 1, 0) : at] + row[at + 1 : at + 2])
        return letter
