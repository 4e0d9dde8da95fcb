"""A form of a pack as it stands on paper, blank or filled: plain values, ready for a page layout.

Knows the order in which a sheet is read and which answer alone is enough to act. Does not draw (the layout does) and
registers nothing. Values of a name are never among them, blank or filled: they stay in the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count, groupby, takewhile
from typing import Any

from kimbilio.packs.form_questions import AGENCY_SLOT, RESULT_ROW
from kimbilio.packs.pack import Pack, Question
from kimbilio.packs.paper_texts import PaperTexts, Spoken
from kimbilio.rules import screen
from kimbilio.rules.consent import LIFE_AT_RISK
from kimbilio.rules.expressions import parse
from kimbilio.rules.parts import Pathway

SCREENING = "screening"
ROOM_FOR_REFERRALS = 2
"""How often a repeat stands on a blank sheet."""

DOTS = "……………………"
_KEPT_BACK = ("name", "safe_contact")
_WRITTEN = {"integer": "number", "decimal": "number", "date": "number"}

Answers = Mapping[str, Sequence[str]]


def paper_form(
    pack: Pack,
    form: str,
    language: str,
    *,
    version: str,
    answers: Answers | None = None,
    repeats: Mapping[str, Sequence[Answers]] | None = None,
) -> dict[str, Any]:
    """The sheet in a language. `answers` (codes, or one free text) make it a filled one; `repeats` are its rows.

    `version` is that of the published form. KeyError for a form that the pack does not have.
    """
    return _Sheet(pack, form, language, version, answers, repeats or {}).document()


class _Sheet:
    def __init__(
        self,
        pack: Pack,
        form: str,
        language: str,
        version: str,
        answers: Answers | None,
        repeats: Mapping[str, Sequence[Answers]],
    ) -> None:
        self._pack, self._form, self._version = pack, pack.forms[form], version
        self._answers, self._repeats = answers, repeats
        self._texts = PaperTexts(pack, language)
        asked = [q for q in self._form.questions if q.type not in ("end_repeat", "begin_repeat")]
        self._numbers = {q.name: str(n) for n, q in enumerate((q for q in asked if q.name != RESULT_ROW), 1)}
        self._spoken = Spoken(self._texts, form, self._numbers)
        self._kept_back = {
            question
            for field in _KEPT_BACK
            if field in pack.fields
            for question in pack.fields[field].questions
        }

    def document(self) -> dict[str, Any]:
        """All that stands on the sheet."""
        word, language = self._texts.word, self._texts.language
        sections = list(self._sections())
        known = next((one for one in self._pack.languages if one.id == language), None)
        blank_screening = self._answers is None and self._form.name == SCREENING
        boxes = [self._box(n, p) for n, p in self._boxes] if blank_screening else []
        terms = list(self._spoken.terms())
        notices = [word("keep_safe")]
        if not self._pack.reviewed_by_country_team:
            notices.append(word("unreviewed_pack"))
        if known is not None and not known.reviewed:
            notices.append(word("unreviewed_language"))
        if self._texts.missing:
            notices.append(word("untranslated"))
        return {
            "language": language,
            "direction": known.direction if known else "ltr",
            "title": word("title" if self._answers is None else "title_filled"),
            "country": self._texts.text("pack:name"),
            "version": self._version,
            "filled": self._answers is not None,
            "notices": notices,
            "terms": terms if self._answers is None else [],
            "enough": word("enough") if boxes else "",
            "sections": sections,
            "boxes": boxes,
            "words": {
                name: word(name)
                for name in (
                    "tick_one",
                    "tick_several",
                    "observe",
                    "read_aloud",
                    "terms",
                    "what_to_do",
                    "never",
                    "the_law",
                    "not_printed",
                    "blank_answer",
                    "sheet",
                    "version",
                )
            }
            | {"page": word("page", page="#")},
        }

    def _sections(self) -> Iterator[dict[str, Any]]:
        for section, rows in groupby(self._form.questions, key=lambda q: q.section):
            items = list(self._items(list(rows)))
            if items:
                yield {"title": self._texts.optional(f"section:{section}") or section, "items": items}
        known = {question.name for question in self._form.questions}
        if others := {name: given for name, given in (self._answers or {}).items() if name not in known}:
            yield {
                "title": self._texts.word("others"),
                "items": [self._other(*one) for one in others.items()],
            }

    def _other(self, name: str, given: Sequence[str]) -> dict[str, Any]:
        """An answer to a question that the pack no longer asks."""
        return {
            "kind": "text",
            "n": "–",
            "text": name,
            "when": "",
            "choices": [],
            "written": " ".join(given),
            "kept_back": False,
            "answered": True,
        }

    def _items(self, rows: Sequence[Question]) -> Iterator[dict[str, Any]]:
        opened: Question | None = None
        inside: list[Question] = []
        for question in rows:
            if question.type == "begin_repeat":
                opened, inside = question, []
            elif question.type == "end_repeat" and opened is not None:
                yield from self._turns(opened, inside)
                opened = None
            elif opened is not None:
                inside.append(question)
            elif question.name != RESULT_ROW:
                yield self._item(question, self._answers)

    def _turns(self, repeat: Question, inside: Sequence[Question]) -> Iterator[dict[str, Any]]:
        turns: Sequence[Answers | None]
        turns = (
            [None] * ROOM_FOR_REFERRALS if self._answers is None else list(self._repeats.get(repeat.name, ()))
        )
        for number, answers in enumerate(turns, start=1):
            yield {
                "kind": "turn",
                "text": f"{self._texts.text(f'question:{repeat.name}')} ({number})",
                "when": self._condition(repeat, "relevant", "only_if"),
            }
            for question in inside:
                yield self._item(question, answers)

    def _item(self, question: Question, answers: Answers | None) -> dict[str, Any]:
        kinds = {"select_one": "one", "select_multiple": "several", "note": "note"}
        kind = kinds.get(question.type) or _WRITTEN.get(question.type, "text")
        given = list((answers or {}).get(question.name, ()))
        kept_back = question.name in self._kept_back and answers is not None
        choices = self._choices(question, given)
        # An answer of an older version, whose choice the pack no longer has, stands by its code
        offered = (
            {o.code for o in self._pack.options(self._form.name, question.list)} if question.list else ()
        )
        written = [text for text in given if text not in offered]
        return {
            "kind": kind,
            "n": self._numbers[question.name],
            "text": self._texts.text(f"question:{question.name}").replace(AGENCY_SLOT, DOTS),
            "hint": self._texts.optional(f"question:{question.name}:hint"),
            "observe": question.observe and kind != "note",
            "when": self._condition(question, "relevant", "only_if"),
            "never": self._condition(question, "never_if", "never_if"),
            "choices": choices,
            "written": "" if kept_back else " ".join(written),
            "kept_back": kept_back,
            "answered": bool(given),
        }

    def _choices(self, question: Question, given: Sequence[str]) -> list[dict[str, Any]]:
        if not question.list:
            return []
        return [
            {
                "text": self._texts.text(option.key),
                "ticked": option.code in given,
                "enough": self._enough(question, option.code),
            }
            for option in self._pack.options(self._form.name, question.list)
        ]

    def _condition(self, question: Question, which: str, word: str) -> str:
        said = getattr(question, which)
        return self._texts.word(word, condition=self._spoken.say(parse(said))) if said else ""

    def _enough(self, question: Question, code: str) -> list[str]:
        """The numbers of the boxes whose need this answer finds without any other."""
        if self._form.name != SCREENING or question.list.startswith("pack:"):
            return []
        value = [code] if question.type == "select_multiple" else code
        found = {need.category for need in screen({question.name: value}, self._pack.ruleset).needs}
        return [str(n) for n, pathway in self._boxes if pathway.category in found]

    @cached_property
    def _boxes(self) -> list[tuple[int, Pathway]]:
        """The pathways, those where life is at risk first."""
        rows = sorted(self._pack.ruleset.pathways, key=lambda pathway: pathway.consent != LIFE_AT_RISK)
        return list(enumerate(rows, start=1))

    def _box(self, number: int, pathway: Pathway) -> dict[str, Any]:
        texts, key = self._texts, f"pathway:{pathway.id}"
        never = takewhile(lambda name: name in self._pack.english, (f"{key}:never:{n}" for n in count(1)))
        for_whom = "" if pathway.applies_to == "both" else texts.word(f"for_{pathway.applies_to}")
        return {
            "n": str(number),
            "title": texts.text(f"category:{pathway.category}"),
            "for": for_whom,
            "steps": [
                {
                    "n": str(step.n),
                    "text": texts.text(step.do),
                    "who": texts.text(f"agency:{step.by}"),
                    "within": ""
                    if step.within_minutes is None
                    else texts.word("within", time=texts.duration(step.within_minutes)),
                }
                for step in pathway.steps
            ],
            "notes": [note for part in ("choice", "next") if (note := texts.optional(f"{key}:{part}"))],
            "never": [texts.text(name) for name in never],
            "call": self._call(pathway),
            "laws": [self._law(id_) for id_ in pathway.laws],
        }

    def _call(self, pathway: Pathway) -> list[str]:
        texts, agency = self._texts, self._texts.text(f"agency:{pathway.lead}")
        lines = []
        for service in self._pack.services.values():
            entered = service.desk or service.contact
            if service.agency != pathway.lead or not service.serves(pathway.category) or not entered:
                continue
            shown = service.seen_by()
            parts = (("desk", shown.desk), ("hours", shown.hours), ("contact", shown.contact))
            lines += [texts.word(name, **{name: value}) for name, value in parts if value]
            if service.location_confidential:
                lines.append(texts.word("place_kept", agency=agency))
        return [
            texts.word("whom_to_call", agency=agency),
            *(dict.fromkeys(lines) or [texts.word("no_desk")]),
        ]

    def _law(self, id_: str) -> dict[str, str]:
        law, texts = self._pack.laws[id_], self._texts
        return {
            "law": f"{texts.text(f'instrument:{law.instrument_id}')}, {law.article}",
            "sentence": texts.text(f"law:{id_}"),
            "bound": texts.text(f"bound:{law.bound}"),
        }
