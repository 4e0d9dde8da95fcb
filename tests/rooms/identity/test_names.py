"""Names of organisations and desks in further languages, and the column that the version before reads."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import translation

from kimbilio.server.identity.models import Desk
from tests.world import World

FRENCH, ARABIC = "Service frontalier (inventé)", "الحدود (مُختلَقة)"


def test_a_name_that_is_not_there_in_a_language_is_the_common_one(world: World) -> None:
    world.border_desk.names = {"fr": FRENCH}
    assert world.border_desk.name_in("sw") == world.border_desk.name
    with translation.override("ar"):
        assert world.border_desk.called == world.border_desk.name


@pytest.mark.parametrize(("language", "said"), [("fr", FRENCH), ("fr-cd", FRENCH), ("ar", ARABIC)])
def test_a_name_is_said_in_the_language_of_the_page(world: World, language: str, said: str) -> None:
    world.border_desk.names = {"fr": FRENCH, "ar": ARABIC}
    world.border_desk.save(update_fields=["names"])
    with translation.override(language):
        assert Desk.objects.get(id=world.border_desk.id).called == said


def test_the_version_before_reads_the_arabic_name_where_it_always_stood(world: World) -> None:
    world.border_desk.names = {"ar": ARABIC}
    world.border_desk.save(update_fields=["names"])
    with connection.cursor() as cursor:
        cursor.execute("select name_ar from identity_desk where id = %s", [world.border_desk.id])
        assert cursor.fetchone() == (ARABIC,)


def test_an_arabic_name_that_the_version_before_wrote_is_read(world: World) -> None:
    Desk.objects.filter(id=world.border_desk.id).update(name_ar=ARABIC)
    assert Desk.objects.get(id=world.border_desk.id).name_in("ar") == ARABIC
