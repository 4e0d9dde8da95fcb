"""A network that drops, delays and cuts at random bytes: every phone comes through by sending again."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

import pytest

from tests.fire.broken_line import BrokenLine
from tests.fire.engines import Engines
from tests.fire.holding import book_is_clean, stored_once, work_finish
from tests.fire.lengths import length
from tests.fire.phones import Phone, tokens_make
from tests.replay.client import ReplayClient
from tests.replay.filled import photos_publish

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("line")]

PHONES = 4


@dataclass
class Hasty(ReplayClient):
    """A phone that does not wait long: the silence of a line is part of the test."""

    seconds: float = 1.5


def test_every_form_comes_through_a_broken_line_once(engines: Engines, seeded: int) -> None:
    photos_publish()
    engines.web()
    engines.jobs()
    engines.until_it_answers()
    chance = random.Random(seeded)
    line = BrokenLine(engines.port, random.Random(chance.random()))
    phones = [
        Phone(
            Hasty(f"http://127.0.0.1:{line.port}/openrosa/{token}"),
            random.Random(chance.random()),
            f"line-{n}",
            most=length("KIMBILIO_FIRE_BROKEN_LINES") // PHONES,
        )
        for n, token in enumerate(tokens_make(PHONES))
    ]
    for phone in phones:
        phone.start()
    for phone in phones:
        phone.join(600)
        assert not phone.is_alive(), "A phone is still sending."
    line.close()
    work_finish(engines)
    sent = {instance for phone in phones for instance in phone.sent}
    acknowledged = {instance for phone in phones for instance in phone.acknowledged}
    stored_once(engines, sent=sent, acknowledged=acknowledged)
    book_is_clean()
    told = Counter(failure for phone in phones for failure in phone.failures)
    print(
        f"{len(acknowledged)} acknowledged of {len(sent)}; lines: {dict(line.faults)}; phones: {dict(told)}"
    )
    assert told.total() > len(sent) / 4, "The line was too good to prove anything."
