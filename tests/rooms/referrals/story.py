"""The story the tests tell: a person met at the Bridge post, screened with pack `zz`, and what they
answered.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from kimbilio.packs import load
from kimbilio.rules import screen
from kimbilio.server.identity.services import desk_open, organisation_found
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import services as people
from kimbilio.server.people.selectors import Case, Consent
from kimbilio.server.referrals import services
from kimbilio.server.referrals.models import Referral
from tests.jobs import run_jobs
from tests.world import World

ADULT = {"consent_talk": "yes", "age_band": "18_plus", "language": "ar"}
WORKER = ADULT | {"work_conditions": ["too_long", "unpaid"]}
CONTROLLED = ADULT | {"forced_or_controlled": "yes"}
IN_DANGER = ADULT | {"emergency": ["frightened"]}
CHILD = {"emergency": ["child_alone"], "age_band": "12_17", "consent_talk": "yes", "language": "ar"}
STRANDED_AND_AFRAID = ADULT | {"stuck": ["cannot_move", "wants_to_go_home"], "fear_return": "yes"}

FACTS = {
    "name": "Invented Example",
    "safe_contact": "a cousin at the invented market",
    "age_band": "18_plus",
    "sex": "woman",
    "language": "ar",
    "where_found": "river_gate",
    "health": ["medicine"],
}

TRAFFICKED, WORK, DANGER, ALONE = "victim_of_trafficking", "exploited_worker", "danger_now", "child_alone"


def case_of(world: World, answers: dict[str, Any], facts: dict[str, Any] | None = None) -> Case:
    """Asha's case of a person who answered so."""
    found = screen(answers, load("zz").ruleset)
    return people.case_open(
        actor=world.actor("asha"),
        facts=FACTS if facts is None else facts,
        screening={"answers": answers, **found.as_json()},
        desk=world.border_desk,
        priority=found.priority or "normal",
        noticed_at=timezone.now(),
        noticed_by=world.member("asha"),
    ).case


def consent(
    world: World,
    case: Case,
    category: str,
    answer: str = "yes",
    *,
    recipient: str = "ZZZ-CARE",
    expires_at: datetime | None = None,
    **document: Any,
) -> Consent:
    """What the person said when asked about one need and one recipient."""
    return people.consent_record(
        actor=world.actor("asha"),
        case=case,
        scope="refer",
        document={"answer": answer, "recipient": recipient, "category": category, **document},
        asked_at=timezone.now(),
        expires_at=expires_at or timezone.now() + timedelta(days=90),
    )


def drafted(world: World, case: Case, category: str, **more: Any) -> Referral:
    """Asha's draft to the welfare duty desk."""
    return services.referral_draft(
        actor=world.actor("asha"), case=case, category=category, desk=world.welfare_desk, **more
    )


def sent(world: World, answers: dict[str, Any], category: str, **document: Any) -> Referral:
    """A referral on its way to the welfare duty desk; the job of the other side has not run."""
    case = case_of(world, answers)
    consent(world, case, category, **document)
    return services.referral_send(actor=world.actor("asha"), referral=drafted(world, case, category))


def received(world: World, referral: Referral) -> Referral:
    """The other side's row of a sent referral, after its jobs ran. Call it within the welfare office."""
    run_jobs()
    rows = Referral.objects.select_related("case__person")
    return rows.get(thread=referral.thread, side=Referral.Side.RECEIVED)


def arrived_at(
    world: World, answers: dict[str, Any], category: str, **document: Any
) -> tuple[Referral, Referral]:
    """Both rows of a referral that has reached the duty desk, as (sent, received)."""
    with acting_for(world.border.id):
        mine = sent(world, answers, category, **document)
    with acting_for(world.welfare.id):
        theirs = received(world, mine)
    return mine, theirs


def as_sent(world: World, referral: Referral) -> Referral:
    """The sender's row as it stands now."""
    with acting_for(world.border.id):
        return Referral.objects.get(thread=referral.thread, side=Referral.Side.SENT)


def as_received(world: World, referral: Referral) -> Referral:
    """The receiver's row as it stands now."""
    with acting_for(world.welfare.id):
        return Referral.objects.get(thread=referral.thread, side=Referral.Side.RECEIVED)


def haven_found() -> Any:
    """A third organisation with one desk, for this test alone. Returns the desk."""
    haven = organisation_found(
        name="Haven House of Zuri", kind="civil_society", country="ZZZ", pack="zz", agency="ZZZ-HAVEN"
    )
    return desk_open(
        organisation=haven, name="Haven desk", service_types=["asylum", "shelter"], languages=["ar"]
    )
