"""A case in the words of its reader: facts, consents, the timeline; its needs are put into words by the room `country`.

Knows the pack's words and the journal's. Knows no right: it is handed what the selectors opened for the actor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kimbilio.packs import Pack
from kimbilio.server.country.needs import FORM as FORM
from kimbilio.server.identity.models import Desk, Organisation
from kimbilio.server.identity.selectors import member_names
from kimbilio.server.journal.acts import ACTS
from kimbilio.server.journal.models import Act

from .country import answer_word, word
from .models import Case
from .selectors import ConsentReading

HEAD_FACTS = ("age_band", "sex", "language", "nationality_claimed")
LINE_FACTS = ("age_band", "language")
QUIET_ACTS = frozenset({"case.opened", "case.listed", "name.shown", "form.shown"})
"""Looks, not happenings: they stand in the journal, not on the timeline."""
ENTRIES = 100
"""How far back a timeline goes."""
TOLD_ACTS = frozenset(
    f"referral.{step}"
    for step in (
        "received",
        "acknowledged",
        "information_needed",
        "answered",
        "accepted",
        "declined",
        "arrived",
        "in_service",
        "completed",
        "closed",
        "withdrawn",
    )
)
"""Written by the program when the other side tells it: the desk did them, so the desk is named alone."""


@dataclass(frozen=True)
class Stage:
    """One stage of the line: `state` is done, current or to_come."""

    label: str | Promise
    state: str
    note: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of a timeline."""

    at: datetime
    text: str | Promise
    by: str


def fact_words(pack: Pack, name: str, value: Any) -> str:
    """A fact in words, by the questions that state it: one answer, several, or those of several questions."""
    if name == "needs":
        return _("; ").join(word(pack, f"category:{need}") for need in value)
    if name == "priority":
        return word(pack, f"priority:{value}:label")
    if isinstance(value, Mapping):
        return _("; ").join(_answers(pack, [str(question)], given) for question, given in value.items())
    return _answers(pack, pack.fields[name].questions if name in pack.fields else (), value)


def _answers(pack: Pack, questions: Sequence[str], value: Any) -> str:
    words = []
    for code in value if isinstance(value, (list, tuple)) else [value]:
        shown = (answer_word(pack, FORM, question, str(code)) for question in questions)
        words.append(next((text for text in shown if text != str(code)), str(code)))
    return _(", ").join(words)


def facts_shown(pack: Pack, facts: Mapping[str, Any], names: Iterable[str]) -> list[tuple[str, str]]:
    """Terms and values of those facts that are known."""
    return [
        (word(pack, f"field:{name}"), fact_words(pack, name, facts[name]))
        for name in names
        if facts.get(name)
    ]


def stages_of(case: Case) -> list[Stage]:
    """The stage line."""
    order = list(Case.Stage)
    here = order.index(Case.Stage(case.stage))
    return [
        Stage(stage.label, "done" if at < here else "current" if at == here else "to_come")
        for at, stage in enumerate(order)
    ]


def consent_shown(pack: Pack, reading: ConsentReading, now: datetime) -> dict[str, Any]:
    """One consent as a list of terms, with whether it still holds."""
    document = reading.document
    fields = document.get("fields") or []
    recipient = document.get("recipient") or ""
    answers = {
        "yes": _("Yes"),
        "yes_but_not_all": _("Yes, but not everything"),
        "no": _("No"),
        "not_now": _("Not now"),
        "not_asked": _("Not asked"),
    }
    expires = reading.consent.expires_at
    return {
        "id": reading.consent.id,
        "title": reading.consent.get_scope_display(),
        "answer": answers.get(str(document.get("answer")), str(document.get("answer") or "")),
        "recipient": word(pack, f"agency:{recipient}") if recipient else "",
        "category": word(pack, f"category:{document['category']}") if document.get("category") else "",
        "fields": _(", ").join(word(pack, f"field:{name}") for name in fields),
        "asked_at": reading.consent.asked_at,
        "expires_at": expires,
        "language": fact_words(pack, "language", document["language"]) if document.get("language") else "",
        "override": document.get("override_reason", ""),
        "withdrawn": reading.withdrawn,
        "holds": not reading.withdrawn
        and document.get("answer") in ("yes", "yes_but_not_all")
        and (expires is None or expires > now),
    }


def timeline_of(acts: Iterable[Act]) -> list[Entry]:
    """What happened to the case, in the words of the book."""
    acts = list(acts)
    names = member_names({act.member for act in acts if act.member})
    desks = Desk.objects.in_bulk({act.codes["desk"] for act in acts if act.codes.get("desk")})
    others = Organisation.objects.in_bulk({act.codes["other"] for act in acts if act.codes.get("other")})
    entries = []
    for act in acts:
        where = [desk.called for key, desk in desks.items() if str(key) == act.codes.get("desk")]
        where += [other.called for key, other in others.items() if str(key) == act.codes.get("other")]
        by = names.get(act.member, "") if act.member else ""
        if not by and not (act.act in TOLD_ACTS and where):
            by = _("Kimbilio, by itself")
        entries.append(Entry(act.at, ACTS.get(act.act, act.act), " · ".join([by, *where]).strip(" ·")))
    return entries
