"""An invented person, a part of the form and a comparison in the words of the reader.

Knows the pack's words and what the rules found. Knows no right. Nothing here is a score: what was noticed is counted,
and each line has its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kimbilio.packs import Pack
from kimbilio.packs.pack import Question
from kimbilio.packs.practice import PracticePerson, why_key
from kimbilio.rules import Answer, Screening
from kimbilio.rules.expressions import NOT_ANSWERS
from kimbilio.rules.practice import Comparison, Sign, closed_questions, heard, right_answers
from kimbilio.server.country.media import pictogram_address, recording_address
from kimbilio.server.country.needs import (
    FORM,
    need_title,
    needs_shown,
    not_assessed_shown,
    reason_shown,
    step_shown,
)
from kimbilio.server.country.selectors import answer_word, word

from .models import Attempt
from .parts import as_choices
from .selectors import Met, noticed_in

MISSED: dict[str, Promise] = {
    "not_asked": gettext_lazy("You did not ask or look."),
    "answered_otherwise": gettext_lazy("You wrote down something else."),
    "not_shown": gettext_lazy("It did not come up, because of an earlier answer."),
}


def person_shown(pack: Pack, person: PracticePerson) -> dict[str, str]:
    """Name, story and lesson."""
    texts = {part: word(pack, f"practice:{person.id}:{part}") for part in ("name", "story", "lesson")}
    return texts | {"id": person.id}


def met_shown(pack: Pack, met: Met) -> dict[str, Any]:
    """One line of a list: who it is, how far the reader is, the first and the last time."""
    return person_shown(pack, met.person) | {
        "begun": met.begun is not None,
        "times": len(met.finished),
        "last": _time_shown(pack, met, met.finished[0]) if met.finished else None,
        "first": _time_shown(pack, met, met.finished[-1]) if met.finished else None,
    }


def _time_shown(pack: Pack, met: Met, attempt: Attempt) -> dict[str, Any]:
    found = noticed_in(pack, met.person, attempt)
    return {"at": attempt.finished_at, "counted": counted_shown(found, len(met.person.notices))}


def counted_shown(found: int, there: int) -> str:
    """How many things were noticed, of how many."""
    return _("%(found)s of %(all)s noticed") % {"found": found, "all": there}


def rows_shown(
    pack: Pack,
    person: PracticePerson,
    rows: Iterable[Question],
    attempt: Attempt,
    answers: Mapping[str, Answer],
) -> list[dict[str, Any]]:
    """The rows of a part as the page draws them, with what the person said or what was seen, once asked."""
    silent = closed_questions(right_answers(person.replies, pack.ruleset), pack.ruleset)
    return [_row(pack, person, row, attempt, answers, silent) for row in rows]


def _row(
    pack: Pack,
    person: PracticePerson,
    row: Question,
    attempt: Attempt,
    answers: Mapping[str, Answer],
    silent: frozenset[str],
) -> dict[str, Any]:
    ticked = as_choices(answers.get(row.name))
    hint = f"question:{row.name}:hint"
    options = pack.options(FORM, row.list) if row.list else ()
    return {
        "name": row.name,
        "kind": {"select_one": "radio", "select_multiple": "checkbox"}.get(row.type, row.type),
        "look": row.observe,
        "label": word(pack, f"question:{row.name}"),
        "hint": word(pack, hint) if hint in pack.english else "",
        "voice": recording_address(pack, f"question:{row.name}"),
        "value": next(iter(ticked), ""),
        "choices": [
            {
                "code": option.code,
                "label": word(pack, option.key),
                "picture": pictogram_address(pack, FORM, row.name, option.code),
                "ticked": option.code in ticked,
                "none": option.code in NOT_ANSWERS,
            }
            for option in options
        ],
        "reply": _reply(pack, person, row, answers, silent) if row.name in attempt.asked else "",
    }


def _reply(
    pack: Pack, person: PracticePerson, row: Question, answers: Mapping[str, Answer], silent: frozenset[str]
) -> str:
    reply = person.replies.get(row.name)
    named = {"name": word(pack, f"practice:{person.id}:name")}
    if row.observe and reply is None:
        return _("You see nothing that tells you more.")
    if reply is None or row.name in silent or reply.when == "unsaid":
        return _("%(name)s does not answer.") % named
    if not heard(reply, answers):
        return _("%(name)s looks at the others and does not answer. Perhaps somebody can hear.") % named
    if row.name in person.says:
        return word(pack, person.says[row.name])
    return _("; ").join(answer_word(pack, FORM, row.name, choice) for choice in reply.choices)


def comparison_shown(pack: Pack, person: PracticePerson, comparison: Comparison) -> dict[str, Any]:
    """What was noticed, missed and not there; what was not to be asked; the needs of both; the law and what to do."""
    right = comparison.right.as_json() | {"form": FORM}
    return {
        "counted": counted_shown(len(comparison.noticed), len(person.notices)),
        "noticed": [_sign(pack, person, sign) for sign in comparison.noticed],
        "missed": [
            _sign(pack, person, missed.sign) | {"how": MISSED[missed.why]} for missed in comparison.missed
        ],
        "not_there": [_sign(pack, None, sign) for sign in comparison.not_there],
        "not_to_be_asked": [word(pack, f"question:{name}") for name in comparison.not_to_be_asked],
        "overheard": [word(pack, f"question:{name}") for name in comparison.overheard],
        "beside": _beside(pack, comparison),
        "yours": comparison.yours.priority,
        "right": comparison.right.priority,
        "same": _titles(pack, comparison.yours) == _titles(pack, comparison.right)
        and comparison.yours.priority == comparison.right.priority,
        "needs": needs_shown(pack, right),
        "do_now": [step_shown(pack, action) for action in right["actions"] if action["kind"] == "fact"],
        "not_assessed": not_assessed_shown(pack, right),
    }


def _sign(pack: Pack, person: PracticePerson | None, sign: Sign) -> dict[str, Any]:
    shown = reason_shown(pack, {"question": sign.question, "answer": sign.choice})
    return shown | {
        "why": word(pack, why_key(person.id, sign.question, sign.choice)) if person else "",
        "tells": word(pack, f"indicator:{sign.indicator}") if sign.indicator else "",
    }


def _titles(pack: Pack, screening: Screening) -> dict[str, str]:
    return {
        need.category: need_title(pack, {"category": need.category, "result": need.result})
        for need in screening.needs
    }


def _beside(pack: Pack, comparison: Comparison) -> list[dict[str, str]]:
    yours, right = _titles(pack, comparison.yours), _titles(pack, comparison.right)
    named = [category for category in pack.ruleset.order if category in yours or category in right]
    return [{"yours": yours.get(category, ""), "right": right.get(category, "")} for category in named]
