"""A disk that is full while phones send: each is told so in a sentence, keeps its form, and comes through when there
is room again.
"""

from __future__ import annotations

import random
import resource
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import psycopg
import pytest

from tests.fire.engines import Engines, children, until
from tests.fire.holding import book_is_clean, stored_once, work_finish
from tests.fire.phones import Phone, tokens_make
from tests.fire.small_disks import NoNamespace, SmallDisk, own_mounts
from tests.replay.client import Answer, NotOpenRosa, ReplayClient
from tests.replay.filled import photos_publish

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("disk")]

PHONES = 3
REFUSALS = 12
MEGABYTE = 2**20
NO_ROOM = "The server cannot store this now. The form stays on the phone; send it again later."


@dataclass
class Witness(ReplayClient):
    """A phone that remembers every answer to a POST, with the sentence it was told."""

    told: list[tuple[int, str]] = field(default_factory=list)

    def _ask(
        self, method: str, address: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        answer = super()._ask(method, address, body, headers)
        if method == "POST":
            try:
                self.told.append((answer.status, answer.message))
            except NotOpenRosa:
                self.told.append((answer.status, ""))
        return answer

    @property
    def refusals(self) -> int:
        """How often it was told that its form cannot be taken now."""
        return sum(status >= 500 for status, _sentence in self.told)


@pytest.fixture
def own_disks(engines: Engines) -> Iterator[None]:
    """Mounts of the test's own, for what the engines start from now on."""
    try:
        with own_mounts():
            try:
                yield
            finally:
                engines.stop()
    except NoNamespace as why:
        pytest.skip(f"A disk can be filled by root alone, in a mount namespace of its own: {why}.")


def test_a_file_that_the_kernel_lets_nobody_write_is_refused_in_a_sentence_and_sent_again(
    engines: Engines, seeded: int
) -> None:
    """What needs no right: the web processes may write no file longer than 8 kB, and are told EFBIG for ENOSPC."""
    web = engines.web(workers=2)

    def longest(size: int) -> None:
        for pid in children(web.pid):
            _soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))

    _send_through(engines, seeded, fill=lambda: longest(8_000), free=lambda: longest(resource.RLIM_INFINITY))


def test_files_that_find_their_disk_full_are_refused_in_a_sentence_and_sent_again(
    engines: Engines, own_disks: None, seeded: int
) -> None:
    disk = SmallDisk(engines.home / "blobs", 2 * MEGABYTE)
    engines.web(workers=2)
    _send_through(engines, seeded, fill=disk.fill, free=disk.free)


def test_forms_that_find_the_disk_of_the_database_full_are_refused_in_a_sentence_and_sent_again(
    engines: Engines, own_disks: None, seeded: int
) -> None:
    """First no table grows any more, then there is no room for the log: PostgreSQL ends, and its keeper starts it."""
    engines.server.stop()
    disk = SmallDisk(engines.server.data, 64 * MEGABYTE)  # its log grows by 16 MB at once
    engines.postgres_start()
    engines.web(workers=2)

    def log_fill() -> None:
        with engines.owner() as owner:
            while True:
                disk.fill()
                owner.execute("select pg_logical_emit_message(true, 'ballast', repeat('x', 1000000))")

    def free() -> None:
        with pytest.raises(psycopg.OperationalError):
            log_fill()
        disk.free()
        engines.postgres_keep()

    _send_through(engines, seeded, fill=disk.fill, free=free)


def _send_through(
    engines: Engines, seeded: int, *, fill: Callable[[], None], free: Callable[[], None]
) -> None:
    """Send while there is room, while there is none, and when there is again; hold what is there against what was
    told.
    """
    photos_publish()
    engines.jobs()
    engines.until_it_answers()
    chance = random.Random(seeded)
    clients = [Witness(f"{engines.address}/openrosa/{token}") for token in tokens_make(PHONES)]
    phones = [Phone(client, random.Random(chance.random()), f"{n}") for n, client in enumerate(clients)]
    for phone in phones:
        phone.start()
    until(lambda: all(len(phone.acknowledged) >= 2 for phone in phones), 60)

    def refused_while_full() -> bool:
        fill()
        return sum(client.refusals for client in clients) >= REFUSALS

    until(refused_while_full, 60)
    free()
    known = [len(phone.acknowledged) for phone in phones]
    until(lambda: all(len(phone.acknowledged) > n for phone, n in zip(phones, known, strict=True)), 60)
    for phone in phones:
        phone.end()
    for phone in phones:
        phone.join(60)
        assert not phone.is_alive(), (
            "A phone is still sending: with room again it was not answered with success."
        )
    work_finish(engines)
    told = Counter(answer for client in clients for answer in client.told)
    failures = Counter(failure for phone in phones for failure in phone.failures)
    sent = {instance for phone in phones for instance in phone.sent}
    acknowledged = {instance for phone in phones for instance in phone.acknowledged}
    there = stored_once(engines, sent=sent, acknowledged=acknowledged)
    print(f"{len(acknowledged)} acknowledged of {len(sent)} sent, {there} stored; {told}; {failures}")
    assert {status for status, _sentence in told} <= {201, 202, 503}, told
    assert {sentence for status, sentence in told if status == 503} == {NO_ROOM}, told
    assert set(failures) <= {"SendFailed 503", "NotOpenRosa"}, failures  # the last: a HEAD, answered with 503
    book_is_clean()
    assert not list((engines.home / "blobs").glob("*/*.part")), "Half a file takes room that is needed."
