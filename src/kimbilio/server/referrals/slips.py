"""The paper a person may carry away from a referral: what stands on it, and the act of giving it or of giving none.

Knows from which states a slip may be given and whose place must not be on it. The lines are the pack's, the choice is
the person's (`rules.sharing.slip_lines`). No name is ever printed, no case's code, and never where a shelter is.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction as db
from django.utils.translation import gettext as _

from kimbilio.packs.slip import slip_card, slip_languages
from kimbilio.rules.sharing import slip_lines
from kimbilio.server.identity.actor import Actor
from kimbilio.server.identity.places import place_of
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.errors import Refused
from kimbilio.server.kernel.ids import new_id, slip_reference
from kimbilio.server.people import selectors as people
from kimbilio.server.people.country import pack_for
from kimbilio.server.ui import printing

from .course import is_live
from .models import Referral
from .moving import already, record, referral_lock
from .selectors import referral_get, referrals_visible

LAYOUT = Path(__file__).with_name("paper") / "slip.typ"
SIZES = ("a6", "roll")
SEARCHED = 5000
"""How many of the newest referrals a reference is looked for among."""


@dataclass(frozen=True)
class Wish:
    """What the person wants to take along: a slip of the pack, None when they were not asked.

    `feared`: someone they fear is near, or finds papers; then the pack's default holds, which is no paper.
    """

    slip: str | None
    language: str
    size: str = "a6"
    with_agency: bool = False
    feared: bool = False


def may_have_slip(referral: Referral) -> bool:
    """Whether a slip belongs to this row: the sender's, sent and not ended."""
    ruleset = pack_for(referral.organisation_id).ruleset
    return referral.side == Referral.Side.SENT and bool(ruleset.slips) and is_live(referral.state, ruleset)


def wish_before(referral: Referral) -> Wish:
    """What the form already says: the paper the person asked for, and the language they speak."""
    ruleset = pack_for(referral.organisation_id).ruleset
    answers = people.screening_of(referral.case).get("answers") or {}
    asked, speaks = answers.get("slip"), str(people.facts_of(referral.case).get("language") or "")
    return Wish(
        slip=asked if asked in ruleset.slips else ruleset.default_slip,
        language=speaks if speaks in slip_languages() else "en",
    )


def slip_shown(referral: Referral, wish: Wish) -> dict[str, Any] | None:
    """The slip as plain values, None when no paper is given. The same function serves preview and print."""
    desk, pack = referral.desk, pack_for(referral.organisation_id)
    place = place_of(desk, seen_by=None)  # a paper is seen by anybody
    lines = slip_lines(
        wish.slip,
        pack.ruleset,
        feared_person_near=wish.feared,
        place_is_shelter=place.kept or "shelter" in desk.service_types,
    )
    if not lines:
        return None
    return slip_card(
        lines,
        language=wish.language,
        reference=slip_reference(referral.thread),
        agency=desk.organisation.name_in(wish.language) if wish.with_agency else "",
        place=place.area,
        place_kept=place.kept,
        number=place.phone,
        hours=desk.hours,
    ) | {"size": wish.size}


@db.atomic
def slip_give(
    *, actor: Actor, referral: Referral, wish: Wish, transaction: uuid.UUID | None = None
) -> bytes | None:
    """Record what the person takes along and set the slip; None when they take none. A second press prints again.

    Raises NotVisible, NotAllowed, Refused; FontsMissing, OverLimit, ProgramFailed when it cannot be set.
    """
    transaction = transaction or new_id()
    row = referral_lock(actor, referral)
    if not may_have_slip(row):
        raise Refused(_("A slip belongs to a referral that was sent and has not ended. Send it first."))
    card = slip_shown(row, wish)
    made = printing.pdf(LAYOUT, card) if card else None
    act = "slip.printed" if made else "slip.not_wanted"
    if already(actor, transaction, act) is None:
        detail: Mapping[str, Any] = {
            "slip": wish.slip,
            "language": wish.language,
            "with_agency": wish.with_agency,
            "feared": wish.feared,
        }
        record(row, act, actor=actor, transaction=transaction, key=sealed.key_of(row), detail=detail)
    return made


def referral_by_reference(actor: Actor, reference: str) -> Referral | None:
    """The referral whose slip carries this reference, among the newest that the actor may see."""
    rows = referrals_visible(actor).values_list("id", "thread")[:SEARCHED]
    found = next((row for row, thread in rows if slip_reference(thread) == reference), None)
    return referral_get(actor, found) if found else None
