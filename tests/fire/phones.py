"""Phones that send all the time and give up nothing: the load under which the engines are killed.

A phone remembers what it sent and what was acknowledged, as ODK Collect's own list does. What each form carries is
told by its number alone, so that what is stored can be held against what was sent.
"""

from __future__ import annotations

import hashlib
import http.client
import random
import threading
import time
from dataclasses import dataclass, field
from itertools import count

from kimbilio.packs.form_result import computed_values
from kimbilio.server.identity.services import device_enrol
from kimbilio.server.kernel.rows import acting_for
from tests.replay.client import AnswerLost, NotOpenRosa, ReplayClient, SendFailed
from tests.replay.filled import ANSWERS, filled, pack_zz, photo_form
from tests.world import world_get

BROKEN = (OSError, http.client.HTTPException, SendFailed, AnswerLost, NotOpenRosa)
"""What a phone takes for *not sent*: it keeps the form and sends it again."""


def photo_of(instance: str) -> bytes:
    """The bytes of the photo of a form, the same whenever they are asked for."""
    return hashlib.shake_256(instance.encode()).digest(20_000)


def tokens_make(number: int) -> list[str]:
    """Enrol as many phones of Asha's; the token of each."""
    world = world_get()
    with acting_for(world.border.id):
        return [
            device_enrol(member=world.member("asha"), desk=world.border_desk, name=f"Phone {n}")[1]
            for n in range(number)
        ]


@dataclass
class Phone(threading.Thread):
    """One phone. It sends in turns a screening, which becomes a case, and a form with a photo, which waits for a
    person; the number of a form says which it is: `uuid:s-…` or `uuid:p-…`.

    `sent` are the forms that left it at least once, `acknowledged` those with a 201 or 202.
    """

    client: ReplayClient
    random: random.Random
    name_of_all: str
    most: int = 10**9
    patience: int = 10**9
    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self._ending = threading.Event()

    def __hash__(self) -> int:
        return id(self)

    def end(self) -> None:
        """Send what is being sent until it is acknowledged, and no more."""
        self._ending.set()

    def run(self) -> None:
        """Send form after form."""
        claims = computed_values(ANSWERS, pack_zz().ruleset)
        for number in count():
            if self._ending.is_set() or number >= self.most:
                return
            screening = number % 2 == 0
            instance = f"uuid:{'s' if screening else 'p'}-{self.name_of_all}-{number}"
            xml = (
                filled(claims=claims, instance=instance)
                if screening
                else photo_form("a.jpg", instance=instance)
            )
            files = {} if screening else {"a.jpg": photo_of(instance)}
            gives_up = self.random.random() < 0.05  # a phone that is lost before it could send again
            for _try in range(self.patience):
                self.sent.add(instance)
                if self._sent(xml, files, instance) or gives_up:
                    break
                time.sleep(self.random.uniform(0.02, 0.2))
            if self.random.random() < 0.1:  # an answer that the phone lost: it sends all again
                self._sent(xml, files, instance)

    def _sent(self, xml: bytes, files: dict[str, bytes], instance: str) -> bool:
        try:
            self.client.send(xml, files)
        except BROKEN as fault:
            self.failures.append(f"{type(fault).__name__} {getattr(fault, 'status', '')}".strip())
            return False
        self.acknowledged.add(instance)
        return True
