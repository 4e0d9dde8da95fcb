"""The result of a compiled form, written for the officer: needs, what to do, the law, whom to call.

Knows in which order a result is read out. Does not work anything out (`form_logic`), and never shows a
count: no score of a person is ever shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count, groupby, takewhile

from kimbilio.packs import form_names as names
from kimbilio.packs.form_logic import FormLogic
from kimbilio.packs.form_texts import FormTexts
from kimbilio.packs.pack import Pack, Service
from kimbilio.packs.xpath import Scope, all_of, is_yes, negated, same, unless_always
from kimbilio.rules.consent import LIFE_AT_RISK
from kimbilio.rules.parts import FOUND, Pathway, Step
from kimbilio.rules.pathways import NOT_ASSESSED, NOTHING_FOUND

Rows = Iterator[dict[str, str]]
Write = Callable[[str], str]


class FormNotes:
    """The notes of the result page of one form."""

    def __init__(self, pack: Pack, scope: Scope, logic: FormLogic, texts: FormTexts) -> None:
        self._pack, self._scope, self._logic, self._texts = pack, scope, logic, texts

    def rows(self) -> Rows:
        """The result page: actions of the moment, priority and lead, each need, what was not assessed."""
        yield {"type": "begin_group", "name": "page_result", "appearance": "field-list"}
        yield from self._caution()
        yield from self._actions()
        yield from self._overall()
        for category in sorted(self._logic.order, key=lambda c: not self._acts_first(c)):
            yield from self._need(category)
        yield from self._not_assessed()
        yield {"type": "end_group"}

    def _note(self, name: str, write: Write, relevant: str = "") -> dict[str, str]:
        return {"type": "note", "name": name, "relevant": relevant, **self._texts.cells("label", write)}

    def _caution(self) -> Rows:
        # The row's own text tells the pack's editor what the page holds; its hint is for the officer.
        if self._texts.has("question:result:hint"):
            yield self._note("result", self._texts.of("question:result:hint"))

    def _actions(self) -> Rows:
        rules = self._pack.ruleset
        for action in rules.fact_actions:
            if action in rules.facts or action in rules.stated_by:
                yield self._note(
                    f"action_{action}", self._texts.of(f"action:{action}"), is_yes(names.fact(action))
                )
        found, open_ = f"string-length(${{{names.NEEDS_FOUND}}}) > 0", self._logic.left_open()
        nothing = all_of([negated(found), negated(open_)])
        for action, condition in ((NOTHING_FOUND, nothing), (NOT_ASSESSED, open_)):
            if action in rules.fact_actions:
                yield self._note(f"action_{action}", self._texts.of(f"action:{action}"), condition)

    def _overall(self) -> Rows:
        for level in self._pack.ruleset.priorities:
            write = self._priority(level)
            yield self._note(f"priority_is_{level}", write, same(names.PRIORITY, level))
        leads = dict.fromkeys(p.lead for c in self._logic.order for p in self._logic.pathways(c))
        if fallback := self._pack.ruleset.fallback_lead:
            leads[fallback] = None
        for agency in leads:
            write = self._agency_word("leads", agency)
            yield self._note(f"lead_is_{names.slug(agency)}", write, same(names.LEAD_AGENCY, agency))

    def _priority(self, level: str) -> Write:
        texts = self._texts
        return lambda lang: (
            f"{texts.text(f'priority:{level}:label', lang)}. {texts.text(f'priority:{level}', lang)}"
        )

    def _agency_word(self, word: str, agency: str) -> Write:
        texts = self._texts
        return lambda lang: texts.word(word, lang, agency=texts.text(f"agency:{agency}", lang))

    def _acts_first(self, category: str) -> bool:
        return any(pathway.consent == LIFE_AT_RISK for pathway in self._logic.pathways(category))

    def _need(self, category: str) -> Rows:
        found = self._scope.found(category)
        yield {"type": "begin_group", "name": f"result_{category}", "relevant": found}
        for result in self._scope.results(category):
            yield self._note(
                f"is_{category}_{result}",
                self._need_label(category, result),
                same(names.need(category), result),
            )
        for pathway in self._logic.pathways(category):
            yield from self._pathway(pathway)
        yield {"type": "end_group"}

    def _need_label(self, category: str, result: str) -> Write:
        if result == FOUND:
            write = self._texts.of(f"category:{category}")
        else:
            write = self._category_word(f"need_{result}", category)
        return lambda lang: f"## {write(lang)}"

    def _pathway(self, pathway: Pathway) -> Rows:
        name, key = names.slug(pathway.id), f"pathway:{pathway.id}"
        applies = unless_always(all_of(self._logic.applies(pathway)))
        yield {"type": "begin_group", "name": f"path_{name}", "relevant": applies}
        runs = groupby(pathway.steps, key=self._condition)
        for number, (condition, steps) in enumerate(runs, start=1):
            write = self._steps(list(steps), with_title=number == 1)
            yield self._note(f"do_{name}_{number}", write, condition)
        for part in ("choice", "next"):
            if self._texts.has(f"{key}:{part}"):
                yield self._note(f"{part}_{name}", self._texts.of(f"{key}:{part}"))
        if never := list(takewhile(self._texts.has, (f"{key}:never:{i}" for i in count(1)))):
            yield self._note(f"never_{name}", self._never(never))
        yield self._note(f"call_{name}", self._call(pathway))
        if pathway.laws:
            yield self._note(f"law_{name}", self._laws(pathway))
        yield {"type": "end_group"}

    def _condition(self, step: Step) -> str:
        blocked = (negated(self._scope.found(category)) for category in step.blocked_by)
        return unless_always(all_of([*blocked, self._scope.condition(step.only_if)]))

    def _steps(self, steps: Sequence[Step], *, with_title: bool) -> Write:
        texts = self._texts

        def write(lang: str) -> str:
            lines = [f"**{texts.word('what_to_do', lang)}**"] if with_title else []
            for step in steps:
                who = [texts.text(f"agency:{step.by}", lang)]
                if step.within_minutes is not None:
                    who.append(texts.word("within", lang, time=texts.duration(step.within_minutes, lang)))
                lines.append(f"{step.n}. {texts.text(step.do, lang)} ({'; '.join(who)})")
            return "\n".join(lines)

        return write

    def _never(self, keys: Sequence[str]) -> Write:
        def write(lang: str) -> str:
            items = (f"• {self._texts.text(key, lang)}" for key in keys)
            return "\n".join([f"**{self._texts.word('never', lang)}**", *items])

        return write

    def _call(self, pathway: Pathway) -> Write:
        services = [
            service
            for service in self._pack.services.values()
            if service.agency == pathway.lead
            and service.serves(pathway.category)
            and (service.desk or service.contact)
        ]

        def write(lang: str) -> str:
            agency = self._texts.text(f"agency:{pathway.lead}", lang)
            lines = [line for service in services for line in self._desk(service, lang)]
            head = self._texts.word("whom_to_call", lang, agency=agency)
            return "\n".join([f"**{head}**", *(lines or [self._texts.word("no_desk", lang)])])

        return write

    def _desk(self, service: Service, lang: str) -> Iterator[str]:
        shown = service.seen_by()  # a form goes to every phone
        for word, value in (("desk", shown.desk), ("hours", shown.hours), ("contact", shown.contact)):
            if value:
                yield self._texts.word(word, lang, **{word: value})
        if service.location_confidential:
            yield self._texts.word(
                "place_kept", lang, agency=self._texts.text(f"agency:{service.agency}", lang)
            )

    def _laws(self, pathway: Pathway) -> Write:
        def write(lang: str) -> str:
            lines = [f"**{self._texts.word('the_law', lang)}**"]
            for id_ in pathway.laws:
                law = self._pack.laws[id_]
                instrument = self._texts.text(f"instrument:{law.instrument_id}", lang)
                sentence = self._texts.text(f"law:{id_}", lang)
                bound = self._texts.text(f"bound:{law.bound}", lang)
                lines.append(f"• {instrument}, {law.article}: {sentence} ({bound})")
            return "\n".join(lines)

        return write

    def _not_assessed(self) -> Rows:
        for category in self._pack.ruleset.assessed_by:
            listed = f"selected(${{{names.NOT_ASSESSED}}}, '{category}')"
            yield self._note(
                f"not_assessed_{category}", self._category_word("not_assessed", category), listed
            )

    def _category_word(self, word: str, category: str) -> Write:
        texts = self._texts
        return lambda lang: texts.word(word, lang, category=texts.text(f"category:{category}", lang))
