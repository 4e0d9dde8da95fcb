"""A pack's form compiled to an XForm that carries its own law.

Knows how the parts of a compiled form are put together and how its version follows from its content. Does
not know what is asked (`form_questions`), worked out (`form_logic`) or shown (`form_notes`). Any OpenRosa
client runs the result offline; the server recomputes with `kimbilio.rules` and flags a difference
(`form_names.read_claims`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from kimbilio.packs.faults import PackError
from kimbilio.packs.form_logic import FormLogic
from kimbilio.packs.form_media import FormMedia
from kimbilio.packs.form_notes import FormNotes
from kimbilio.packs.form_questions import FormQuestions
from kimbilio.packs.form_texts import FormTexts
from kimbilio.packs.pack import Pack
from kimbilio.packs.xpath import Scope
from kimbilio.xlsforms import Workbook, WorkbookRefused, XForm, convert

METADATA = ("start", "end", "deviceid")


@dataclass(frozen=True)
class CompiledForm:
    """A form ready to publish.

    `version` is at most 249 characters and changes with any change of the pack or of the compiled sheets;
    `hash` is `md5:` and the hexadecimal MD5 of the XForm's bytes, as OpenRosa form lists want it; `media`
    maps a file name to its bytes; `warnings` are pyxform's remarks.
    """

    form_id: str
    name: str
    version: str
    xform: str
    hash: str
    media: Mapping[str, bytes]
    warnings: tuple[str, ...]


def compile_form(pack: Pack, form: str = "screening") -> CompiledForm:
    """Compile a form of the pack.

    Raises PackError when a text lacks a language that the pack calls complete, or when the sheets make no
    form.
    """
    texts = FormTexts(pack, form)
    scope = Scope(pack, form)
    logic = FormLogic(pack, scope)
    notes = FormNotes(pack, scope, logic, texts)
    media = FormMedia(pack, texts)
    questions = FormQuestions(pack, form, scope, logic, texts, media)
    survey = [
        *({"type": kind, "name": kind} for kind in METADATA),
        *questions.survey(notes.rows),
        *(logic.rows() if questions.carries_law else ()),
    ]
    choices = list(questions.choices())
    texts.check()
    form_id = f"kimbilio_{pack.id}_{form}"
    entities = list(questions.entities())
    # People to practise on are no part of a form: a new story must not send every phone for a new version.
    known = pack.tables.content_hash(leaving_out="practice")
    content = json.dumps([known, survey, choices, *entities], sort_keys=True).encode()
    settings = {
        "form_id": form_id,
        "form_title": f"Kimbilio {pack.name}: {form.replace('_', ' ')}",
        "version": f"{pack.version}-{hashlib.sha256(content).hexdigest()[:10]}",
        "default_language": texts.default_language,
    }
    xform = _convert(pack, Workbook(survey, choices, settings, entities))
    return CompiledForm(
        form_id=form_id,
        name=settings["form_title"],
        version=settings["version"],
        xform=xform.xml,
        hash=f"md5:{hashlib.md5(xform.xml.encode(), usedforsecurity=False).hexdigest()}",
        media=media.files(),
        warnings=xform.warnings,
    )


def _convert(pack: Pack, workbook: Workbook) -> XForm:
    try:
        return convert(workbook)
    except WorkbookRefused as error:
        raise PackError(
            f"pack '{pack.id}' makes no form: {error}",
            f"Run `kimbilio pack check {pack.id}` and mend what it names.",
        ) from error
