"""The pictures and recordings of a compiled form, beside its words.

Knows which files a form shows and plays and remembers them for its manifest. A picture is the same in every
language; a recording stands only in the language that is spoken in it, and only beside one in the language
that the form opens in: JavaRosa, the engine of ODK Collect, refuses to change to a language that has what its
first language lacks. Source: XLSForm specification (media::image, media::audio).
"""

from __future__ import annotations

from kimbilio.packs.form_texts import FormTexts
from kimbilio.packs.media import Medium
from kimbilio.packs.pack import Pack


class FormMedia:
    """Cells of media for a form, and the files that they name."""

    def __init__(self, pack: Pack, texts: FormTexts) -> None:
        self._pack, self._texts = pack, texts
        self._used: dict[str, bytes] = {}

    def cells(self, key: str, pictogram: str) -> dict[str, str]:
        """The cells beside the text of a key; a pictogram or recording that is not there has none."""
        media = self._pack.media
        opens_in = self._texts.languages[0].id
        cells = self._texts.cells("media::image", lambda _: self._use(media.pictograms.get(pictogram)))
        if media.recording(key, opens_in):
            cells |= self._texts.cells("media::audio", lambda lang: self._use(media.recording(key, lang)))
        return {column: name for column, name in cells.items() if name}

    def files(self) -> dict[str, bytes]:
        """What the cells asked for so far have named, by the name under which a phone keeps it."""
        return dict(sorted(self._used.items()))

    def _use(self, medium: Medium | None) -> str:
        if medium is None:
            return ""
        self._used[medium.name] = medium.content
        return medium.name
