"""May this case's data go to that desk, and which fields: the recorded consents put before the rules.

Knows which consent counts: the newest that was asked for this recipient and this need. Does not decide
(`kimbilio.rules.consent` does), except that what was taken back or has expired carries nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kimbilio.packs import Pack
from kimbilio.rules.consent import CHILD_ASSENT, LIFE_AT_RISK, Consent, Duty, Recipient, may_refer
from kimbilio.rules.parts import Pathway
from kimbilio.server.identity.models import Organisation
from kimbilio.server.people import selectors as people

from .situation import Situation

REFER = "refer"


@dataclass(frozen=True)
class Permission:
    """The answer. `reason` is a code of `kimbilio.rules.consent`, or `withdrawn` or `expired`.

    `supposed`: nothing was recorded, and the fields are those that would go if the person said yes.
    """

    allowed: bool
    rule: str
    reason: str
    fields: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()
    reading: people.ConsentReading | None = None
    supposed: bool = False

    @property
    def is_override(self) -> bool:
        """Shared without consent, to save life."""
        return self.allowed and self.rule == LIFE_AT_RISK


def recipient_code(organisation: Organisation) -> str:
    """How a consent names this recipient: the agency of the pack, or the organisation's id when it has
    none.
    """
    return organisation.agency or str(organisation.id)


def permission_for(
    situation: Situation, pathway: Pathway, recipient: Organisation, *, now: datetime
) -> Permission:
    """Whether a referral on this pathway may carry data to the recipient now."""
    reading = consent_for(situation, pathway.category, recipient)
    if reading is None:
        return _decided(situation, pathway, recipient, Consent("not_asked"))
    expires = reading.consent.expires_at
    if reading.withdrawn:
        return Permission(False, pathway.consent, "withdrawn", reading=reading)
    if expires is not None and expires <= now:
        return Permission(False, pathway.consent, "expired", reading=reading)
    return _decided(situation, pathway, recipient, _read(reading.document, situation.pack), reading)


def permission_supposed(situation: Situation, pathway: Pathway, recipient: Organisation) -> Permission:
    """What a yes would allow, for the preview that is shown before the person is asked."""
    decided = _decided(situation, pathway, recipient, Consent("yes", child_told=True))
    return Permission(False, decided.rule, "not_asked", decided.fields, supposed=decided.allowed)


def consent_for(situation: Situation, category: str, recipient: Organisation) -> people.ConsentReading | None:
    """The newest consent asked for this recipient and this need, whatever was answered."""
    code = recipient_code(recipient)
    for reading in people.consents_of(situation.case, scope=REFER):
        if reading.document.get("recipient") == code and reading.document.get("category") in (
            None,
            "",
            category,
        ):
            return reading
    return None


def answers_for(situation: Situation, category: str) -> list[people.ConsentReading]:
    """All that was answered about this need, to any recipient, newest first."""
    return [
        reading
        for reading in people.consents_of(situation.case, scope=REFER)
        if reading.document.get("category") == category
    ]


def _decided(
    situation: Situation,
    pathway: Pathway,
    recipient: Organisation,
    consent: Consent,
    reading: people.ConsentReading | None = None,
) -> Permission:
    decision = may_refer(
        pathway=pathway,
        person=situation.person,
        recipient=_recipient(recipient, situation.pack),
        consent=consent,
        ruleset=situation.pack.ruleset,
    )
    return Permission(
        decision.allowed, decision.rule, decision.reasons[0], decision.fields, decision.duties, reading
    )


def _recipient(organisation: Organisation, pack: Pack) -> Recipient:
    agency = pack.agencies.get(organisation.agency)
    public = organisation.kind in (Organisation.Kind.GOVERNMENT, Organisation.Kind.HEALTH)
    return Recipient(
        agency=organisation.agency,
        speaks_for=organisation.country if public else "",
        consulate=agency is not None and agency.kind == "consulate",
        protects_children=any(
            pathway.lead == organisation.agency and pathway.consent == CHILD_ASSENT
            for pathway in pack.ruleset.pathways
        ),
    )


def _read(document: dict[str, Any], pack: Pack) -> Consent:
    return Consent(
        answer=document.get("answer") or "not_asked",
        agreed=tuple(name for name in document.get("fields") or () if name in pack.fields),
        can_answer=bool(document.get("can_answer", True)),
        child_told=bool(document.get("child_told")),
        best_interests_decided=bool(document.get("best_interests_decided")),
        override_reason=str(document.get("override_reason") or ""),
    )
