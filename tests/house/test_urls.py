"""Every address of the server, opened and posted to by every member of the cast and by a visitor.

What each must answer stands in `urls.csv`: an address without a line fails, and so does a line without an
address. The cast is set out in `tests.world`; asha, ben, sela, dalia, stefan and ada are of the border, chen,
dora and kito of welfare. Asha has screened a person and referred them to chen's desk; `of` says whose
row of the referral is addressed.
"""

from __future__ import annotations

import copy
import csv
import uuid
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache as django_cache
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern, URLResolver
from django.utils import timezone

from kimbilio.server.forms.models import Attachment, FormVersion
from kimbilio.server.forms.services import submission_receive
from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.intake.models import Flood
from kimbilio.server.journal.digests import digest_make
from kimbilio.server.kernel.routers import STORE
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.notices.services import notice_send
from tests.house.tree import ROOT
from tests.jobs import run_jobs
from tests.replay.filled import filled, new_instance, photo_form, photos_publish
from tests.rooms.referrals.story import CONTROLLED, TRAFFICKED, arrived_at
from tests.world import TOKEN, World

TABLE = ROOT / "tests/house/urls.csv"
CAST = ["visitor", "asha", "ben", "sela", "dalia", "stefan", "ada", "chen", "dora", "kito"]
NOBODY_S = str(uuid.UUID(int=0))
Line = tuple[str, str, str]
"""Name of the address, whose row (border, welfare or nothing), method."""


def _addresses(
    resolver: Any, spaces: tuple[str, ...] = (), before: tuple[str, ...] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every address with the names of its parameters."""
    for pattern in resolver.url_patterns:
        own = tuple(pattern.pattern.converters) or tuple(pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLResolver):
            deeper = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from _addresses(pattern, deeper, before + own)
        elif isinstance(pattern, URLPattern):
            yield ":".join((*spaces, pattern.name or "without a name")), before + own


def _lines() -> list[Line]:
    return [
        (name, of, method)
        for name, parameters in _addresses(get_resolver())
        for of in (("border", "welfare") if "referral" in parameters else ("",))
        for method in ("GET", "POST")
    ]


@cache
def _expected() -> dict[Line, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["address"], row["of"], row["method"]): row for row in csv.DictReader(file)}


@pytest.fixture
def things(world: World) -> dict[str, dict[str, object]]:
    """Values for the parameters of addresses: those of the border's rows, and of welfare's."""
    settings.KIMBILIO_DEMO = True
    with acting_for(world.border.id):
        instance = new_instance()
        receive = submission_receive(device=world.device, xml=filled(instance=instance)).submission
        refused = submission_receive(
            device=world.device, xml=filled({"sex": "man"}, instance=instance)
        ).submission
        photos_publish()
        photo = submission_receive(
            device=world.device, xml=photo_form("a.jpg"), files=[("a.jpg", b"\xff\xd8")]
        )
        refusal = refused.refusals.get()
        attachment = Attachment.objects.get(submission=photo.submission)
        digest = digest_make(world.border.id, now=timezone.now())
    assert digest is not None
    mine, theirs = arrived_at(world, CONTROLLED, TRAFFICKED)
    run_jobs()
    with acting_for(world.welfare.id):
        told = notice_send(
            actor=actor_of_system(world.welfare.id),
            to=world.member("chen"),
            about=("referral", theirs.id),
            once="the table of addresses",
        )
    assert told is not None
    form = FormVersion.objects.get(form_id=receive.form.form_id, retired_at=None)
    border = {
        "code": mine.case.code,
        "consent": mine.consent_id,
        "submission": receive.id,
        "refusal": refusal.id,
        "attachment": attachment.id,
        "device": world.device.id,
        "desk": world.border_desk.id,
        "member": world.member("ben").id,
        "digest": digest.id,
        "referral": mine.id,
        "act": "withdraw",
        "reference": told.reference,
        "secret": "not-the-gateway-s",
        "status": "delivered",
        "token": TOKEN,
        "form_id": form.form_id,
        "version": form.version,
        "name": "missing.png",
        "rest": "nowhere",
        "person": "p01",
        "part": "A",
        "key": "nothing",
        "flood": _flood(world),
        "uidb36": "0",
        "pk": 1,
    }
    return {"border": border, "welfare": border | {"referral": theirs.id, "act": "acknowledge"}}


def _flood(world: World) -> uuid.UUID:
    with acting_for(world.border.id):
        made = Flood.objects.create(
            organisation_id=world.border.id, device=world.device, opened_at=timezone.now()
        )
    return made.id


@pytest.fixture(autouse=True)
def without_second_factor() -> Iterator[None]:
    """Personas of the demo do without; that real members may not is tried in the room `access`."""
    before = settings.KIMBILIO_DEMO
    yield
    settings.KIMBILIO_DEMO = before


def _answer(
    client: Client, line: Line, things: dict[str, dict[str, object]], parameters: tuple[str, ...]
) -> str:
    name, of, method = line
    values = {parameter: things[of or "border"][parameter] for parameter in parameters}
    django_cache.clear()  # rate limits of the sign-in pages
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic(), transaction.atomic(using=STORE):
        answer = client.generic(
            method, reverse(name, kwargs=values), content_type="application/x-www-form-urlencoded"
        )
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=STORE)
    client.cookies = cookies  # signing out is rolled back too
    to_sign_in = answer.headers.get("Location", "").startswith("/accounts/login/")
    return "sign in" if to_sign_in else str(answer.status_code)


def test_every_address_has_its_lines_and_every_line_its_address() -> None:
    assert sorted(_lines()) == sorted(_expected())


@pytest.mark.slow
@pytest.mark.parametrize("who", CAST)
def test_each_address_answers_as_the_table_says(
    who: str, world: World, things: dict[str, dict[str, object]]
) -> None:
    client = Client(raise_request_exception=False)
    if who != "visitor":
        client.force_login(world.member(who).user)
    parameters = dict(_addresses(get_resolver()))
    wrong = {}
    for line in _lines():
        found = _answer(client, line, things, parameters[line[0]])
        expected = _expected().get(line, {}).get(who, "no line")
        if found != expected:
            wrong[line] = f"{who} gets {found}; the table says {expected}"
    assert not wrong
