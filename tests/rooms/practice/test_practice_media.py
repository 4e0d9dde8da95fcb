"""Practice shows and plays what the phone shows and plays."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from kimbilio.packs import Pack
from tests.rooms.people.test_pages import client_of
from tests.world import World

PART = "/practice/people/p01/part/{}/"


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # personas of the demo do without


def begun(world: World, language: str) -> Client:
    client = client_of(world, "asha")
    client.cookies["__Host-language"] = language
    client.post("/practice/people/p01/begin/")
    return client


def test_no_player_stands_where_nobody_has_spoken(world: World, recorded: Pack) -> None:
    assert "<audio" not in begun(world, "en").get(PART.format("B")).content.decode()


def test_the_opening_words_can_be_heard_in_the_language_of_the_page(world: World, recorded: Pack) -> None:
    client = begun(world, "ar")
    page = client.get(PART.format("B")).content.decode()
    heard = re.findall(r'<audio controls preload="none" src="([^"]+)"', page)
    assert len(heard) == 2
    assert {client.get(html.unescape(src)).headers["Content-Type"] for src in heard} == {"audio/mpeg"}


def test_a_choice_stands_beside_its_picture_and_one_without_stands_alone(world: World) -> None:
    page = begun(world, "en").get(PART.format("A")).content.decode()
    assert 'src="/media/pictogram.child_alone.svg' in page
    assert '<img class="pictogram" src=""' not in page
