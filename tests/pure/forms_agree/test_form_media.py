"""Pictures and recordings in a compiled form.

FMD-01 a form names exactly the files that it publishes, in the languages in which they are.
FMD-02 version and hash of a form change with its pictures and recordings.
FMD-03 ODK Validate accepts a form with pictures and recordings, and JavaRosa shows and plays them.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kimbilio.packs import Pack, find_pack, load
from kimbilio.packs.compiler import CompiledForm, compile_form
from tests.pure.forms_agree import javarosa
from tests.pure.packs import sounds


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The republic after its opening words were spoken in three languages, and one question more in two."""
    folder = tmp_path_factory.mktemp("packs") / "zz"
    shutil.copytree(find_pack("zz"), folder)
    for language, keys in (
        ("en", ["opening", "language"]),
        ("ar", ["opening", "interpreter"]),
        ("sw", ["opening"]),
    ):
        voices = folder / "media/audio" / language
        voices.mkdir(parents=True)
        for key in keys:
            (voices / f"question.{key}.ogg").write_bytes(sounds.ogg(2))
    return folder


@pytest.fixture(scope="module")
def pack(folder: Path) -> Pack:
    return load(folder)


@pytest.fixture(scope="module")
def form(pack: Pack) -> CompiledForm:
    return compile_form(pack)


def translation(form: CompiledForm, language: str) -> str:
    found = re.search(rf'<translation lang="[^"]*\({language}\)".*?</translation>', form.xform, re.DOTALL)
    assert found
    return found.group()


def test_what_no_phone_could_play_stays_behind(form: CompiledForm) -> None:
    """Kiswahili is not offered, and the Arabic question has no voice in the language the form opens in."""
    assert [name for name in form.media if name.startswith("audio.")] == [
        "audio.ar.question.opening.ogg",
        "audio.en.question.language.ogg",
        "audio.en.question.opening.ogg",
    ]


def test_every_file_that_is_named_is_published_and_no_other(form: CompiledForm) -> None:
    named = set(re.findall(r"jr://(?:images|audio)/([^<]+)<", form.xform))
    assert named == set(form.media)
    assert {"pictogram.child_alone.svg", "pictogram.yes.svg"} <= named


def test_a_picture_is_shown_in_every_language_and_a_voice_heard_only_in_its_own(form: CompiledForm) -> None:
    english, arabic = translation(form, "en"), translation(form, "ar")
    assert english.count("jr://images/") == arabic.count("jr://images/") > 10
    assert re.findall("jr://audio/([^<]+)<", arabic) == ["audio.ar.question.opening.ogg"]
    assert {name[:9] for name in re.findall("jr://audio/([^<]+)<", english)} == {"audio.en."}


def test_another_voice_or_picture_makes_another_version_of_the_form(
    folder: Path, pack: Pack, form: CompiledForm, tmp_path: Path
) -> None:
    other = tmp_path / "zz"
    shutil.copytree(folder, other)
    (other / "media/audio/ar/question.opening.ogg").write_bytes(sounds.ogg(3))
    again = compile_form(load(other))
    picture = other / "media/pictograms/yes.svg"
    picture.write_text(picture.read_text().replace('stroke-width="3"', 'stroke-width="4"'))
    third = compile_form(load(other))
    assert len({form.version, again.version, third.version}) == 3
    assert len({form.hash, again.hash, third.hash}) == 3


def test_odk_validate_accepts_a_form_with_pictures_and_recordings(form: CompiledForm, tmp_path: Path) -> None:
    path = tmp_path / "form.xml"
    path.write_text(form.xform, encoding="utf-8")
    verdict = javarosa.validate(path)
    assert verdict.returncode == 0, verdict.stderr


def test_the_engine_of_odk_collect_shows_and_plays_them_in_every_language(
    form: CompiledForm, tmp_path: Path
) -> None:
    path = tmp_path / "form.xml"
    path.write_text(form.xform, encoding="utf-8")
    shown = javarosa.show(path)
    english, arabic = "English (en)", "العربية (ar)"
    assert {language for language, _ in shown} == {english, arabic}
    for language in (english, arabic):
        assert shown[language, "emergency=child_alone"][0] == "jr://images/pictogram.child_alone.svg"
    assert shown[english, "opening"][1] == "jr://audio/audio.en.question.opening.ogg"
    assert shown[arabic, "opening"][1] == "jr://audio/audio.ar.question.opening.ogg"
    # JavaRosa plays the first language where another has no voice
    assert shown[arabic, "language"][1] == "jr://audio/audio.en.question.language.ogg"
    assert shown[arabic, "interpreter"][1] == ""
