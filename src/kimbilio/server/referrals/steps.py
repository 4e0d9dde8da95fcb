"""The steps a member may take on a referral now: each with its words, its form and the service behind it.

Knows which step is expected next in which state. Decides no right: it offers what the selector said is open,
and the services ask the rules again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from kimbilio.packs import Pack
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.selectors import desk_find

from . import services, words
from .forms import (
    AcceptForm,
    AnswerForm,
    AskForm,
    CloseForm,
    CompleteForm,
    DeclineForm,
    NothingForm,
    WithdrawForm,
)
from .models import Referral
from .selectors import ReferralReading, directory

ACT_FOR = {
    "sent": "send",
    "acknowledged": "acknowledge",
    "information_needed": "ask",
    "accepted": "accept",
    "declined": "decline",
    "arrived": "arrive",
    "not_arrived": "not-arrived",
    "in_service": "begin",
    "completed": "complete",
    "closed": "close",
    "withdrawn": "withdraw",
    "answer": "answer",
    "confirm_override": "confirm",
}
"""The step that brings a state about, by the move's name."""

EXPECTED = ("confirm", "send", "answer", "acknowledge", "accept", "arrive", "begin", "complete")
"""Which of the open steps is the next one, the most pressing first."""


@dataclass(frozen=True)
class Step:
    """A step as drawn: `form` holds what was typed when the step was refused."""

    act: str
    title: str
    button: str
    note: str
    form: forms.Form
    url: str
    open: bool = False
    link: str = ""
    link_words: str = ""


def acts_open(reading: ReferralReading) -> list[str]:
    """The steps open to the actor, in the order of the pack."""
    return [ACT_FOR[move] for move in reading.moves if move in ACT_FOR]


def next_act(acts: list[str]) -> str:
    """The step that is expected next, empty when this side waits."""
    return next((act for act in EXPECTED if act in acts), "")


def step_of(
    act: str, reading: ReferralReading, *, actor: Actor, pack: Pack, data: QueryDict | None = None
) -> Step:
    """One step with its form, bound to `data` when it was posted."""
    title, button, note = _words(act, reading, pack)
    return Step(
        act=act,
        title=title,
        button=button,
        note=note,
        form=_form(act, reading, actor, pack, data),
        url=reverse("referrals:act", args=[reading.referral.id, act]),
        open=data is not None,
    )


def take(
    act: str, given: dict[str, Any], *, actor: Actor, referral: Referral, transaction: uuid.UUID | None
) -> None:
    """Do the step through its service. Raises NotVisible, NotAllowed, Refused."""
    services_by_act: dict[str, Callable[..., Any]] = {
        "send": services.referral_send,
        "acknowledge": services.referral_acknowledge,
        "ask": services.referral_ask,
        "accept": services.referral_accept,
        "decline": services.referral_decline,
        "arrive": services.referral_arrive,
        "not-arrived": services.referral_not_arrived,
        "begin": services.referral_begin,
        "complete": services.referral_complete,
        "close": services.referral_close,
        "withdraw": services.referral_withdraw,
        "confirm": services.referral_confirm_override,
    }
    services_by_act[act](actor=actor, referral=referral, transaction=transaction, **given)


def given_of(act: str, form: forms.Form) -> dict[str, Any]:
    """What a form gives to the step's service."""
    given = form.cleaned_data
    match act:
        case "accept":
            return {
                "transport": given["transport"],
                "when": given.get("transport_at"),
                "escort": given["escort"],
                "bed": given["bed"],
                "bed_until": given.get("bed_held_until") if given["bed"] == "held" else None,
            }
        case "decline":
            return {
                "reason": given["reason"],
                "other_desk": desk_find(uuid.UUID(given["other_desk"])),
                "why": given.get("why") or "",
            }
        case _:
            return dict(given)


def _form(act: str, reading: ReferralReading, actor: Actor, pack: Pack, data: QueryDict | None) -> forms.Form:
    # The id of a field names its step: several forms stand on one page
    common: dict[str, Any] = {"data": data, "auto_id": f"{act}-%s"}
    document = reading.document
    match act:
        case "accept":
            return AcceptForm(pack=pack, is_child=bool(reading.document["is_child"]), **common)
        case "ask":
            fields = document.get("may_ask") or ()
            return AskForm(choices=[(field, words.field_words(pack, field)) for field in fields], **common)
        case "decline":
            reasons = words.code_choices(pack, "decline_reason")
            desks = [
                (
                    str(card.desk.id),
                    f"{words.desk_name(card.desk)}, {words.organisation_name(card.desk.organisation)}",
                )
                for card in directory(actor)
                if card.desk.id != reading.referral.desk_id
            ]
            return DeclineForm(reasons=reasons, desks=desks, **common)
        case "complete":
            return CompleteForm(codes=words.code_choices(pack, "outcome"), **common)
        case "close":
            return CloseForm(codes=words.code_choices(pack, "closing_reason"), **common)
        case "withdraw":
            return WithdrawForm(codes=words.code_choices(pack, "withdrawal_reason"), **common)
        case "answer":
            return AnswerForm(is_child=bool(reading.document["is_child"]), **common)
        case _:
            return NothingForm(**common)


def _words(act: str, reading: ReferralReading, pack: Pack) -> tuple[str, str, str]:
    """Title, button and note of a step."""
    referral = reading.referral
    received = referral.side == Referral.Side.RECEIVED
    desk = words.desk_name(referral.desk)
    match act:
        case "send":
            return (
                _("Next: send it"),
                _("Send to %(desk)s") % {"desk": desk},
                _("Nobody has been told yet. The copy below is what the desk will see."),
            )
        case "acknowledge":
            return (
                _("Next: say that you have it"),
                _("Acknowledge"),
                _("The sender learns that the referral has reached your desk. You decide afterwards."),
            )
        case "accept":
            return (
                _("Next: accept, or say why not"),
                _("Accept"),
                _("Say how the person gets to you. The sender tells them."),
            )
        case "ask":
            return (
                _("Ask for information"),
                _("Ask the sender"),
                _("Only what the two agencies share can be asked for."),
            )
        case "decline":
            return (
                _("Decline"),
                _("Decline and offer the other desk"),
                _("A decline names its reason and another desk, so that the person has a next door."),
            )
        case "arrive":
            return _("Next: did the person arrive?"), _("The person arrived"), ""
        case "not-arrived":
            return (
                _("The person has not arrived"),
                _("Tell the sender"),
                _("The sender calls the safe contact and the escort. Nobody searches for the person."),
            )
        case "begin":
            return _("Next: has help begun?"), _("Help began"), ""
        case "complete":
            return (
                _("Next: how did the help end?"),
                _("Complete"),
                _("The sender learns how it ended, and nothing of your notes."),
            )
        case "close":
            return _("Close without help"), _("Close the referral"), ""
        case "answer":
            field = words.field_words(pack, str(reading.document["asked_field"]))
            return (
                _("Next: answer the desk"),
                _("Answer"),
                _("%(desk)s asks for: %(field)s. Ask the person again before you answer.")
                % {"desk": desk, "field": field},
            )
        case "confirm":
            return (
                _("Next: confirm that this was right"),
                _("Confirm that it was right"),
                _(
                    "It was sent without the person’s yes, to save life. A second person confirms it within "
                    "24 hours. If you think it was wrong, withdraw the referral and tell your supervisor."
                ),
            )
        case _:
            return (
                _("Withdraw the referral") if not received else act,
                _("Withdraw"),
                _("The desk is told and stops. What it has read it has read."),
            )
