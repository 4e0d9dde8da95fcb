"""What has been recorded and what is still to be: the list a country team takes to the microphone.

Knows which sentences an officer says aloud on the fast path, and under which name a recording is found. Does
not judge the files (`checks.media`).
"""

from __future__ import annotations

from collections.abc import Iterator

from kimbilio.packs.faults import PackError
from kimbilio.packs.media import SOUNDS, spoken, stem_of
from kimbilio.packs.pack import Language, Pack
from kimbilio.packs.sound import sound_of


def keys_to_record(pack: Pack) -> list[str]:
    """The keys of what is said aloud on the fast path of any form, opening words included."""
    return list(dict.fromkeys(key for form in pack.forms.values() for key in spoken(form.questions)))


def silent_text(pack: Pack) -> str:
    """As information: in how many languages how many sentences have no recording; empty when all have."""
    keys = keys_to_record(pack)
    lacking = {lang.id: _unrecorded(pack, lang) for lang in pack.languages}
    if not any(lacking.values()):
        return ""
    counts = ", ".join(f"{id_} {len(missing)}" for id_, missing in lacking.items() if missing)
    return (
        f"information: of {len(keys)} sentences said aloud, without a recording: {counts}.\n"
        f"  `kimbilio pack audio {pack.id} --missing` names them.\n"
    )


def recordings_text(pack: Pack, *, language: str | None, missing: bool) -> str:
    """The sentences by language, each with its file; `missing` leaves out those that have one.

    Raises PackError when the pack has no such language.
    """
    chosen = [lang for lang in pack.languages if language in (None, lang.id)]
    if not chosen:
        known = ", ".join(lang.id for lang in pack.languages)
        raise PackError(
            f"pack '{pack.id}' has no language '{language}'",
            f"Languages of the pack: {known}. Add another under languages in pack.yaml.",
        )
    lines = (line for lang in chosen for line in _lines(pack, lang, missing=missing))
    return "\n".join(lines) + "\n"


def _lines(pack: Pack, language: Language, *, missing: bool) -> Iterator[str]:
    keys, lacking = keys_to_record(pack), _unrecorded(pack, language)
    yield f"{language.name} ({language.id}): {len(keys) - len(lacking)} of {len(keys)} recorded."
    for key in keys:
        medium = pack.media.recording(key, language.id)
        if medium is None:
            yield f"  media/audio/{language.id}/{stem_of(key)}.{SOUNDS[0]}"
            note = "" if pack.is_translated(key, language.id) else "not yet translated, in English: "
            yield f"    {note}{pack.text(key, language.id)}"
        elif not missing:
            sound = sound_of(medium.content)
            lasts = f"{sound.seconds:.0f} s, " if sound else ""
            file = medium.name.removeprefix(f"audio.{language.id}.")
            yield f"  media/audio/{language.id}/{file}  {lasts}{len(medium.content) // 1000} kB"


def _unrecorded(pack: Pack, language: Language) -> list[str]:
    return [key for key in keys_to_record(pack) if pack.media.recording(key, language.id) is None]
