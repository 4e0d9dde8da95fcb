"""Readers of what strangers send, under thousands of changed files: they refuse as they say they do, and at once."""

from __future__ import annotations

import io
import uuid
import zipfile
from functools import cache
from pathlib import Path

import pytest
from django.core.handlers.wsgi import WSGIRequest

from kimbilio.packs import PackError
from kimbilio.packs.workbook import read_workbook
from kimbilio.server.field.parts import NotParts, parts_read
from kimbilio.server.kernel import crypto
from kimbilio.xlsforms import (
    AnswersRefused,
    SubmissionRefused,
    display_text,
    kinds_of,
    read_entities,
    read_envelope,
    read_identity,
    read_submission,
    typed_answers,
)
from tests.fire.lengths import length
from tests.fire.mutations import hammer
from tests.replay.filled import form_zz

pytestmark = pytest.mark.slow

TIMES = length("KIMBILIO_FIRE_MUTATIONS")


@cache
def kinds() -> dict[str, str]:
    return dict(kinds_of(form_zz().xform))


def read_form(xml: bytes) -> None:
    """As the door and the job read it, one after the other."""
    display_text(xml.decode("utf-8", errors="replace"))
    read_identity(xml)
    read_envelope(xml)
    read_entities(xml)
    read_submission(xml)
    read = read_submission(xml, kinds())
    typed_answers(read.answers, kinds())


def test_the_form_reader_refuses_and_never_falls(seeded: int) -> None:
    hammer("form", read_form, SubmissionRefused, AnswersRefused, times=TIMES, seed=seeded)


def read_parts(posted: bytes) -> None:
    """The first line of the file is the content type that came with the body."""
    kind, _, body = posted.partition(b"\n")
    environ = {
        "REQUEST_METHOD": "POST",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_TYPE": kind.decode("latin-1"),
        "CONTENT_LENGTH": str(len(body)),
    }
    parts = parts_read(WSGIRequest(environ))
    assert isinstance(parts.xml, bytes)


def test_the_reader_of_posted_parts_refuses_and_never_falls(seeded: int) -> None:
    hammer("parts", read_parts, NotParts, times=TIMES, seed=seeded)


def read_manifest(xml: bytes) -> None:
    """A form that a phone closed: what is told about it, and the key inside it."""
    envelope = read_envelope(xml)
    if envelope is not None:
        envelope.told(dict.fromkeys(envelope.files, "0" * 32))
        crypto.phone_proof_holds(phone_key(), envelope.proof, envelope.key)
        crypto.phone_secret_open(phone_key(), envelope.closed_key)


@cache
def phone_key() -> bytes:
    return crypto.phone_pair_new()[0]


def test_the_reader_of_closed_forms_refuses_and_never_falls(seeded: int) -> None:
    hammer("manifest", read_manifest, SubmissionRefused, crypto.Unreadable, times=TIMES, seed=seeded)


SECRET, ROW = bytes(range(32)), uuid.UUID(int=7)


def open_sealed(closed: bytes) -> None:
    """An envelope between organisations, a stored value, a file that a phone closed; none may open changed."""
    key = crypto.DataKey(uuid.UUID(int=1), SECRET)
    opened = 0
    for attempt in (
        lambda: crypto.envelope_open([SECRET], closed, b"about"),
        lambda: crypto.unseal(key, ROW, "name", closed),
    ):
        try:
            assert attempt() == b"what was agreed"
            opened += 1
        except crypto.Unreadable:
            pass
    crypto.phone_file_open(SECRET, "uuid:x", 1, closed)


def test_what_was_sealed_opens_as_it_was_or_not_at_all(seeded: int) -> None:
    hammer("sealed", open_sealed, crypto.Unreadable, times=TIMES, seed=seeded)


def test_the_workbook_reader_refuses_and_never_falls(seeded: int, tmp_path: Path) -> None:
    place = tmp_path / "pack.xlsx"

    def read(content: bytes) -> None:
        place.write_bytes(content)
        read_workbook(place)

    hammer("workbook", read, PackError, times=TIMES // 8, seed=seeded)


def test_the_workbook_reader_refuses_changed_sheets(seeded: int, tmp_path: Path) -> None:
    """The same from inside: a sheet's own XML changed, in an archive that is whole."""
    place = tmp_path / "pack.xlsx"

    def read(sheet: bytes) -> None:
        with zipfile.ZipFile(WORKBOOK) as whole, zipfile.ZipFile(place, "w") as made:
            for name in whole.namelist():
                made.writestr(name, sheet if name == "xl/worksheets/sheet2.xml" else whole.read(name))
        read_workbook(place)

    hammer("sheet", read, PackError, times=TIMES // 8, seed=seeded)


WORKBOOK = Path(__file__).with_name("corpus") / "workbook" / "small.xlsx"
