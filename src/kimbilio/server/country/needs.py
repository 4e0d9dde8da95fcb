"""A screening in the words of its reader: each need with its reasons, the law and what to do; what was not asked.

Knows the pack's words. Knows no person and no right: it is handed what `kimbilio.rules` found.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from kimbilio.packs import Pack
from kimbilio.server.ui.moments import span_words

from .law import law_shown
from .selectors import answer_word, word

FORM = "screening"


def needs_shown(pack: Pack, screening: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each need: title, reasons (the answers), laws, steps. Never a score."""
    actions = screening.get("actions", [])
    return [
        {
            "category": need["category"],
            "anchor": f"need-{need['category']}",
            "came": not screening.get("form"),  # by a referral: the answers stayed with who asked
            "title": need_title(pack, need),
            "reasons": [reason_shown(pack, reason) for reason in need.get("reasons", [])],
            "laws": [law_shown(pack, law) for law in _laws_of(pack, need.get("pathway"))],
            "steps": [
                step_shown(pack, action) for action in actions if action.get("pathway") == need.get("pathway")
            ]
            if need.get("pathway")
            else [],
        }
        for need in screening.get("needs", [])
    ]


def need_title(pack: Pack, need: Mapping[str, Any]) -> str:
    """The need's name; a suspicion says that it is one."""
    title = word(pack, f"category:{need['category']}")
    name = title.split(" (", 1)[0]  # the label of trafficking names both results in brackets
    if need.get("result") == "potential":
        return _("%(need)s: potential") % {"need": name}
    if need.get("result") == "presumed":
        return _("%(need)s: presumed") % {"need": name}
    return title


def reason_shown(pack: Pack, reason: Mapping[str, Any]) -> dict[str, Any]:
    """A reason is the answer itself, in the words of the form."""
    asked = next((row for row in pack.forms[FORM].questions if row.name == reason["question"]), None)
    return {
        "question": word(pack, f"question:{reason['question']}"),
        "answer": answer_word(pack, FORM, reason["question"], str(reason["answer"])),
        "looked": bool(asked and asked.observe),
    }


def step_shown(pack: Pack, action: Mapping[str, Any]) -> dict[str, str]:
    """One step: what, by whom, within what time."""
    by = word(pack, f"agency:{action['by']}") if action.get("by") else ""
    minutes = action.get("within_minutes")
    within = _("within %(span)s") % {"span": span_words(timedelta(minutes=minutes))} if minutes else ""
    return {"text": word(pack, action["do"]), "note": _(", ").join(part for part in (by, within) if part)}


def not_assessed_shown(pack: Pack, screening: Mapping[str, Any]) -> list[str]:
    """Categories that were not asked about."""
    return [word(pack, f"category:{category}") for category in screening.get("not_assessed", [])]


def _laws_of(pack: Pack, pathway: str | None) -> list[str]:
    for row in pack.pathways.get("pathways", []):
        if row["id"] == pathway:
            return list(row.get("laws", []))
    return []
