"""What the rules make of answers that a phone kept, in the shape of `found` in the vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kimbilio.rules import Answer, Ruleset, Screening, screen
from kimbilio.rules.answers import read_answers
from kimbilio.rules.openness import judge


def as_found(answers: Mapping[str, Answer], ruleset: Ruleset) -> dict[str, Any]:
    """Everything but `not_kept`, which is the form's."""
    screening = screen(answers, ruleset)
    judgement, looks = judge(read_answers(answers, ruleset), ruleset)
    assert not looks, "a phone keeps no answer that a person would have to look at"
    return {
        "needs": needs_found(screening),
        "priority": screening.priority or "",
        "lead": screening.lead_agency or "",
        "steps": [f"{a.pathway} {a.n}" for a in screening.actions if a.kind == "step"],
        "actions": [a.do.removeprefix("action:") for a in screening.actions if a.kind == "fact"],
        "laws": list(screening.laws),
        "not_assessed": list(screening.not_assessed),
        "facts": sorted(name for name, holds in screening.facts.items() if holds),
        "raised": [id_ for id_ in ruleset.indicators if judgement.raised(id_)],
    }


def needs_found(screening: Screening) -> list[dict[str, Any]]:
    """The needs alone."""
    return list(_needs(screening))


def _needs(screening: Screening) -> Iterator[dict[str, Any]]:
    for need in screening.needs:
        reasons = [f"{r.question} {r.answer} {r.indicator}" for r in need.reasons]
        heads = {
            "category": need.category,
            "level": need.result,
            "priority": need.priority,
            "lead": need.lead,
        }
        yield {**heads, "reasons": reasons}
