"""What a screening found, as an object for programs and as sentences for people.

Knows how needs, reasons, actions and law are put into words with the texts of a pack; decides nothing.
"""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator
from typing import Any

from kimbilio.packs.answers import answer_key
from kimbilio.packs.checks.contents import NOT_ASSESSED
from kimbilio.packs.law_text import joined_sentence, unsure
from kimbilio.packs.pack import LawText, Pack
from kimbilio.packs.words import WORDS, time_text
from kimbilio.rules import Action, Need, Reason, Screening

_WIDTH = 96
_FORM = "screening"


def screening_json(screening: Screening, pack: Pack, language: str) -> dict[str, Any]:
    """The screening as a JSON object: ids as the pack writes them, texts in the language."""
    return {
        "pack": pack.id,
        "version": pack.version,
        "language": language,
        "needs": [
            {
                "category": need.category,
                "label": pack.text(f"category:{need.category}", language),
                "result": need.result,
                "priority": need.priority,
                "lead": need.lead,
                "pathway": need.pathway,
                "reasons": [
                    {
                        "question": reason.question,
                        "answer": reason.answer,
                        "indicator": reason.indicator,
                        "question_text": pack.text(f"question:{reason.question}", language),
                        "answer_text": _answer_text(pack, reason, language),
                    }
                    for reason in need.reasons
                ],
            }
            for need in screening.needs
        ],
        "priority": screening.priority,
        "lead_agency": screening.lead_agency,
        "not_assessed": list(screening.not_assessed),
        "actions": [
            {
                "kind": action.kind,
                "text": pack.text(action.do, language),
                "key": action.do,
                "pathway": action.pathway,
                "n": action.n,
                "by": action.by,
                "within_minutes": action.within_minutes,
                "service_types": list(action.service_types),
            }
            for action in screening.actions
        ],
        "laws": list(screening.laws),
        "law_texts": {law: _law_json(pack.law_for(law, language)) for law in screening.laws},
        "facts": dict(screening.facts),
        "needs_a_look": [{"question": look.question, "why": look.why} for look in screening.needs_a_look],
    }


def _law_json(law: LawText) -> dict[str, Any]:
    return {
        "instrument": law.instrument,
        "article": law.article,
        "sentence": law.sentence,
        "bound": law.bound,
        "joined": law.joined.status if law.joined else None,
        "joined_year": law.joined.year if law.joined else None,
        "source": law.source,
    }


def screening_text(screening: Screening, pack: Pack, language: str) -> str:
    """The screening in sentences: what was found and why, what to do, the law, and what was not asked."""
    return "\n".join(_Sentences(screening, pack, language).lines()) + "\n"


def _answer_text(pack: Pack, reason: Reason, language: str) -> str:
    question = pack.forms[_FORM].question(reason.question)
    key = answer_key(pack, question, str(reason.answer))
    return pack.text(key, language) if key else str(reason.answer)


