"""Photos that came with a form: shown as points alone, and hostile files not shown at all."""

from __future__ import annotations

import base64
import io
import re
import struct
import zlib

import pytest
from django.test import Client
from PIL import Image

from kimbilio.server.forms.models import Attachment
from kimbilio.server.forms.services import submission_receive
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.ui.pictures import NotShown, picture_redraw
from tests.replay.filled import photo_form, photos_publish
from tests.world import World

NAMED = "Invented Example at the river"


def jpeg(size: tuple[int, int] = (40, 20), *, exif: bool = False, turned: bool = False) -> bytes:
    """A photo; with `exif` it tells where it was taken and by whom."""
    drawn, picture = io.BytesIO(), Image.new("RGB", size, "white")
    picture.paste("black", (0, 0, size[0] // 2, size[1]))
    told = Image.Exif()
    if exif:
        told[0x010E] = told[0x013B] = NAMED  # description, artist
        told.get_ifd(0x8825).update({1: "S", 2: (15.0, 25.0, 0.0), 3: "E", 4: (28.0, 17.0, 0.0)})
    if turned:
        told[0x0112] = 6
    picture.save(drawn, "JPEG", exif=told, comment=NAMED.encode() if exif else b"")
    return drawn.getvalue()


def png(width: int, height: int, *chunks: tuple[bytes, bytes], rows: bytes = b"") -> bytes:
    """A PNG of black and white points that says it has this size, whatever is in it."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", rows), (b"IEND", b"")]
    written = b"\x89PNG\r\n\x1a\n"
    for kind, content in parts:
        written += struct.pack(">I", len(content)) + kind + content
        written += struct.pack(">I", zlib.crc32(kind + content))
    return written


def bomb(side: int) -> bytes:
    """So many points a side, all black, in a few kilobytes."""
    packer, row = zlib.compressobj(9), b"\x00" * (side // 8 + 2)
    rows = b"".join(packer.compress(row) for _ in range(side))
    return png(side, side, rows=rows + packer.flush())


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<html><script>alert(1)</script></html>"
HOSTILE = {
    "50,000 by 50,000 points": (bomb(50_000), "more points"),
    "a size beyond all numbers": (png(2**31 - 1, 2**31 - 1), "more points"),
    "a drawing with a program in it": (SVG, "not a photo"),
    "a page": (HTML, "not a photo"),
    "a PDF": (b"%PDF-1.7\n" + jpeg(), "not a photo"),
    "an icon file that holds a picture": (b"\x00\x00\x01\x00\x01\x00" + png(8, 8), "not a photo"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "not a photo"),
    "nothing": (b"", "not a photo"),
    "a photo cut off in the middle": (jpeg((800, 800))[:2000], "cut off"),
    "a PNG without its points": (png(100, 100), "cut off"),
    "a text that unpacks to a gigabyte": (
        png(8, 8, (b"zTXt", b"a\x00\x00" + zlib.compress(b"\x00" * 200_000_000, 9))),
        "cut off",
    ),
}


@pytest.mark.parametrize(("given", "why"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence(given: bytes, why: str) -> None:
    with pytest.raises(NotShown, match=why):
        picture_redraw(given)


def test_of_two_files_in_one_only_the_points_are_shown() -> None:
    shown = picture_redraw(jpeg() + HTML + b"PK\x03\x04")
    assert b"script" not in shown
    assert b"PK" not in shown


def test_a_photo_is_shown_upright_and_without_place_time_or_name() -> None:
    given = jpeg(exif=True, turned=True)
    assert NAMED.encode() in given
    shown = picture_redraw(given)
    picture = Image.open(io.BytesIO(shown))
    assert (picture.format, picture.size) == ("JPEG", (20, 40))
    assert not picture.getexif()
    assert "comment" not in picture.info
    assert NAMED.encode() not in shown


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_transparent_picture_stands_on_white(kind: str) -> None:
    drawn = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(drawn, kind)
    (colour,) = [Image.open(io.BytesIO(picture_redraw(drawn.getvalue()))).getpixel(at) for at in [(5, 5)]]
    assert colour == (255, 255, 255)


def test_a_large_photo_is_made_smaller() -> None:
    shown = Image.open(io.BytesIO(picture_redraw(jpeg((4000, 3000)))))
    assert shown.size == (1600, 1200)


@pytest.fixture
def photo(world: World) -> str:
    """The address of a photo that came with a form, and of one that is none."""
    photos_publish()
    return _kept(world, "a.jpg", jpeg(exif=True))


def _kept(world: World, name: str, content: bytes) -> str:
    with acting_for(world.border.id):
        row = submission_receive(
            device=world.device, xml=photo_form(name), files=[(name, content)]
        ).submission
        return f"/forms/files/{Attachment.objects.get(submission=row).id}/"


def _signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.member(name).user)
    return client


@pytest.fixture(autouse=True)
def _without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]


def test_another_organisation_finds_no_photo(world: World, photo: str) -> None:
    assert _signed_in(world, "chen").get(f"{photo}picture/").status_code == 404


def test_the_page_shows_the_photo_drawn_anew_and_the_look_is_in_the_book(world: World, photo: str) -> None:
    answer = _signed_in(world, "asha").get(f"{photo}picture/")
    (shown,) = re.findall(r"data:image/jpeg;base64,([^\"]+)", answer.content.decode())
    assert not Image.open(io.BytesIO(base64.b64decode(shown))).getexif()
    with acting_for(world.border.id):
        assert Act.objects.filter(act="form.shown", subject=photo.split("/")[3]).count() == 1


def test_a_file_that_cannot_be_shown_can_still_be_saved_as_it_came(world: World, photo: str) -> None:
    hostile = _kept(world, "b.png", SVG)
    client = _signed_in(world, "asha")
    page = client.get(f"{hostile}picture/")
    assert (page.status_code, b"<img class" in page.content) == (200, False)
    assert "not a photo" in page.content.decode()
    saved = client.get(hostile)
    assert saved.content == SVG
    assert saved.headers["Content-Type"] == "application/octet-stream"
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
