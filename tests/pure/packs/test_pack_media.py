"""Pictures and recordings of a pack: what is refused and how it is said, what is found, what travels.

MED-01 a file is judged by what it holds, not by its name.
MED-02 a drawing can run, move or fetch nothing.
MED-03 folder and workbook hold the same pictures and recordings.
MED-04 what is still to be recorded is named, with the name of its file.
"""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from kimbilio.packs import PackError, check, load
from kimbilio.packs.checks.media import ALL_PICTOGRAMS
from kimbilio.packs.recordings import keys_to_record, recordings_text, silent_text
from kimbilio.packs.sound import sound_of
from kimbilio.packs.workbook import write_workbook
from tests.pure.packs import sounds
from tests.pure.packs.copies import Copy

OPENING = "audio/ar/question.opening.mp3"
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="144" height="144" viewBox="0 0 48 48">{}</svg>'


def put(pack: Copy, path: str, content: bytes | str) -> None:
    """A file below media/, as a person drops it there."""
    file = pack.folder / "media" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(
    ("path", "content", "code", "remedy"),
    [
        ("audio/ar/question.opening.ogg", sounds.mp3(2), "wrong_type", "end in .mp3"),
        ("audio/ar/question.opening.mp3", b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(900), "wrong_type", "anew"),
        ("audio/ar/question.opening.m4a", b"<html>not found</html>", "wrong_type", "anew"),
        ("audio/ar/question.opening.wav", b"RIFF", "wrong_type", "ogg, mp3, m4a"),
        ("audio/ar/question.openning.mp3", sounds.mp3(2), "unknown_key", "question.opening"),
        ("audio/xx/question.opening.mp3", sounds.mp3(2), "unknown_language", "en, ar, sw"),
        ("audio/ar/question.opening.mp3", sounds.mp3(0.2), "too_short", "Record"),
        ("audio/ar/question.opening.mp3", sounds.mp3(91), "too_long", "Cut the silence"),
        ("audio/ar/question.opening.ogg", sounds.ogg(0), "too_short", "Record"),
        ("audio/ar/question.opening.mp3", sounds.mp3(140), "too_large", "one channel"),
        ("audio/ar/question.opening.ogg", sounds.ogg(3, heavy=False), "hardly_any_sound", "Listen to it"),
        (OPENING, sounds.mp3(2), "first_language_silent", "media/audio/en/question.opening"),
        ("audio/question.opening.ogg", sounds.ogg(3), "unknown_file", "media/audio/<language>/<key>.ogg"),
        ("pictograms/yes.png", b"\x89PNG", "wrong_type", "SVG"),
        ("pictograms/yes.svg", b"\x89PNG", "wrong_type", "plain SVG"),
        ("pictograms/yes.svg", "<html/>", "wrong_type", "plain SVG"),
        ("pictograms/yes.svg", SQUARE.format("<path d='M0 0'/>" * 400), "too_large", "simpler"),
        ("pictograms/yes.svg", SQUARE.replace('width="144"', ""), "no_size", "144"),
        ("pictograms/extra.svg", SQUARE.format(""), "unused_pictogram", "choices.csv"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_a_file_that_a_phone_could_not_use_is_named_with_its_remedy(
    zz: Copy, path: str, content: bytes | str, code: str, remedy: str
) -> None:
    put(zz, path, content)

    faults = [fault for fault in zz.faults() if fault.code == code]

    assert [fault.file for fault in faults] == [f"media/{path}"]
    assert remedy in faults[0].remedy


@pytest.mark.parametrize(
    "inside",
    [
        "<script>fetch('/')</script>",
        '<image href="yes.svg"/>',
        '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#a"/>',
        '<path d="M0 0" onload="alert(1)"/>',
        '<path d="M0 0" style="fill:url(other.svg#a)"/>',
        "<style>path{}</style>",
        "<text>Yes</text>",
        "<foreignObject/>",
        '<a href="x"><path d="M0 0"/></a>',
        '<path d="M0 0"><animate attributeName="d"/></path>',
    ],
)
def test_a_drawing_that_runs_moves_fetches_or_speaks_is_refused(zz: Copy, inside: str) -> None:
    put(zz, "pictograms/yes.svg", SQUARE.format(inside))
    assert {fault.code for fault in zz.errors()} == {"unsafe_svg"}


def test_a_drawing_with_entities_is_refused_unread(zz: Copy) -> None:
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SQUARE.format("<title>&a;</title>")
    put(zz, "pictograms/yes.svg", bomb)
    assert {fault.code for fault in zz.errors()} == {"wrong_type"}


def test_a_choice_that_names_no_picture_is_told_by_row_with_what_is_meant(zz: Copy) -> None:
    row = zz.plant(
        "forms/screening/choices.csv", "looks after them,child_alone", "looks after them,child_alon"
    )

    faults = [fault for fault in zz.errors() if fault.code == "unknown_pictogram"]

    assert [(fault.row, fault.found) for fault in faults] == [(row, "child_alon")]
    assert "Did you mean child_alone" in faults[0].remedy


def test_the_same_sentence_recorded_twice_is_refused(zz: Copy) -> None:
    put(zz, OPENING, sounds.mp3(2))
    put(zz, "audio/ar/question.opening.ogg", sounds.ogg(2))
    assert {fault.code for fault in zz.errors()} == {"recorded_twice"}


def test_what_all_phones_must_fetch_is_weighed_together(zz: Copy) -> None:
    for number in range(12):
        put(zz, f"pictograms/x{number}.svg", SQUARE.format("<path d='M0 0'/>" * 330))
    assert ALL_PICTOGRAMS < 12 * 5200
    assert "media_heavy" in {fault.code for fault in zz.faults()}


def test_a_pack_whose_file_is_too_large_to_read_is_not_loaded(zz: Copy) -> None:
    put(zz, OPENING, bytes(500_001))
    with pytest.raises(PackError, match="500 kB"):
        load(zz.folder)


@pytest.mark.parametrize(
    ("content", "kind", "seconds"),
    [
        (sounds.ogg(2.5), "ogg", 2.5),
        (sounds.mp3(3.6), "mp3", 3.6),
        (sounds.mp3(3.6, tagged=True), "mp3", 3.6),
        (sounds.m4a(4), "m4a", 4.0),
        (sounds.m4a(4, version=1), "m4a", 4.0),
    ],
)
def test_kind_and_length_are_read_from_the_file_itself(content: bytes, kind: str, seconds: float) -> None:
    sound = sound_of(content)
    assert sound is not None
    assert sound.kind == kind
    assert sound.seconds == pytest.approx(seconds, abs=0.01)


@pytest.mark.parametrize("content", [sounds.ogg(1), sounds.mp3(1), sounds.m4a(1)])
def test_no_torn_file_stops_the_checker(content: bytes) -> None:
    for end in (*range(64), *range(64, len(content), 97)):
        torn = sound_of(content[:end])
        assert torn is None or torn.seconds <= 1.01


def test_a_recording_is_found_by_its_key_and_changes_the_content(zz: Copy) -> None:
    before = load(zz.folder)
    put(zz, OPENING, sounds.mp3(2))
    put(zz, OPENING.replace("/ar/", "/en/"), sounds.mp3(2))
    put(zz, "audio/ar/.DS_Store", b"left by a computer")

    pack = load(zz.folder)

    assert zz.faults() == []
    found = pack.media.recording("question:opening", "ar")
    assert found is not None
    assert (found.name, found.type) == ("audio.ar.question.opening.mp3", "audio/mpeg")
    assert pack.media.recording("question:opening", "sw") is None
    assert pack.content_hash != before.content_hash


def test_a_pictogram_is_found_by_question_and_choice_and_where_there_is_none_nothing_is(zz: Copy) -> None:
    pack = load(zz.folder)
    alone = pack.pictogram("screening", "emergency", "child_alone")
    assert alone is not None
    assert alone.name == "pictogram.child_alone.svg"
    assert pack.media.named(alone.name) == alone
    nothing = [("sex", ""), ("sex", "woman"), ("emergency", "nonsense"), ("nonsense", "yes")]
    assert [pack.pictogram("screening", *which) for which in nothing] == [None] * 4


def test_a_workbook_carries_pictures_and_recordings_whole(zz: Copy, tmp_path: Path) -> None:
    put(zz, OPENING, sounds.mp3(20))
    put(zz, OPENING.replace("/ar/", "/en/"), sounds.mp3(2))
    loaded, path = load(zz.folder), tmp_path / "zz.xlsx"

    write_workbook(loaded.tables, path)

    assert load(path).content_hash == loaded.content_hash
    assert load(path).media == loaded.media
    assert check(path) == []


def test_a_workbook_that_has_lost_a_piece_of_a_recording_is_refused(zz: Copy, tmp_path: Path) -> None:
    put(zz, OPENING, sounds.mp3(20))
    path = tmp_path / "zz.xlsx"
    write_workbook(load(zz.folder).tables, path)
    book = openpyxl.load_workbook(path)
    book["media"].delete_rows(3)
    book.save(path)

    faults = [fault for fault in check(path) if fault.code == "media_pieces"]

    assert [fault.found for fault in faults] == [OPENING]
    with pytest.raises(PackError, match="pieces"):
        load(path)


def test_what_is_to_be_recorded_is_what_is_said_aloud_on_the_fast_path(zz: Copy) -> None:
    keys = keys_to_record(load(zz.folder))
    assert keys[:3] == ["question:language", "question:opening", "question:consent_talk"]
    assert not {"question:emergency", "question:interpreter", "question:fled"} & set(keys)


def test_a_recorded_sentence_leaves_the_list_of_those_still_to_be_recorded(zz: Copy) -> None:
    before = load(zz.folder)
    put(zz, OPENING, sounds.mp3(2))
    pack = load(zz.folder)

    lacking = recordings_text(pack, language="ar", missing=True)
    every = recordings_text(pack, language="ar", missing=False)

    assert "1 of 7 recorded" in lacking
    assert "question.opening" not in lacking
    assert f"media/{OPENING}  2 s, 8 kB" in every
    assert "ar 7" in silent_text(before)
    assert "ar 6" in silent_text(pack)
    with pytest.raises(PackError, match="no language 'xx'"):
        recordings_text(pack, language="xx", missing=True)


def test_every_fast_path_answer_and_sign_of_zambia_has_its_pictogram() -> None:
    pack = load("zm")
    form = pack.forms["screening"]
    lists = {q.list for q in form.questions if q.fast_path and q.list and not q.list.startswith("pack:")}
    # A language is known by its own name, and a flag would name a State
    bare = [
        f"{name}:{option.code}"
        for name in sorted(lists - {"language"})
        for option in pack.options("screening", name)
        if not pack.media.pictograms.get(option.pictogram)
    ]
    assert bare == []
    assert [q.name for q in form.questions if q.fast_path and not q.pictogram] == []
    assert sum(len(medium.content) for medium in pack.media.pictograms.values()) < ALL_PICTOGRAMS
