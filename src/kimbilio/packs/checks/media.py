"""Pictures and recordings: is each where it is found, of the kind it says, small enough for a phone, harmless?

Knows the limits and the parts of SVG that a drawing needs. Does not know whether a picture is good or a voice
is clear: a person looks and listens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from kimbilio.packs.checks.contents import Contents, known
from kimbilio.packs.faults import Fault
from kimbilio.packs.media import AUDIO, PICTOGRAMS, SOUNDS, stem_of
from kimbilio.packs.sound import Sound, sound_of
from kimbilio.packs.texts import english_texts

LARGEST_PICTOGRAM = 6_000
ALL_PICTOGRAMS = 60_000
ALL_RECORDINGS = 6_000_000
SHORTEST, LONGEST = 0.5, 90.0
"""Seconds of a recording: below nobody has spoken, above nobody listens."""
_HARDLY_ANY = 500  # bytes a second; the lowest rate at which speech is still understood is about twice that

_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = frozenset(
    ["svg", "g", "title", "desc", "path", "circle", "ellipse", "rect", "line", "polyline", "polygon"]
)
_REACHES_OUT = re.compile(r"url\(|//|script:|data:|@import|expression", re.IGNORECASE)
_WHERE = "Pictures go to media/pictograms/<name>.svg, recordings to media/audio/<language>/<key>.ogg."
_SMALLER = "Record one sentence a file, one channel; docs/how-to/record-audio.md says how."


def check_pictograms_named(contents: Contents) -> Iterator[Fault]:
    """Every pictogram that a question or choice names is there, and every one that is there is named."""
    there = {
        path.stem
        for path in map(PurePosixPath, contents.tables.media)
        if path.parts[0] == PICTOGRAMS and path.suffix == ".svg"
    }
    named: set[str] = set()
    for table in (t for form in contents.every_form() for t in (form.questions, form.choices)):
        for row in table:
            pictogram = row["pictogram"]
            named.add(pictogram)
            if pictogram and pictogram not in there:
                message = f"there is no picture media/{PICTOGRAMS}/{pictogram}.svg"
                remedy = f"Put the file there, or correct the name. {known(sorted(there), pictogram)}"
                yield Fault("unknown_pictogram", table.file, row.number, pictogram, message, remedy)
    for pictogram in sorted(there - named):
        file = f"media/{PICTOGRAMS}/{pictogram}.svg"
        remedy = "Name it in the column pictogram of choices.csv or questions.csv, or delete the file."
        message = "no question and no choice shows this picture"
        yield Fault("unused_pictogram", file, None, pictogram, message, remedy, "warning")


def check_media(contents: Contents) -> Iterator[Fault]:
    """The files below media/, one by one and together."""
    keys = {stem_of(key): key for key in _spoken_keys(contents)}
    languages = _languages(contents)
    first: dict[tuple[str, str], str] = {}
    sizes = {PICTOGRAMS: 0, AUDIO: 0}
    for path, content in contents.tables.media.items():
        file = f"media/{path}"
        match PurePosixPath(path).parts:
            case (folder, _) if folder == PICTOGRAMS:
                sizes[folder] += len(content)
                yield from _pictogram(file, content)
            case (folder, language, name) if folder == AUDIO:
                sizes[folder] += len(content)
                stem = name.rpartition(".")[0]
                if language not in languages:
                    message = f"pack.yaml names no language '{language}'"
                    remedy = f"Rename the folder, or add the language. {known(languages, language)}"
                    yield Fault("unknown_language", file, None, language, message, remedy)
                if stem not in keys:
                    message = f"'{stem}' is not the name of a sentence that can be played"
                    remedy = f"Name the file by its sentence, with dots for colons. {known(keys, stem)}"
                    yield Fault("unknown_key", file, None, stem, message, remedy)
                if before := first.get((language, stem)):
                    message = f"the same sentence is spoken in {before}"
                    yield Fault("recorded_twice", file, None, stem, message, "Keep one of the two files.")
                first.setdefault((language, stem), file)
                yield from _recording(file, content)
            case _:
                message = "no part of the pack reads this file"
                yield Fault("unknown_file", file, None, path, message, _WHERE, "warning")
    opens_in = next(iter(languages), "")
    for (language, stem), file in first.items():
        if stem in keys and language in languages and (opens_in, stem) not in first:
            message = f"no phone can play this before the same sentence is recorded in '{opens_in}'"
            remedy = f"Record it as media/{AUDIO}/{opens_in}/{stem} too: a form may not play in another "
            remedy += "language what it cannot play in its first."
            yield Fault("first_language_silent", file, None, stem, message, remedy, "warning")
    yield from _together(PICTOGRAMS, sizes[PICTOGRAMS], ALL_PICTOGRAMS, "Draw with fewer, simpler shapes.")
    yield from _together(AUDIO, sizes[AUDIO], ALL_RECORDINGS, _SMALLER)


def _together(folder: str, size: int, limit: int, remedy: str) -> Iterator[Fault]:
    if size > limit:
        message = f"all files together are {size // 1000} kB, which every phone fetches; aim at "
        message += f"{limit // 1000} kB"
        yield Fault("media_heavy", f"media/{folder}", None, str(size), message, remedy, "warning")


def _spoken_keys(contents: Contents) -> list[str]:
    every = english_texts(contents.tables)
    return [key for key in every if key.startswith(("question:", "choice:")) and not key.endswith(":hint")]


def _languages(contents: Contents) -> list[str]:
    value = contents.about.value if isinstance(contents.about.value, dict) else {}
    named = value.get("languages")
    rows = named if isinstance(named, list) else []
    return [str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row]


def _recording(file: str, content: bytes) -> Iterator[Fault]:
    kind = file.rpartition(".")[2]
    sound = sound_of(content)
    wanted = ", ".join(SOUNDS)
    if kind not in SOUNDS:
        remedy = f"Save the recording as one of: {wanted}. A renamed file stays what it was."
        yield Fault("wrong_type", file, None, kind, f"'.{kind}' is no kind that every phone plays", remedy)
    elif sound is None:
        message = "the file holds no sound of a kind that every phone plays, whatever its name says"
        remedy = f"Save the recording anew as one of: {wanted}. Renaming is not enough."
        yield Fault("wrong_type", file, None, kind, message, remedy)
    elif sound.kind != kind:
        message = f"the name says {kind}, but the file is {sound.kind}"
        yield Fault("wrong_type", file, None, sound.kind, message, f"Let the name end in .{sound.kind}.")
    else:
        yield from _length(file, content, sound)


def _length(file: str, content: bytes, sound: Sound) -> Iterator[Fault]:
    lasts = f"{sound.seconds:.1f}"
    if sound.seconds < SHORTEST:
        message = f"the recording lasts {lasts} seconds, too short for a sentence"
        yield Fault("too_short", file, None, lasts, message, "Record the sentence anew.")
    elif sound.seconds > LONGEST:
        message = f"the recording lasts {lasts} seconds; nobody listens longer than {LONGEST:.0f}"
        remedy = "Cut the silence at both ends, or speak the sentence as it is written, without adding."
        yield Fault("too_long", file, None, lasts, message, remedy)
    elif len(content) / sound.seconds < _HARDLY_ANY:
        message = f"there is hardly any sound in these {lasts} seconds"
        remedy = "Listen to it. If nobody speaks, record it anew, nearer to the microphone."
        yield Fault("hardly_any_sound", file, None, lasts, message, remedy, "warning")


def _pictogram(file: str, content: bytes) -> Iterator[Fault]:
    if not file.endswith(".svg"):
        kind = file.rpartition(".")[2]
        remedy = "Draw it as SVG: it stays sharp at every size and weighs less than a photo."
        yield Fault("wrong_type", file, None, kind, f"'.{kind}' is no drawing", remedy)
        return
    if len(content) > LARGEST_PICTOGRAM:
        message = (
            f"the picture is {len(content) // 1000} kB large; the limit is {LARGEST_PICTOGRAM // 1000} kB"
        )
        remedy = "Draw with fewer, simpler shapes, and save it as plain SVG."
        yield Fault("too_large", file, None, str(len(content)), message, remedy)
        return
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        message = "the file is not SVG, whatever its name says"
        remedy = "Save it anew as plain SVG, without a document type."
        yield Fault("wrong_type", file, None, "svg", message, remedy)
        return
    if root.tag != f"{_SVG}svg":
        message = "the file is XML, but no SVG drawing"
        yield Fault("wrong_type", file, None, str(root.tag), message, "Save it anew as plain SVG.")
        return
    yield from _harmless(file, root)
    if not all(root.get(side, "").isdigit() for side in ("width", "height")) or not root.get("viewBox"):
        message = "the drawing does not say how large it is"
        remedy = 'Write width="144" height="144" and a viewBox: ODK Collect shows it at that many points.'
        yield Fault("no_size", file, None, "", message, remedy)


def _harmless(file: str, root: Element) -> Iterator[Fault]:
    """Only shapes, and nothing that runs, moves or fetches."""
    for element in root.iter():
        name = str(element.tag).removeprefix(_SVG)
        if name not in _DRAWN:
            message = f"the drawing holds '{name}', which is no shape"
            remedy = "Leave only shapes: no script, no style sheet, no picture inside, no link. Words cannot "
            remedy += "be translated in a picture; they stand beside it."
            yield Fault("unsafe_svg", file, None, name, message, remedy)
        for attribute, value in element.attrib.items():
            outside = attribute.startswith(("{", "on")) or attribute in ("href", "src", "class")
            if outside or _REACHES_OUT.search(value):
                plain = attribute.rpartition("}")[2]
                message = f"'{name}' has '{plain}', which runs or fetches something"
                yield Fault("unsafe_svg", file, None, attribute, message, "Delete it from the drawing.")
