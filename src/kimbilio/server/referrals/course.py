"""The course of a referral as one side sees it: what a heard state may change, and which stage it gives the
case.

Pure. Knows the states by name and the pack's table; knows no row, desk or clock. Who may take which single
step is `kimbilio.rules.referral`; this adds what follows when envelopes come late, twice or in another order.
"""

from __future__ import annotations

from collections.abc import Iterable

from kimbilio.rules import Ruleset
from kimbilio.rules.referral import Party, check_move, is_end

HELP_RUNS = frozenset({"arrived", "in_service"})
AWAITS_ANSWER = frozenset({"sent", "acknowledged", "information_needed"})


def can_become(state: str, to: str, party: Party, ruleset: Ruleset) -> bool:
    """Whether `to`, said by `party`, can be true of a referral last known in `state`.

    Steps in between may not have been heard yet, so any way through the pack's table will do, as long as its
    last step is the party's own.
    """
    seen, edge = {state}, [state]
    while edge:
        here = edge.pop()
        for following in ruleset.referral_states[here]:
            if following == to and not check_move(here, to, party, ruleset):
                return True
            if following not in seen:
                seen.add(following)
                edge.append(following)
    return False


def is_live(state: str, ruleset: Ruleset) -> bool:
    """Whether a referral still takes the place of another for the same need: it was sent and has not
    ended.
    """
    return state != "draft" and not is_end(state, ruleset)


def stage_for(referrals: Iterable[tuple[str, str]], ruleset: Ruleset) -> str | None:
    """The stage that a case has from its referrals, each as (side, state); None when none of them was ever
    sent.

    Help that runs comes before a referral under way, that before help completed. When all came to nothing, a
    case that was only received is closed and a case of one's own is noticed again.
    """
    counted = [(side, state) for side, state in referrals if state != "draft"]
    if not counted:
        return None
    states = {state for _, state in counted}
    if states & HELP_RUNS:
        return "in_care"
    if any(is_live(state, ruleset) for state in states):
        return "referred"
    if "completed" in states:
        return "settled"
    return "closed" if any(side == "received" for side, _ in counted) else "noticed"
