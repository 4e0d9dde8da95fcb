"""Pictures and recordings of the pack at the desk: for members of the country, in parts, and never running."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from kimbilio.packs import Pack, load
from kimbilio.server.country.media import pictogram_address, recording_address
from tests.pure.packs import sounds
from tests.rooms.people.test_pages import client_of
from tests.world import World

OPENING = sounds.mp3(2)


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # personas of the demo do without


def test_a_visitor_is_sent_to_sign_in(recorded: Pack) -> None:
    answer = Client().get(recording_address(recorded, "question:opening", "ar"))
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("name", ["pictogram.none-such.svg", "pack.yaml", "..%2Fpack.yaml", "%00"])
def test_nothing_but_pictures_and_recordings_is_given(world: World, recorded: Pack, name: str) -> None:
    assert client_of(world, "asha").get(f"/media/{name}").status_code == 404


def test_what_is_not_there_has_no_address(recorded: Pack) -> None:
    assert recording_address(recorded, "question:opening", "en") == ""
    assert pictogram_address(recorded, "screening", "sex") == ""
    assert pictogram_address(recorded, "screening", "nonsense", "yes") == ""


@pytest.mark.parametrize("who", ["asha", "chen", "ada"])
def test_a_picture_comes_as_a_picture_in_which_nothing_can_run(
    world: World, recorded: Pack, who: str
) -> None:
    answer = client_of(world, who).get(pictogram_address(recorded, "screening", "emergency", "child_alone"))
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/svg+xml"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "private, max-age=2592000, immutable"
    assert b"<svg" in answer.content


def test_a_changed_file_has_another_address(recorded: Pack, tmp_path: Path) -> None:
    before = recording_address(recorded, "question:opening", "ar")
    (tmp_path / "zz/media/audio/ar/question.opening.mp3").write_bytes(sounds.mp3(3))
    assert recording_address(load("zz"), "question:opening", "ar") != before


@pytest.mark.parametrize(
    ("asked", "status", "start", "stop"),
    [
        ("", 200, 0, None),
        ("bytes=0-", 206, 0, None),
        ("bytes=10-19", 206, 10, 20),
        ("bytes=-5", 206, len(OPENING) - 5, None),
        ("bytes=0-999999999", 206, 0, None),
        ("bytes=1-2,5-6", 200, 0, None),
        ("lines=1-2", 200, 0, None),
        ("bytes=-", 200, 0, None),
        ("bytes=9999999-", 416, 0, 0),
        ("bytes=9-3", 416, 0, 0),
    ],
)
def test_a_player_gets_the_part_it_asks_for(
    world: World, recorded: Pack, asked: str, status: int, start: int, stop: int | None
) -> None:
    headers = {"Range": asked} if asked else {}
    answer = client_of(world, "asha").get(
        recording_address(recorded, "question:opening", "ar"), headers=headers
    )
    part = OPENING[start:stop]
    assert answer.status_code == status
    assert answer.content == part
    if status == 206:
        end = start + len(part) - 1
        assert answer["Content-Range"] == f"bytes {start}-{end}/{len(OPENING)}"
    if status != 416:
        assert answer["Content-Type"] == "audio/mpeg"
