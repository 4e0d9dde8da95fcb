"""Answer sets at random, as an officer in a hurry might tap them: the form leaves out what it does not show."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from kimbilio.packs import Pack
from kimbilio.packs.form_questions import stand_alone

LIKELY = {"consent_talk": "yes", "interpreter": "none_needed", "private_place": "yes", "worked": "yes"}
Drawn = dict[str, str | list[str]]


def draw(pack: Pack, number: int, *, seed: str = "1871") -> Iterator[Drawn]:
    """So many sets; the same seed gives the same sets. A referral is drawn in tests of its own."""
    dice = random.Random(f"{pack.id} {seed}")
    repeats = ("pack:category", "pack:agency", "consent_refer", "share_fields", "handover")
    for _ in range(number):
        answers: Drawn = {}
        for question in pack.forms["screening"].questions:
            if question.name in LIKELY and dice.random() < 0.8:
                answers[question.name] = LIKELY[question.name]
            elif question.list and question.list not in repeats and dice.random() < 0.6:
                codes = [option.code for option in pack.options("screening", question.list)]
                alone = {option.code for option in stand_alone(pack, "screening", question)}
                several = question.type == "select_multiple"
                answers[question.name] = _several(codes, alone, dice) if several else dice.choice(codes)
        yield answers


def _several(codes: Sequence[str], alone: set[str], dice: random.Random) -> list[str]:
    together = [code for code in codes if code not in alone]
    if dice.random() < 0.8:
        return dice.sample(together, dice.randint(1, min(3, len(together))))
    return [dice.choice(codes)]
