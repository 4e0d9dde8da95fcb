"""The pictures and recordings of a pack: `media/pictograms/<name>.svg`, `media/audio/<language>/<key>.<kind>`.

Knows how a file's place says what it is, and under which name a phone keeps it. Does not judge the files
(`checks.media`). A key is that of the text which is spoken, with a dot where the key has a colon, because
Windows allows no colon in the name of a file: `question.opening.ogg` speaks `question:opening`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kimbilio.packs.pack import Question

TYPES: Mapping[str, str] = {
    "svg": "image/svg+xml",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
}
"""The kinds of files, by their endings, with their media types."""
SOUNDS = ("ogg", "mp3", "m4a")
PICTOGRAMS, AUDIO = "pictograms", "audio"


@dataclass(frozen=True)
class Medium:
    """One picture or recording: the flat name under which a phone keeps it, its media type, its bytes."""

    name: str
    type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Media:
    """Pictograms by name, recordings by language and key."""

    pictograms: Mapping[str, Medium] = field(default_factory=dict)
    recordings: Mapping[tuple[str, str], Medium] = field(default_factory=dict)

    def recording(self, key: str, language: str) -> Medium | None:
        """The recording of a text in a language; None when nobody has spoken it yet."""
        return self.recordings.get((language, key))

    def named(self, name: str) -> Medium | None:
        """The file that a phone keeps under this name; None when the pack has none."""
        every = (*self.pictograms.values(), *self.recordings.values())
        return next((medium for medium in every if medium.name == name), None)


def media_of(files: Mapping[str, bytes], keys: Iterable[str]) -> Media:
    """The media among a pack's files (paths below `media/`); a file that speaks no key is left out."""
    by_stem = {stem_of(key): key for key in keys}
    pictograms: dict[str, Medium] = {}
    recordings: dict[tuple[str, str], Medium] = {}
    for path, content in files.items():
        match PurePosixPath(path).parts:
            case (folder, name) if folder == PICTOGRAMS and name.endswith(".svg"):
                pictograms[name[:-4]] = Medium(f"pictogram.{name}", TYPES["svg"], content)
            case (folder, language, name) if folder == AUDIO:
                stem, _, kind = name.rpartition(".")
                if kind in SOUNDS and stem in by_stem:
                    flat = f"audio.{language}.{name}"
                    recordings[language, by_stem[stem]] = Medium(flat, TYPES[kind], content)
    return Media(pictograms, recordings)


def stem_of(key: str) -> str:
    """The name of a recording's file, without its ending."""
    return key.replace(":", ".")


def spoken(questions: Iterable[Question]) -> Iterator[str]:
    """The keys of the sentences to record first: what an officer says aloud on the fast path."""
    for question in questions:
        if question.fast_path and not question.observe:
            yield f"question:{question.name}"
