"""Which languages a compiled form offers, and what stands where one of them has no text.

LNG-01 a language is offered as soon as all that is said aloud on the fast path can be said in it.
LNG-02 what it lacks is read in English, never a blank or a dash; a complete language may lack nothing.
LNG-03 a language that is only spoken is offered with its recordings.
"""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from kimbilio.packs import Pack, PackError, find_pack, load
from kimbilio.packs.compiler import CompiledForm, compile_form
from kimbilio.packs.recordings import keys_to_record
from tests.pure.forms_agree import javarosa
from tests.pure.packs import sounds

ALOUD = keys_to_record(load("zz"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(find_pack("zz"), tmp_path / "zz")
    return tmp_path / "zz"


def say(folder: Path, *keys: str) -> Pack:
    """The republic with these texts in Kiswahili and no other."""
    english = load("zz").english
    with (folder / "translations/sw.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["key", "source", "text"])
        writer.writerows([key, english[key], f"sw {english[key]}"] for key in keys)
    return load(folder)


def offered(form: CompiledForm) -> list[str]:
    return re.findall(r'<translation lang="[^"]*\((\w+)\)"', form.xform)


def texts(form: CompiledForm, language: str) -> dict[str, str]:
    block = re.search(rf'<translation lang="[^"]*\({language}\)".*?</translation>', form.xform, re.DOTALL)
    assert block
    return dict(re.findall(r'<text id="([^"]+)"><value>([^<]*)<', block.group()))


@pytest.mark.parametrize("lacking", ALOUD)
def test_one_sentence_short_is_not_offered(folder: Path, lacking: str) -> None:
    assert offered(compile_form(say(folder, *(key for key in ALOUD if key != lacking)))) == ["en", "ar"]


def test_a_language_that_can_be_spoken_is_offered_and_the_rest_of_it_is_english(
    folder: Path, tmp_path: Path
) -> None:
    form = compile_form(say(folder, *ALOUD, "choice:consent_talk:yes"))
    assert offered(form) == ["en", "ar", "sw"]
    english, swahili = texts(form, "en"), texts(form, "sw")
    assert set(english) == set(swahili)
    questions = {f"{q.name}:label" for q in load("zz").forms["screening"].questions}
    asked = {name: key for key in english if (name := key.rsplit("/", 1)[-1]) in questions}
    said = {name for name, key in asked.items() if swahili[key] == f"sw {english[key]}"}
    assert said == {f"{key.removeprefix('question:')}:label" for key in ALOUD}
    assert all(swahili[asked[name]] == english[asked[name]] for name in asked.keys() - said)
    assert all(text.strip() for text in swahili.values())
    assert "-" not in swahili.values()
    path = tmp_path / "form.xml"
    path.write_text(form.xform, encoding="utf-8")
    verdict = javarosa.validate(path)
    assert verdict.returncode == 0, verdict.stderr


def test_a_language_that_says_it_is_complete_may_still_lack_nothing(folder: Path) -> None:
    about = folder / "pack.yaml"
    text = about.read_text(encoding="utf-8")
    assert "ltr, complete: false" in text
    about.write_text(text.replace("ltr, complete: false", "ltr, complete: true"), encoding="utf-8")
    with pytest.raises(PackError, match="not translated: sw "):
        compile_form(say(folder, *ALOUD))


def test_a_language_that_is_only_spoken_is_offered_with_its_voices(folder: Path) -> None:
    for language in ("en", "sw"):
        voices = folder / "media/audio" / language
        voices.mkdir(parents=True)
        for key in ALOUD:
            (voices / f"{key.replace(':', '.')}.mp3").write_bytes(sounds.mp3(1))
    form = compile_form(say(folder))
    assert offered(form) == ["en", "ar", "sw"]
    assert len([name for name in form.media if name.startswith("audio.sw.")]) == len(ALOUD)
    opening = next(key for key in texts(form, "en") if key.endswith("/opening:label"))
    assert texts(form, "sw")[opening] == texts(form, "en")[opening]
