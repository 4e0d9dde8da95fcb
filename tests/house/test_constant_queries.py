"""Every page of the desk asks the databases no oftener for thirty rows than for three."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kimbilio.server.forms.models import Submission
from kimbilio.server.forms.services import submission_receive, submission_set_aside
from kimbilio.server.identity import services as identity
from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.identity.models import User
from kimbilio.server.kernel.routers import STORE
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices.services import notice_send
from kimbilio.server.people import services as people
from kimbilio.server.people.selectors import Case
from kimbilio.server.referrals.models import Referral
from tests.jobs import run_jobs
from tests.replay.filled import filled
from tests.rooms.referrals.story import CONTROLLED, FACTS, TRAFFICKED, arrived_at, consent
from tests.world import World

CAST = ("asha", "sela", "stefan", "ada", "chen", "kito")
FEW, MANY = 3, 30


@pytest.fixture(autouse=True)
def without_second_factor() -> Iterator[None]:
    before = settings.KIMBILIO_DEMO
    settings.KIMBILIO_DEMO = True
    yield
    settings.KIMBILIO_DEMO = before


class Desk:
    """The cast's world with more and more in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.mine, self.theirs = arrived_at(world, CONTROLLED, TRAFFICKED)
        self._count = 0

    def grow(self, count: int) -> None:
        """Let there be `count` of everything that a page lists."""
        world = self.world
        for number in range(self._count, count):
            arrived_at(world, CONTROLLED, TRAFFICKED)
            with acting_for(world.border.id):
                self._more_of_one_case(number)
            with acting_for(world.welfare.id):
                notice_send(
                    actor=actor_of_system(world.welfare.id),
                    to=world.member("chen"),
                    about=("referral", self.theirs.id),
                    once=f"notice {number}",
                )
            identity.desk_open(organisation=world.border, name=f"Post {number}", receives_referrals=False)
            identity.desk_open(organisation=world.welfare, name=f"Room {number}", service_types=["shelter"])
            user = User.objects.create(username=f"colleague{number}")
            member = identity.member_admit(
                organisation=world.border, user=user, role="officer", name=f"Colleague {number}"
            )
            identity.device_enrol(member=member, desk=world.border_desk, name=f"Phone {number}")
        run_jobs(limit=1000)
        self._count = count

    def _more_of_one_case(self, number: int) -> None:
        """What one case's own page lists: consents, acts of several members, forms; and a form to look at."""
        world = self.world
        consent(world, self.mine.case, TRAFFICKED)
        people.facts_add(
            actor=world.actor("sela" if number % 2 else "asha"),
            case=self.mine.case,
            facts={**FACTS, "language": ("ar", "en")[number % 2]},
        )
        form = submission_receive(device=world.device, xml=filled()).submission
        aside = submission_receive(device=world.device, xml=filled()).submission
        submission_set_aside(
            actor=actor_of_system(world.border.id), submission=aside.id, reasons=["program_error"]
        )
        Submission.objects.filter(id=form.id).update(case=self.mine.case_id, state="understood")

    def pages(self) -> dict[str, str]:
        """Addresses of the pages that list something, by what a failure calls them."""
        code, theirs = self.mine.case.code, self.theirs.case.code
        named = [
            "people:work",
            "people:cases",
            "referrals:list",
            "referrals:directory",
            "access:organisation",
            "access:journal",
            "access:seal",
            "access:unusual",
            "notices:ways",
        ]
        pages = {name: reverse(name) for name in named}
        for of, of_code, referral in (("border", code, self.mine), ("welfare", theirs, self.theirs)):
            pages[f"people:case of {of}"] = reverse("people:case", args=[of_code])
            pages[f"referrals:refer of {of}"] = reverse("referrals:refer", args=[of_code])
            pages[f"referrals:referral of {of}"] = reverse("referrals:referral", args=[referral.id])
        pages["people:assign"] = reverse("people:assign", args=[code])
        pages["people:why"] = reverse("people:why", args=[code])
        pages["people:erase"] = reverse("people:erase", args=[code])
        return pages


def _asked(client: Client, path: str, **fields: str) -> tuple[int, list[str]]:
    """The status of a page, and what was asked of both databases."""
    with (
        CaptureQueriesContext(connections["default"]) as main,
        CaptureQueriesContext(connections[STORE]) as keys,
    ):
        answer: Any = client.post(path, fields) if fields else client.get(path)
    return answer.status_code, [query["sql"] for query in [*main, *keys]]


def _repeated(asked: list[str]) -> str:
    """The beginning of the question asked most often."""
    kinds = [re.sub(r"'[^']*'|[0-9]+", "…", statement) for statement in asked]
    return max(kinds, key=kinds.count)[:300]


@pytest.mark.slow
def test_thirty_rows_ask_the_databases_as_often_as_three(world: World) -> None:
    desk = Desk(world)
    clients = {name: Client() for name in CAST}
    for name, client in clients.items():
        client.force_login(world.member(name).user)

    def measure() -> dict[tuple[str, str], list[str]]:
        found = {}
        for name, client in clients.items():
            for page, path in desk.pages().items():
                _asked(client, path)  # what a process reads once is read
                status, asked = _asked(client, path)
                if status == 200:
                    found[name, page] = asked
            if name in ("asha", "sela", "chen"):
                found[name, "search"] = _asked(client, reverse("people:find"), asked="Invented Exampel")[1]
                narrowed = client.post(reverse("people:cases"), {"sex": "woman", "stage": "referred"})
                found[name, "filter"] = _asked(client, narrowed.headers["Location"])[1]
        return found

    desk.grow(FEW)
    few = measure()
    desk.grow(MANY)
    many = measure()

    with acting_for(world.border.id):
        assert Case.objects.count() >= MANY
        assert Referral.objects.filter(side="sent").count() >= MANY
    assert few.keys() == many.keys()
    assert len(few) > 50
    more = {key: (len(few[key]), len(many[key])) for key in few if len(few[key]) < len(many[key])}
    assert not more, "\n".join(f"{key}: {counts}: {_repeated(many[key])}" for key, counts in more.items())
