"""The sentences of every refusal of this room: what stands in the way, and what to do. Codes come from the
rules.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kimbilio.rules.referral import Refusal
from kimbilio.server.kernel.errors import Refused

CONSENT = {
    "said_no": _(
        "The person said no to this recipient. Nothing is sent. Offer another agency, or ask again "
        "if they wish."
    ),
    "said_not_now": _("The person said not now. Nothing is sent. Ask again when they are ready."),
    "not_asked": _("The person was not asked about this recipient. Ask, and record the answer."),
    "withdrawn": _("The person took this consent back. Nothing is sent. Ask again only if they wish."),
    "expired": _("This consent has run out. Ask again, and record the answer."),
    "child_not_told": _(
        "This person is, or may be, a child who was not told. Tell the child in words they "
        "understand, listen, "
        "and record it."
    ),
    "child_protection_decides_first": _(
        "The child did not agree. Refer to the agency that protects children: it decides what is best."
    ),
    "person_can_answer": _(
        "The person can answer, so only their own yes counts. Ask, and record the answer."
    ),
    "override_without_reason": _(
        "Sharing without consent needs a reason. Write why consent could not be had."
    ),
    "override_other_agency": _(
        "Without consent only the agency that leads this pathway may be told. Choose a desk of that agency."
    ),
    "country_of_origin": _(
        "This recipient speaks for a country the person may have fled. Nothing is sent there. "
        "Choose another desk."
    ),
    "country_of_origin_unknown": _(
        "The person asks for protection and the country they fled is not known. Nothing is sent to another "
        "country's office. Choose another desk."
    ),
}

STEPS = {
    "state_cannot_follow": _(
        "The referral has moved on, and this can no longer be done. Open it again and look at its state."
    ),
    "not_your_move": _("This step belongs to the other organisation. Wait for its answer, or call its desk."),
    "missing": _("A part of the answer is missing. Fill it in."),
    "not_in_the_list": _("This value is not one of the list. Choose one of the list."),
    "child_needs_escort": _("A child never travels without an escort. Name who goes along."),
    "outside_share_profile": _(
        "This cannot be asked: it lies outside what the two agencies share, or it has been sent. "
        "Choose another field."
    ),
    "same_desk": _("The other desk offered is your own. Choose another desk of the directory."),
}

PARTS = {
    "transport": _("Say how the person gets there."),
    "escort": _("Say who goes along."),
    "bed": _("Say whether a bed is held."),
    "transport_at": _("Say when the transport comes."),
    "bed_held_until": _("Say until when the bed is held."),
    "reason": _("Give the reason."),
    "why": _("Say why the person is not eligible."),
    "other_desk": _("Offer another desk: choose one of the directory."),
    "field": _("Say which field is needed."),
}
"""What is asked for when a part of an answer is missing."""

OTHERS = {
    "role": _("Your role does not include this act. Ask a caseworker or a supervisor of your organisation."),
    "no_pathway": _(
        "The country has no pathway for this need yet, so nothing says what may be shared. Call the "
        "lead agency."
    ),
    "need_not_found": _("This need is not among those found. Choose one of the needs of the case."),
    "under_way": _("This need has a referral under way. Open that referral."),
    "desk_closed": _("This desk does not take referrals. Choose another desk of the directory."),
    "own_desk": _("This desk belongs to your own organisation. Assign the case instead of referring it."),
    "further_yes": _(
        "More data needs a further yes. Ask the person about this field, and record the answer."
    ),
    "nothing_asked": _("Nothing of what was chosen was asked for. Choose the field that the desk named."),
    "not_known": _(
        "The value that was asked for is not known. Add it to the case first, or answer without it."
    ),
    "override_needs_person": _(
        "Sharing without consent is decided by a person. Sign in and send it yourself."
    ),
    "same_person": _("The second person must be another than the one who shared. Ask a colleague."),
    "no_override": _("This referral was sent with consent. There is nothing to confirm."),
}


class ReferralRefused(Refused):
    """A step of a referral cannot be taken. The page says what is missing.

    `refusals` name every input to mend, for a form that puts each sentence at its field.
    """

    code = "REFERRAL_001"

    def __init__(self, refusals: tuple[Refusal | str, ...]) -> None:
        first = refusals[0]
        code = first if isinstance(first, str) else first.code
        super().__init__(sentence_of(first), code=f"REFERRAL_{code.upper()}")
        self.refusals = refusals


def sentence_of(refusal: Refusal | str) -> str:
    """The sentence for one refusal, given as the rules give it or as a bare code."""
    if isinstance(refusal, str):
        return str(CONSENT.get(refusal) or OTHERS[refusal])
    part = PARTS.get(refusal.field) if refusal.code == "missing" else None
    return str(part or STEPS[refusal.code])


def refuse_any(refusals: tuple[Refusal, ...]) -> None:
    """Raise ReferralRefused when there is a refusal."""
    if refusals:
        raise ReferralRefused(refusals)


def refused(code: str) -> ReferralRefused:
    """The error for a single code."""
    return ReferralRefused((code,))
