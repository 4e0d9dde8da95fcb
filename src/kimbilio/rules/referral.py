"""The life of a referral: which state may follow which, who brings it about, and what must be said with it.

Knows the states of the pack and the rules of each step; does not know a desk, a person or a clock. Source:
referral_states and accepted_fields of the pack, section 3 of the referral rules. Refusals are codes; the
screen has the words.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from kimbilio.rules.faults import RuleError, allowed
from kimbilio.rules.ruleset import Ruleset
from kimbilio.rules.sharing import profile_fields

Party = Literal["sender", "receiver", "system"]

# Who may bring a state about. The person acts through the sender. A clock that runs out is the system's.
_WHO: dict[str, frozenset[Party]] = {
    "sent": frozenset({"sender"}),
    "acknowledged": frozenset({"receiver"}),
    "information_needed": frozenset({"receiver"}),
    "accepted": frozenset({"receiver"}),
    "declined": frozenset({"receiver"}),
    "arrived": frozenset({"receiver"}),
    "not_arrived": frozenset({"receiver", "system"}),
    "in_service": frozenset({"receiver"}),
    "completed": frozenset({"receiver"}),
    "closed": frozenset({"receiver"}),
    "withdrawn": frozenset({"sender"}),
    "expired": frozenset({"system"}),
}
# The sender answers a question, and calls the safe contact of a person who did not arrive.
_WHO_FROM: dict[tuple[str, str], frozenset[Party]] = {
    ("information_needed", "acknowledged"): frozenset({"sender"}),
    ("not_arrived", "closed"): frozenset({"sender", "receiver"}),
}

_THERE = frozenset({"arrived", "in_service", "completed"})
_NO_ESCORT = frozenset({"none_wanted", "not_needed"})

RefusalCode = Literal[
    "state_cannot_follow",
    "not_your_move",
    "missing",
    "not_in_the_list",
    "child_needs_escort",
    "outside_share_profile",
    "same_desk",
]


@dataclass(frozen=True)
class Refusal:
    """Why a step cannot be taken; `field` is the input to mend, empty when the step itself is refused."""

    code: RefusalCode
    field: str = ""


@dataclass(frozen=True)
class Acceptance:
    """How the person gets there: codes of the pack's lists, the time of transport, until when a bed is
    held."""

    transport: str
    escort: str
    bed: str
    transport_at: datetime | None = None
    bed_held_until: datetime | None = None


@dataclass(frozen=True)
class Decline:
    """Why not, by the closed list, and the other desk that is offered; `not_eligible` also says `why`."""

    reason: str
    other_desk: str
    why: str = ""


def is_end(state: str, ruleset: Ruleset) -> bool:
    """Whether nothing can follow this state; RuleError for an unknown one."""
    return not _follows(state, ruleset)


def moves(state: str, party: Party, ruleset: Ruleset) -> tuple[str, ...]:
    """The states that this party may bring about now, in the order of the pack."""
    return tuple(to for to in _follows(state, ruleset) if party in _who(state, to))


def check_move(state: str, to: str, party: Party, ruleset: Ruleset) -> tuple[Refusal, ...]:
    """Why this party cannot take this step; empty when it may."""
    if to not in _follows(state, ruleset):
        return (Refusal("state_cannot_follow"),)
    return () if party in _who(state, to) else (Refusal("not_your_move"),)


def outweighs(said: str, ended: str) -> bool:
    """Whether what the receiver says stands although the sender has ended the referral meanwhile.

    Only a closing gives way, and only to a person who is there: the sender closes because nobody came, and the
    receiver has them before it. A withdrawal is the person's own and gives way to nothing. So both sides end in the
    same state, whichever envelope comes first: the receiver leaves a closing aside that did not know of the arrival.
    """
    return ended == "closed" and said in _THERE


def check_acceptance(acceptance: Acceptance, ruleset: Ruleset, *, is_child: bool) -> tuple[Refusal, ...]:
    """Why an acceptance cannot stand: every part is named, and a child never travels without an escort."""
    refusals = []
    given = {"transport": acceptance.transport, "escort": acceptance.escort, "bed": acceptance.bed}
    for field, value in given.items():
        if not value:
            refusals.append(Refusal("missing", field))
        elif value not in ruleset.accepted_fields[field]:
            refusals.append(Refusal("not_in_the_list", field))
    if is_child and acceptance.escort in _NO_ESCORT:
        refusals.append(Refusal("child_needs_escort", "escort"))
    if acceptance.transport not in ("", "not_needed") and acceptance.transport_at is None:
        refusals.append(Refusal("missing", "transport_at"))
    if acceptance.bed == "held" and acceptance.bed_held_until is None:
        refusals.append(Refusal("missing", "bed_held_until"))
    return tuple(refusals)


def check_decline(decline: Decline, *, reasons: Collection[str], own_desk: str) -> tuple[Refusal, ...]:
    """Why a decline cannot stand. `reasons` is the pack's closed list, `own_desk` the desk that declines."""
    refusals = []
    if not decline.reason:
        refusals.append(Refusal("missing", "reason"))
    elif decline.reason not in reasons:
        refusals.append(Refusal("not_in_the_list", "reason"))
    if decline.reason == "not_eligible" and not decline.why.strip():
        refusals.append(Refusal("missing", "why"))
    if not decline.other_desk:
        refusals.append(Refusal("missing", "other_desk"))
    elif decline.other_desk == own_desk:
        refusals.append(Refusal("same_desk", "other_desk"))
    return tuple(refusals)


def check_question(field: str, *, profile: str, ruleset: Ruleset) -> tuple[Refusal, ...]:
    """Why the receiver cannot ask for this field: only those of the share profile can be asked for."""
    if not field:
        return (Refusal("missing", "field"),)
    if field not in {known.id for known in profile_fields(profile, ruleset)}:
        return (Refusal("outside_share_profile", "field"),)
    return ()


def check_ending(to: str, *, reason: str) -> tuple[Refusal, ...]:
    """Why a referral cannot end so: `completed` needs an outcome, `closed` a reason; both stand in
    `reason`."""
    if to in ("completed", "closed") and not reason.strip():
        return (Refusal("missing", "reason"),)
    return ()


def _follows(state: str, ruleset: Ruleset) -> tuple[str, ...]:
    if state not in ruleset.referral_states:
        raise RuleError(
            f"There is no referral state '{state}'. {allowed(ruleset.referral_states, near=state)}"
        )
    return ruleset.referral_states[state]


def _who(state: str, to: str) -> frozenset[Party]:
    return _WHO_FROM.get((state, to), _WHO.get(to, frozenset()))
