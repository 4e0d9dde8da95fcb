"""What a case's page says of its referrals: the table of them, and the next action.

Only reads. Returns nothing where there is nothing to say.
"""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kimbilio.server.identity.actor import Actor
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.people import selectors as people
from kimbilio.server.people.country import pack_for, word

from . import selectors, words
from .addresses import refer_address
from .erased import given_to
from .models import Referral
from .permission import REFER
from .referral_page import clock_started
from .roles import ACTS_ON_REFERRALS
from .steps import acts_open, next_act, step_of

Reading = selectors.ReferralReading


def referrals_panel(actor: Actor, case: people.Case) -> SafeString | None:
    """The referrals of a case, those that came and those that went."""
    readings = selectors.referrals_of(actor, case)
    pack = pack_for(actor.organisation)
    may_refer = actor.role in ACTS_ON_REFERRALS and any(
        row.pathway for row in selectors.proposals_for(actor, case)
    )
    if not readings and not may_refer:
        return None
    rows = [
        {
            **words.list_row(reading.referral),
            "need": word(pack, f"category:{reading.document['category']}")
            if reading.document["category"]
            else "",
            "note": ", ".join(value for _, value in words.acceptance_shown(pack, reading.document)[:2]),
        }
        for reading in readings
    ]
    return _drawn("referrals/panel.html", {"rows": rows, "may_refer": may_refer, "case": case})


def given_panel(actor: Actor, case: people.Case) -> SafeString | None:
    """Before an erasure: who else holds a record of this person, which the erasure does not reach."""
    organisations = given_to(actor.organisation, case.person_id)
    if not organisations:
        return None
    return _drawn("referrals/erase_panel.html", {"organisations": organisations})


def referrals_next(actor: Actor, case: people.Case) -> SafeString | None:
    """The next action of a case's referrals, the most pressing first, with the page's primary button."""
    if actor.role not in ACTS_ON_REFERRALS:
        return None
    readings = selectors.referrals_of(actor, case)
    expected = [reading for reading in readings if next_act(acts_open(reading))]
    live = [reading for reading in expected if reading.referral.state != Referral.State.DRAFT]
    if live:
        return _next_of(
            actor, min(live, key=lambda reading: (reading.referral.due_at is None, reading.referral.due_at))
        )
    return _next_proposal(actor, case)


def sent_under_taken_back(actor: Actor, case: people.Case) -> SafeString | None:
    """Referrals that went out under a consent which the person took back, each with a button to withdraw it too."""
    if actor.role not in ACTS_ON_REFERRALS:
        return None
    taken_back = {row.consent.id for row in people.consents_of(case, scope=REFER) if row.withdrawn}
    if not taken_back:
        return None
    rows = [
        {
            "desk": words.desk_name(reading.referral.desk),
            "organisation": words.organisation_name(reading.referral.other),
            "state": words.state_words(reading.referral.state, reading.referral.side),
            "url": reverse("referrals:act", args=[reading.referral.id, "withdraw"]),
        }
        for reading in selectors.referrals_of(actor, case)
        if reading.referral.consent_id in taken_back
        and reading.referral.state != Referral.State.DRAFT
        and Referral.State.WITHDRAWN in reading.moves
    ]
    return _drawn("referrals/taken_back.html", {"rows": rows, "transaction": new_id()}) if rows else None


def _next_of(actor: Actor, reading: Reading) -> SafeString:
    row = reading.referral
    step = step_of(next_act(acts_open(reading)), reading, actor=actor, pack=pack_for(actor.organisation))
    received = row.side == Referral.Side.RECEIVED
    who = words.organisation_name(row.other) if received else words.desk_name(row.desk)
    return _drawn(
        "referrals/case_next.html",
        {
            "title": step.title,
            "note": (_("Referral from %(who)s.") if received else _("Referral to %(who)s.")) % {"who": who},
            "due": row.due_at,
            "started": clock_started(row),
            "url": reverse("referrals:referral", args=[row.id]),
            "button": step.button,
        },
    )


def _next_proposal(actor: Actor, case: people.Case) -> SafeString | None:
    """The first need that nobody was told of, and the desk that could help."""
    pack = pack_for(actor.organisation)
    for proposal in selectors.proposals_for(actor, case):
        if not proposal.pathway or proposal.blocked:
            continue
        desk = next((row.desk.desk for row in proposal.suggestions if row.suggested), None)
        to = words.desk_name(desk) if desk else word(pack, f"agency:{proposal.lead_agency}")
        asked = word(pack, proposal.asked_key) if proposal.asked_key else ""
        need = word(pack, f"category:{proposal.category}")
        return _drawn(
            "referrals/case_next.html",
            {
                "title": _("Next: refer to %(desk)s") % {"desk": to},
                "note": f"{need}. {asked}." if asked else f"{need}.",
                "url": refer_address(case.code, proposal.number, desk.id if desk else None),
                "button": _("Refer to %(desk)s") % {"desk": to},
            },
        )
    return None


def overrides_panel(actor: Actor, _case: None) -> SafeString:
    """For the data protection officer: every sharing without consent, newest first."""
    return _drawn("referrals/overrides.html", {"lines": selectors.overrides_listed(actor)})


def _drawn(template: str, context: dict[str, Any]) -> SafeString:
    return render_to_string(template, context)