class _Sentences:
    def __init__(self, screening: Screening, pack: Pack, language: str) -> None:
        self.screening = screening
        self.pack = pack
        self.language = language
        self.words = WORDS[language]

    def lines(self) -> Iterator[str]:
        yield from self.heading()
        if self.screening.needs:
            yield from self.needs()
        if self.screening.laws:
            yield from self.laws()
        yield from self.actions()
        yield from self.not_assessed()

    def text(self, key: str) -> str:
        return self.pack.text(key, self.language)

    def names(self, keys: Iterator[str]) -> str:
        return self.words["comma"].join(self.text(key) for key in keys)

    def within(self, minutes: int) -> str:
        return self.words["within"].format(time=time_text(minutes, self.language))

    def title(self, word: str) -> Iterator[str]:
        yield ""
        yield self.words[word]
        yield "─" * len(self.words[word])

    def heading(self) -> Iterator[str]:
        screening, pack = self.screening, self.pack
        yield f"{self.text('pack:name')} · {pack.id} {pack.version}"
        if not pack.reviewed_by_country_team:
            yield self.words["unreviewed_pack"]
        if any(one.id == self.language and not one.reviewed for one in pack.languages):
            yield self.words["unreviewed_language"]
        yield ""
        if not screening.needs:
            asked = all(action.do != f"action:{NOT_ASSESSED}" for action in screening.actions)
            yield from _wrap(self.words["nothing" if asked else "nothing_yet"])
            return
        if screening.priority:
            hours = int(pack.pathways["priorities"][screening.priority]["within_hours"])
            label = self.text(f"priority:{screening.priority}:label")
            meaning = self.text(f"priority:{screening.priority}")
            soon = f"{label}{self.words['comma']}{self.within(hours * 60)}"
            yield from _wrap(f"{self.words['priority']}: {soon}. {meaning}")
        if screening.lead_agency:
            yield from _wrap(f"{self.words['leads']}: {self.text(f'agency:{screening.lead_agency}')}")

    def needs(self) -> Iterator[str]:
        yield from self.title("needs")
        for need in self.screening.needs:
            yield from _wrap(f"• {self.need_line(need)}", 2)
            for question, reasons in itertools.groupby(need.reasons, key=lambda reason: reason.question):
                because = list(reasons)
                said = self.words["comma"].join(_answer_text(self.pack, r, self.language) for r in because)
                ids = ", ".join(reason.indicator for reason in because)
                asked = self.text(f"question:{question}")
                yield from _wrap(f"  {self.words['because']}: {asked} {said}. [{ids}]", 4)

    def need_line(self, need: Need) -> str:
        label = self.text(f"category:{need.category}")
        result = f" ({self.words[need.result]})" if need.result in self.words else ""
        # The label of trafficking names both results in brackets, which would contradict the one found.
        name = label.split(" (", 1)[0] if result else label
        priority = self.text(f"priority:{need.priority}:label").lower()
        agency = self.text(f"agency:{need.lead}")
        return self.words["need"].format(name=name + result, priority=priority, agency=agency)

    def laws(self) -> Iterator[str]:
        yield from self.title("law")
        provisions = [
            (self.pack.laws[id_], self.pack.law_for(id_, self.language)) for id_ in self.screening.laws
        ]
        for instrument in dict.fromkeys(law.instrument_id for law, _ in provisions):
            shown = [text for law, text in provisions if law.instrument_id == instrument]
            yield from _wrap(shown[0].instrument)
            yield from _wrap(f"  {self.bound(shown[0])}", 2)
            for text in shown:
                source = self.words["source"].format(source=text.source)
                yield from _wrap(f"  • {text.article}: {text.sentence} {source} [{text.id}]", 4)

    def bound(self, law: LawText) -> str:
        joined = joined_sentence(self.pack, law.joined, self.language)
        mark = self.words["verify"] if law.joined and unsure(law.joined.source) else ""
        return " ".join(part for part in (f"{law.bound}.", joined, mark) if part)

    def actions(self) -> Iterator[str]:
        if not self.screening.actions:
            return
        yield from self.title("actions")
        pathway = ""
        for action in self.screening.actions:
            if action.kind == "fact":
                yield from _wrap(f"• {self.text(action.do)}", 2)
                continue
            if action.pathway != pathway:
                pathway = action.pathway
                yield from _wrap(self.pathway_name(pathway))
            yield from _wrap(f"  {self.step_line(action)}", 5)

    def pathway_name(self, pathway: str) -> str:
        for need in self.screening.needs:
            if need.pathway == pathway:
                return self.text(f"category:{need.category}").split(" (", 1)[0]
        return pathway

    def step_line(self, step: Action) -> str:
        within = f" ({self.within(step.within_minutes)})" if step.within_minutes is not None else ""
        return f"{step.n}. {self.text(f'agency:{step.by}')}{within}: {self.text(step.do).rstrip('.')}."

    def not_assessed(self) -> Iterator[str]:
        if self.screening.not_assessed:
            yield from self.title("not_assessed")
            names = self.names(f"category:{category}" for category in self.screening.not_assessed)
            yield from _wrap(self.words["not_assessed_rule"].format(categories=names))
        if self.screening.needs_a_look:
            yield from self.title("look")
            for look in self.screening.needs_a_look:
                question = self.text(f"question:{look.question}")
                yield from _wrap(f"• {question} {self.words[f'look_{look.why}']}", 2)


def _wrap(text: str, indent: int = 0) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)
