"""State × actor: every act on a referral, an erasure and a filled form, in every state, by each of the cast.

What is expected is said once, by side and state; who sees the row at all is said once, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from kimbilio.server.forms import services as forms
from kimbilio.server.forms.comparing import refusal_compare
from kimbilio.server.forms.models import Refusal, Submission
from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.kernel.errors import NotAllowed, NotVisible, Refused
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.routers import STORE
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import erasing
from kimbilio.server.referrals import services
from kimbilio.server.referrals.models import Referral
from tests.jobs import run_jobs
from tests.replay.filled import filled, new_instance, photo_form, photos_publish
from tests.rooms.referrals import story
from tests.world import World

CAST = ("asha", "ben", "sela", "dalia", "stefan", "ada", "chen", "dora", "kito")
BORDER = ("asha", "ben", "sela", "dalia", "stefan", "ada")
DONE, REFUSED, ABSENT, NOT_THEIRS = "done", "refused", "absent", "not allowed"


def outcome(organisation: Any, act: Callable[[], object]) -> str:
    """What becomes of an act; whatever it did is undone in both databases."""
    with transaction.atomic(), transaction.atomic(using=STORE):
        try:
            with acting_for(organisation.id), transaction.atomic():
                act()
            said = DONE
        except NotVisible:
            said = ABSENT
        except NotAllowed:
            said = NOT_THEIRS
        except Refused:
            said = REFUSED
        transaction.set_rollback(True)
        transaction.set_rollback(True, using=STORE)
    return said


def held_against(found: Mapping[tuple[str, ...], str], wanted: Callable[..., str]) -> None:
    """Every line of a table against what is expected; all that differs is told at once."""
    wrong = [
        f"{' '.join(line)}: {said}, not {wanted(*line)}"
        for line, said in found.items()
        if said != wanted(*line)
    ]
    assert not wrong, "\n" + "\n".join(wrong)


# Referrals

SEES_REFERRAL = {"asha", "sela", "chen", "kito"}
OPEN = {
    "draft", "sent", "acknowledged", "information_needed", "expired", "accepted", "not_arrived", "arrived",
    "in_service",
}  # fmt: skip
STATES = (*sorted(OPEN), "declined", "completed", "closed", "withdrawn")
MAY: dict[str, dict[str, set[str]]] = {
    "send": {"sender": {"draft"}},
    "withdraw": {"sender": OPEN},
    "answer": {"sender": {"information_needed"}},
    "acknowledge": {"receiver": {"sent", "expired"}},
    "ask": {"receiver": {"acknowledged"}},
    "accept": {"receiver": {"acknowledged"}},
    "decline": {"receiver": {"acknowledged", "expired"}},
    "arrive": {"receiver": {"accepted", "not_arrived"}},
    "not_arrived": {"receiver": {"accepted"}},
    "begin": {"receiver": {"arrived"}},
    "complete": {"receiver": {"in_service"}},
    "close": {"receiver": {"not_arrived", "arrived", "in_service"}, "sender": {"not_arrived"}},
    "confirm_override": {},
}


@dataclass(frozen=True)
class Both:
    """A referral as its two sides have it, and the steps that can be taken with it."""

    world: World
    mine: Referral
    theirs: Referral | None

    def step(self, act: str, name: str) -> Callable[[], object]:
        world, row = self.world, self.mine if name in BORDER else self.theirs
        more: dict[str, dict[str, Any]] = {
            "withdraw": {"reason": "person"},
            "answer": {"fields": ()},
            "ask": {"field": "health"},
            "accept": {
                "transport": "walks", "escort": "none_wanted", "bed": "none_free", "when": timezone.now()
            },
            "decline": {"reason": "no_capacity", "other_desk": world.other_desk},
            "complete": {"outcome": "helped"},
            "close": {"reason": "never_came"},
        }  # fmt: skip
        service = getattr(services, f"referral_{act}")
        return lambda: service(actor=world.actor(name), referral=row, **more.get(act, {}))


COURSE: dict[str, tuple[tuple[str, str], ...]] = {
    "sent": (),
    "acknowledged": (("chen", "acknowledge"),),
    "information_needed": (("chen", "acknowledge"), ("chen", "ask")),
    "accepted": (("chen", "acknowledge"), ("chen", "accept")),
    "declined": (("chen", "acknowledge"), ("chen", "decline")),
    "not_arrived": (("chen", "acknowledge"), ("chen", "accept"), ("chen", "not_arrived")),
    "arrived": (("chen", "acknowledge"), ("chen", "accept"), ("chen", "arrive")),
    "in_service": (("chen", "acknowledge"), ("chen", "accept"), ("chen", "arrive"), ("chen", "begin")),
    "completed": (
        ("chen", "acknowledge"), ("chen", "accept"), ("chen", "arrive"), ("chen", "begin"), ("chen", "complete")
    ),
    "closed": (("chen", "acknowledge"), ("chen", "accept"), ("chen", "arrive"), ("chen", "close")),
    "withdrawn": (("asha", "withdraw"),),
}  # fmt: skip


def brought_to(world: World, state: str) -> Both:
    """A referral in this state on both sides; a draft has one side only."""
    if state == "draft":
        with acting_for(world.border.id):
            case = story.case_of(world, story.WORKER)
            story.consent(world, case, story.WORK)
            return Both(world, story.drafted(world, case, story.WORK), None)
    both = Both(
        world,
        *story.arrived_at(
            world, story.CONTROLLED, story.TRAFFICKED, answer="yes_but_not_all", fields=["language"]
        ),
    )
    if state == "expired":
        for row in (both.mine, both.theirs):
            assert row is not None
            with acting_for(row.organisation_id):
                late = timezone.now() + timedelta(days=3)
                services.referral_clock_run(
                    actor=actor_of_system(row.organisation_id), referral=row.id, now=late
                )
    for name, act in COURSE.get(state, ()):
        with acting_for(world.member(name).organisation_id):
            both.step(act, name)()
        run_jobs()
    fresh = Both(world, story.as_sent(world, both.mine), story.as_received(world, both.mine))
    assert fresh.theirs is not None
    assert fresh.mine.state == fresh.theirs.state == state
    return fresh


def referral_expected(state: str, act: str, name: str) -> str:
    """The rule in plain words."""
    if name not in SEES_REFERRAL:
        return ABSENT
    side = "sender" if name in BORDER else "receiver"
    return DONE if state in MAY[act].get(side, set()) else REFUSED


@pytest.mark.slow
@pytest.mark.parametrize("state", STATES)
def test_each_act_on_a_referral_is_done_refused_or_absent_as_its_state_and_its_actor_say(
    world: World, state: str
) -> None:
    both, found = brought_to(world, state), {}
    for act in MAY:
        for name in CAST:
            if state == "draft" and name not in BORDER:
                continue  # nothing of a draft is on the other side
            organisation = world.member(name).organisation
            found[state, act, name] = outcome(organisation, both.step(act, name))
    held_against(found, referral_expected)


# Erasures

ERASURES = ("none", "asked by sela", "asked by stefan", "declined", "erased")


def erasure_expected(state: str, act: str, name: str) -> str:
    if name not in ("sela", "stefan"):
        return NOT_THEIRS
    if act == "ask":
        return REFUSED if state == "erased" else DONE  # asking twice is asking once
    if not state.startswith("asked"):
        return REFUSED if state != "none" else ABSENT
    return REFUSED if state.endswith(name) else DONE


@pytest.mark.parametrize("state", ERASURES)
def test_each_act_on_an_erasure_needs_two_persons_and_their_roles(world: World, state: str) -> None:
    sela, stefan = world.actor("sela"), world.actor("stefan")
    with acting_for(world.border.id):
        person = story.case_of(world, story.WORKER).person_id
        asked = new_id()
        if state != "none":
            asker = stefan if state.endswith("stefan") else sela
            asked = erasing.erasure_ask(actor=asker, person=person, reason="person_wish").id
        if state == "declined":
            erasing.erasure_decline(actor=stefan, erasure=asked)
        if state == "erased":
            erasing.person_erase(actor=stefan, erasure=asked)
    found = {}
    for name in CAST:
        actor, organisation = world.actor(name), world.member(name).organisation
        acts = {
            "ask": lambda actor=actor: erasing.erasure_ask(actor=actor, person=person, reason="person_wish"),
            "decline": lambda actor=actor: erasing.erasure_decline(actor=actor, erasure=asked),
            "erase": lambda actor=actor: erasing.person_erase(actor=actor, erasure=asked),
        }
        for act, step in acts.items():
            found[state, act, name] = outcome(organisation, step)
    held_against(found, erasure_expected)


# Filled forms

SEES_FORM = {"asha", "sela"}
FORMS = ("received", "understood", "needs_a_look", "settled")
MAY_WITH_FORM = {"settle": {"needs_a_look"}, "retry": {"needs_a_look", "received"}, "compare": set(FORMS)}


def form_expected(state: str, act: str, name: str) -> str:
    if name not in SEES_FORM:
        return ABSENT
    return DONE if state in MAY_WITH_FORM[act] else REFUSED


@contextmanager
def form_in(world: World, state: str) -> Iterator[tuple[Submission, Refusal]]:
    """A form in this state, and a second one that was refused under its number."""
    photos_publish()
    instance = new_instance()
    answered = state in ("received", "understood")
    first, second = (
        (filled(instance=instance), filled({"sex": "man"}, instance=instance))
        if answered
        else (photo_form("a.jpg", instance=instance), photo_form("b.jpg", instance=instance))
    )
    with acting_for(world.border.id):
        row = forms.submission_receive(device=world.device, xml=first).submission
        forms.submission_receive(device=world.device, xml=second)
    if state != "received":
        run_jobs()
    with acting_for(world.border.id):
        if state == "settled":
            forms.submission_settle(actor=world.actor("asha"), submission=row.id, note="Looked at.")
        row.refresh_from_db()
        assert row.state == state
        yield row, Refusal.objects.get(submission=row)


@pytest.mark.parametrize("state", FORMS)
def test_each_act_on_a_filled_form_is_done_refused_or_absent(world: World, state: str) -> None:
    with form_in(world, state) as (row, refusal):
        found = {}
        for name in CAST:
            actor, organisation = world.actor(name), world.member(name).organisation
            acts = {
                "settle": lambda actor=actor: forms.submission_settle(
                    actor=actor, submission=row.id, note="Looked at."
                ),
                "retry": lambda actor=actor: forms.submission_retry(actor=actor, submission=row.id),
                "compare": lambda actor=actor: refusal_compare(actor, refusal.id),
            }
            for act, step in acts.items():
                found[state, act, name] = outcome(organisation, step)
    held_against(found, form_expected)
