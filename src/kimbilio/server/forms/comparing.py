"""What differs between two filled forms of one number, question by question.

Knows answers in words, as `selectors` put them. Whether a hidden answer differs is told; the answer is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from uuid import UUID

from kimbilio.server.identity.actor import Actor

from .selectors import Answered, Filled, refusal_pair


@dataclass(frozen=True)
class Difference:
    """One question that the two forms answer differently; `first` came first. `hidden`: shown only after a tap."""

    label: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    hidden: bool = False


def refusal_compare(actor: Actor, refusal: UUID, *, with_name: bool = False) -> tuple[Difference, ...]:
    """What a refused form says otherwise than the one that came first; the reading of that one is journalled too.

    Empty when one of them cannot be read. Raises NotVisible, KeyDestroyed.
    """
    first, second = refusal_pair(actor, refusal, with_name=with_name)
    if first.verbatim or second.verbatim:
        return ()
    return differences(first, second, with_name=with_name)


def differences(first: Filled, second: Filled, *, with_name: bool) -> tuple[Difference, ...]:
    """The differences, in the order of the first form; rows of a repeat are compared by their place."""
    found = list(_lines(first.answered, second.answered, ""))
    before, after = dict(first.repeats), dict(second.repeats)
    for label in dict.fromkeys([*before, *after]):
        for place, rows in enumerate(
            zip_longest(before.get(label, ()), after.get(label, ()), fillvalue=()), 1
        ):
            found += _lines(*rows, f"{label} {place}: ")
    if with_name:
        return tuple(replace(line, hidden=False) for line in found)
    return tuple(replace(line, first=(), second=()) if line.hidden else line for line in found)


def _lines(first: Sequence[Answered], second: Sequence[Answered], place: str) -> Iterator[Difference]:
    before = {line.question: line for line in first}
    after = {line.question: line for line in second}
    for question in dict.fromkeys([*before, *after]):
        line = before.get(question) or after[question]
        said, instead = (side[question].answers if question in side else () for side in (before, after))
        if said != instead:
            yield Difference(place + line.label, said, instead, hidden=line.of_the_name)
