"""SIGKILL of the web server, the job worker and PostgreSQL at random moments under load."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest

from tests.fire.engines import Engines, Kept, alive, children, kill, until
from tests.fire.holding import book_is_clean, stored_once, work_finish
from tests.fire.lengths import length
from tests.fire.phones import Phone, tokens_make
from tests.replay.client import ReplayClient
from tests.replay.filled import photos_publish

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kills")]

PHONES = 4
TARGETS = ("one web process", "the web server", "the job worker", "one database process", "PostgreSQL")
PATIENCE = 120.0  # seconds; on a machine that is busy with much else


def test_every_acknowledged_form_is_there_once_and_one_case_whatever_is_killed(
    engines: Engines, seeded: int
) -> None:
    photos_publish()
    web, jobs = engines.web(workers=2), engines.jobs()
    engines.until_it_answers()
    chance = random.Random(seeded)
    phones = [
        Phone(ReplayClient(f"{engines.address}/openrosa/{token}"), random.Random(chance.random()), f"{n}")
        for n, token in enumerate(tokens_make(PHONES))
    ]
    for phone in phones:
        phone.start()
    killed: Counter[str] = Counter()
    waiting: list[str] = []
    while killed.total() < length("KIMBILIO_FIRE_KILLS"):
        so_far = sum(len(phone.acknowledged) for phone in phones)
        until(lambda known=so_far: sum(len(phone.acknowledged) for phone in phones) > known, PATIENCE)
        time.sleep(min(chance.expovariate(4.0), 1.0))
        waiting = waiting or chance.sample(TARGETS, len(TARGETS))  # each comes up in each round
        target = waiting.pop()
        until(lambda it=target: _kill(it, engines, web, jobs, chance), PATIENCE)
        killed[target] += 1
    for phone in phones:
        phone.end()
    for phone in phones:
        phone.join(PATIENCE)
        assert not phone.is_alive(), "A phone is still sending: it was never answered with success."
    work_finish(engines, PATIENCE)
    sent = {instance for phone in phones for instance in phone.sent}
    acknowledged = {instance for phone in phones for instance in phone.acknowledged}
    there = stored_once(engines, sent=sent, acknowledged=acknowledged)
    book_is_clean()
    with engines.owner() as owner:
        safe = ("fsync", "full_page_writes", "synchronous_commit")
        assert [owner.execute(f"show {name}").fetchone() for name in safe] == [("on",)] * 3
    failures = Counter(failure for phone in phones for failure in phone.failures)
    print(f"{killed}: {len(acknowledged)} acknowledged of {len(sent)} sent, {there} stored; {failures}")
    assert "SendFailed 500" not in failures, "A phone was told that the program failed."
    assert len(acknowledged) >= killed.total(), "There was too little load for the kills to mean anything."


def _kill(target: str, engines: Engines, web: Kept, jobs: Kept, chance: random.Random) -> bool:
    """Kill it. False when it was not up at this moment."""
    if target == "PostgreSQL":
        engines.postgres_kill()
        return True
    victims = {
        "one web process": children(web.pid),
        "the web server": [web.pid],
        "the job worker": [jobs.pid],
        "one database process": children(engines.postmaster()),
    }[target]
    up = [pid for pid in victims if alive(pid)]
    if not up:
        return False
    if target == "the web server":
        web.kill()
    else:
        kill(chance.choice(up))
    return True
