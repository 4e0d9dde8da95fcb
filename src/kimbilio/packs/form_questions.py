"""The asked part of a compiled form: one page a section, each question with its words and when it is shown.

Knows how a row of questions.csv becomes a row of an XLSForm survey. Does not know what an answer leads to
(`form_logic`). Source: XLSForm specification.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from kimbilio.packs import form_names as names
from kimbilio.packs.form_logic import FormLogic
from kimbilio.packs.form_media import FormMedia
from kimbilio.packs.form_texts import FormTexts
from kimbilio.packs.pack import OFFICERS_LIST, Option, Pack, Question
from kimbilio.packs.xpath import Scope, is_yes

Rows = Iterator[dict[str, str]]

# Choices of a several-answers question that say "nothing else is true", by the convention of the format.
ALONE = ("none", "nothing", "no", "skip", "not_asked", "not_known")
RESULT_ROW = "result"
AGENCY_SLOT = "[agency]"
"""What a text of the referral writes where the name of the chosen agency is to stand."""


class FormQuestions:
    """The survey and choice rows of one form of a pack."""

    def __init__(
        self, pack: Pack, form: str, scope: Scope, logic: FormLogic, texts: FormTexts, media: FormMedia
    ) -> None:
        self._pack, self._form, self._scope, self._logic = pack, form, scope, logic
        self._texts, self._media = texts, media

    @property
    def carries_law(self) -> bool:
        """Whether the form works out what its answers raise, and says what the law asks."""
        return bool(self._pack.forms[self._form].raises)

    def entities(self) -> Rows:
        """What the form says it updates: the record chosen from the officer's own list."""
        if question := self._pack.forms[self._form].list_question:
            yield {
                "list_name": question.list.removeprefix(OFFICERS_LIST),
                "entity_id": f"${{{question.name}}}",
            }

    def survey(self, result: Callable[[], Rows]) -> Rows:
        """All rows in order; `result` writes what stands where the pack's `result` row is."""
        for section, questions in groupby(self._pack.forms[self._form].questions, key=lambda q: q.section):
            yield from self._section(section, list(questions), result)

    def choices(self) -> Rows:
        """The choices of every list that a question offers."""
        for list_id in dict.fromkeys(q.list for q in self._pack.forms[self._form].questions if q.list):
            for option in self._pack.options(self._form, list_id):
                yield {
                    "list_name": _list_name(list_id),
                    "name": option.code,
                    **self._texts.cells("label", self._texts.of(option.key)),
                    **self._media.cells(option.key, option.pictogram),
                }

    def _section(self, section: str, questions: Sequence[Question], result: Callable[[], Rows]) -> Rows:
        """A section is one page, cut where a repeat or the result, each a page of its own, interrupts it."""
        page, is_open, in_repeat = 0, False, False
        for question in questions:
            own_page = question.type in ("begin_repeat", "end_repeat") or question.name == RESULT_ROW
            if is_open and own_page:
                yield {"type": "end_group"}
                is_open = False
            elif not is_open and not own_page and not in_repeat:
                page, is_open = page + 1, True
                yield self._begin_page(section, page)
            if question.name == RESULT_ROW:
                yield from result()
            elif question.type == "end_repeat":
                in_repeat = False
                yield {"type": "end_repeat"}
            else:
                in_repeat = in_repeat or question.type == "begin_repeat"
                yield from self._question(question)
        if is_open:
            if self.carries_law and any(question.fast_path for question in questions):
                yield self._act_first(section)
            yield {"type": "end_group"}

    def _begin_page(self, section: str, page: int) -> dict[str, str]:
        key = f"section:{section}"
        title = self._texts.cells("label", self._texts.of(key)) if self._texts.has(key) else {}
        return {"type": "begin_group", "name": f"page_{section}_{page}", "appearance": "field-list", **title}

    def _act_first(self, section: str) -> dict[str, str]:
        return {
            "type": "note",
            "name": f"act_first_{section}",
            "relevant": is_yes(names.ACT_FIRST),
            **self._texts.cells("label", lambda language: self._texts.word("act_first", language)),
        }

    def _question(self, question: Question) -> Rows:
        row = {
            "type": _type(question),
            "required": "yes" if question.list.startswith(OFFICERS_LIST) else "",
            "name": question.name,
            "relevant": self._scope.shown(question),
            "appearance": "field-list" if question.type == "begin_repeat" else "",
            **self._words(question),
        }
        if question.type == "select_multiple":
            row |= self._constraint(question)
        if self._scope.repeat_of.get(question.name):
            row |= self._filled_from_the_needs(question)
        yield row
        if question.list.startswith(OFFICERS_LIST):
            yield from self._known_of(question)
        if question.list == "pack:agency":
            at = f"${{{question.name}}}"
            name = {"type": "calculate", "name": f"{question.name}_name"}
            yield name | {"calculation": f"jr:choice-name({at}, '{at}')"}

    def _known_of(self, question: Question) -> Rows:
        """What the list says of the chosen record, in words: today the needs, one note each."""
        list_name = question.list.removeprefix(OFFICERS_LIST)
        if "needs" not in self._pack.lists[list_name]:
            return
        needs = f"{question.name}_needs"
        steps = (f"instance('{list_name}')", "root", f"item[name = ${{{question.name}}}]", "needs")
        yield {"type": "calculate", "name": needs, "calculation": "/".join(steps)}
        for category in self._pack.categories:
            yield {
                "type": "note",
                "name": f"{needs}_{category}",
                "relevant": f"selected(${{{needs}}}, '{category}')",
                **self._texts.cells("label", self._texts.of(f"category:{category}")),
            }

    def _filled_from_the_needs(self, question: Question) -> dict[str, str]:
        """In a referral only found needs are offered, and choosing one fills in who leads it."""
        if question.list == "pack:category":
            return {"choice_filter": f"selected(${{{names.NEEDS_FOUND}}}, name)"}
        if question.list == "pack:agency" and (need := self._need_beside(question)):
            lead = self._logic.lead(lambda category: f"${{{need}}} = '{category}'")
            return {"trigger": f"${{{need}}}", "calculation": lead}
        return {}

    def _need_beside(self, question: Question) -> str:
        repeat = self._scope.repeat_of[question.name]
        beside = (q for q in self._pack.forms[self._form].questions if q.list == "pack:category")
        return next((q.name for q in beside if self._scope.repeat_of.get(q.name) == repeat), "")

    def _words(self, question: Question) -> dict[str, str]:
        texts, key = self._texts, f"question:{question.name}"
        words = texts.cells("label", lambda language: self._with_agency(texts.text(key, language)))
        if question.hint_en:
            words |= texts.cells("hint", texts.of(f"{key}:hint"))
        if question.observe and question.type not in ("begin_repeat", "note"):
            words |= texts.cells("guidance_hint", lambda language: texts.word("observe", language))
        return words | self._media.cells(key, question.pictogram)

    def _with_agency(self, text: str) -> str:
        agency = next((q.name for q in self._pack.forms[self._form].questions if q.list == "pack:agency"), "")
        return text.replace(AGENCY_SLOT, f"${{{agency}_name}}") if agency else text

    def _constraint(self, question: Question) -> dict[str, str]:
        alone = stand_alone(self._pack, self._form, question)
        if not alone:
            return {}

        def message(language: str) -> str:
            choices = " / ".join(self._texts.text(option.key, language) for option in alone)
            return self._texts.word("alone", language, choice=choices)

        return {
            "constraint": " and ".join(
                f"(not(selected(., '{o.code}')) or count-selected(.) = 1)" for o in alone
            ),
            **self._texts.cells("constraint_message", message),
        }


def stand_alone(pack: Pack, form: str, question: Question) -> list[Option]:
    """The choices beside which no other may be chosen. A `no` that raises something is an answer like others."""
    raising = {row["choice"] for row in pack.forms[form].raises if row["question"] == question.name}
    return [o for o in pack.options(form, question.list) if o.code in ALONE and o.code not in raising]


def _type(question: Question) -> str:
    if question.list.startswith(OFFICERS_LIST):
        return f"select_one_from_file {question.list.removeprefix(OFFICERS_LIST)}.csv"
    return f"{question.type} {_list_name(question.list)}".strip()


def _list_name(list_id: str) -> str:
    return list_id.replace(":", "_")
