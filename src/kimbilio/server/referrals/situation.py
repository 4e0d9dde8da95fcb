"""A case as the rules of referral see it: needs with their pathways, whether a child, whether asylum stands.

Knows how a case's sealed documents are laid out and the organisation's pack; judges nothing (`kimbilio.rules`
does). The screening document is `Screening.as_json()` with the answers beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kimbilio.packs import Pack
from kimbilio.rules.consent import ASYLUM_CONFIDENTIAL, Person
from kimbilio.rules.parts import Pathway
from kimbilio.server.people import selectors as people
from kimbilio.server.people.country import pack_for


@dataclass(frozen=True)
class Situation:
    """What is known of one case, opened for a service or a selector; never handed to a page as it is."""

    case: people.Case
    pack: Pack
    facts: Mapping[str, Any]
    screening: Mapping[str, Any]

    @property
    def needs(self) -> list[dict[str, Any]]:
        """The needs found, in the order in which they lead."""
        return list(self.screening.get("needs", []))

    @property
    def is_child(self) -> bool:
        """Whether the person is, or may be, a child."""
        return bool(self.screening.get("facts", {}).get("is_child"))

    def need(self, category: str) -> dict[str, Any] | None:
        """The need of this category, None when it was not found."""
        return next((need for need in self.needs if need["category"] == category), None)

    def pathway(self, category: str) -> Pathway | None:
        """The pathway that the need opened, None while the country has none."""
        named = (self.need(category) or {}).get("pathway")
        return next((pathway for pathway in self.pack.ruleset.pathways if pathway.id == named), None)

    def priority(self, category: str) -> str:
        """How soon this need must be met."""
        return str((self.need(category) or {}).get("priority") or self.case.priority)

    def steps(self, category: str) -> list[dict[str, Any]]:
        """The steps of the need's pathway that are open: a blocked one was never listed."""
        pathway = self.pathway(category)
        if pathway is None:
            return []
        return [step for step in self.screening.get("actions", []) if step.get("pathway") == pathway.id]

    @property
    def person(self) -> Person:
        """What of the person decides on sharing."""
        confidential = any(
            pathway is not None and pathway.confidentiality == ASYLUM_CONFIDENTIAL
            for pathway in (self.pathway(need["category"]) for need in self.needs)
        )
        claimed = self.facts.get("nationality_claimed") or []
        named = [claimed] if isinstance(claimed, str) else claimed
        return Person(
            is_child=self.is_child,
            asylum_stands=confidential,
            origin=frozenset(str(country).upper() for country in named),
        )


def situation_of(case: people.Case) -> Situation:
    """Open a case for a decision. Raises KeyDestroyed."""
    return Situation(
        case=case,
        pack=pack_for(case.organisation_id),
        facts=people.facts_of(case),
        screening=people.screening_of(case),
    )
