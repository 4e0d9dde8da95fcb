"""Histories by chance, each step against a plain model: whatever happens in whatever order, nothing is lost, doubled or
moved where it may not go.
"""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kimbilio.server.forms.models import Submission
from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.journal.verifying import book_verify
from kimbilio.server.kernel.errors import KeyDestroyed
from kimbilio.server.people import erasing
from kimbilio.server.people import services as people
from kimbilio.server.people.models import Consent
from kimbilio.server.referrals import services
from tests.fire.history import History, told
from tests.fire.lengths import length
from tests.fire.model import LEADS_TO, RECEIVER, SENDER, Form
from tests.replay.filled import filled, new_instance, photo_form, photos_publish
from tests.rooms.journal.book import in_order, seal_all
from tests.rooms.referrals import story
from tests.world import world_get

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("histories")]

AT_ONCE = 250
"""Histories in one database; then its books are sealed and verified, and the next begins with a fresh one."""
STEPS = 30
which = st.integers(0, 11)
party = st.sampled_from([SENDER, RECEIVER])


class Histories(History):
    """The steps that chance takes."""

    # The door

    @initialize(answer=st.sampled_from(["yes", "", "no"]), understood=st.booleans())
    def begin(self, answer: str, understood: bool) -> None:
        self.form_arrives(answer)
        if understood:
            self.worker_catches_up()

    @rule(answer=st.sampled_from(["yes", "", "no"]))
    def form_arrives(self, answer: str) -> None:
        form = Form(new_instance(), answer)
        self.xml[form] = self.filled(form)
        assert self.receive(self.xml[form]) == "created"
        self.model.arrive(form)

    @rule()
    def form_with_a_photo_arrives(self) -> None:
        form = Form(new_instance(), "", photo=True)
        self.xml[form] = photo_form("a.jpg", instance=form.instance)
        assert self.receive(self.xml[form]) == "created"
        self.model.arrive(form)

    @rule(n=which)
    @precondition(lambda self: any(form.photo for form in self.model.forms))
    def photo_comes_later(self, n: int) -> None:
        photos = [form for form in self.model.forms if form.photo]
        form = photos[n % len(photos)]
        assert self.receive(self.xml[form], [("a.jpg", b"\xff\xd8")]) == "again"
        with self.within(SENDER):
            row = Submission.objects.get(instance=form.instance)
            assert (row.files_missing, row.attachments.count()) == (0, 1)

    @rule(n=which)
    def form_comes_again(self, n: int) -> None:
        form = self.model.forms[n % len(self.model.forms)]
        if form.unreadable:
            self.refused(lambda: self.receive(self.xml[form]))
            return
        before = self.trace()
        assert self.receive(self.xml[form]) == "again"
        assert self.trace() == before

    @rule(n=which, age=st.sampled_from(["12_17", "18_plus"]))
    def another_form_comes_under_its_number(self, n: int, age: str) -> None:
        form = self.model.forms[n % len(self.model.forms)]
        xml = filled({"sex": "man", "age_band": age}, instance=form.instance, start=None)
        if form.unreadable:
            self.refused(lambda: self.receive(xml))
            return
        assert self.receive(xml) == "refused"
        self.model.refuse(form.instance, xml)

    @rule(n=which, answer=st.sampled_from(["yes", "", "no"]))
    def correction_comes(self, n: int, answer: str) -> None:
        before = self.model.forms[n % len(self.model.forms)]
        if before.photo:
            return
        form = Form(new_instance(), answer, corrects=before)
        self.xml[form] = self.filled(form)
        if before.unreadable:
            self.refused(lambda: self.receive(self.xml[form]))
        elif self.model.corrected(before):
            assert self.receive(self.xml[form]) == "refused"
            self.model.refuse(before.instance, self.xml[form])
        else:
            assert self.receive(self.xml[form]) == "created"
            self.model.arrive(form)

    @rule()
    def correction_of_nothing_comes(self) -> None:
        self.refused(lambda: self.receive(filled(corrects=new_instance())))

    # The worker

    @rule(jobs=st.integers(1, 4), newest=st.booleans())
    @precondition(lambda self: self.model.jobs)
    def worker_runs(self, jobs: int, newest: bool) -> None:
        """Another order than that of arrival is what a second worker makes, or a job that is tried again."""
        for _ in range(min(jobs, len(self.model.jobs))):
            self.work(-1 if newest else 0)

    # The person

    @rule(n=which, answer=st.sampled_from(["yes", "no"]))
    @precondition(lambda self: self.model.cases)
    def person_answers(self, n: int, answer: str) -> None:
        case = self.model.cases[n % len(self.model.cases)]

        def ask() -> None:
            more = {"fields": ["language"]} if answer == "yes" else {}
            said = "yes_but_not_all" if answer == "yes" else "no"
            with self.within(SENDER):
                story.consent(self.world, self.cases[case], story.TRAFFICKED, said, **more)

        if case.unreadable:
            self.refused(ask)
            return
        ask()
        case.consent = answer

    @rule(n=which)
    @precondition(lambda self: any(case.consent == "yes" for case in self.model.cases))
    def person_takes_it_back(self, n: int) -> None:
        consenting = [case for case in self.model.cases if case.consent == "yes"]
        case = consenting[n % len(consenting)]
        with self.within(SENDER):
            rows = Consent.objects.filter(case=self.cases[case], scope="refer").order_by("-id")
            people.consent_withdraw(actor=self.world.actor("asha"), consent=rows[0].id)
        case.consent = "withdrawn"
        self.model.count("consent.withdrawn")

    @rule(n=which)
    @precondition(lambda self: self.model.cases)
    def erasure_is_asked(self, n: int) -> None:
        case = self.model.cases[n % len(self.model.cases)]
        if case.unreadable:
            self.refused(lambda: self.erasure(case))
            return
        self.erasure(case)
        if not case.erasure:
            self.model.count("person.erasure_asked")
            case.erasure = "asked"

    @rule(n=which)
    @precondition(lambda self: any(case.erasure for case in self.model.cases))
    def erasure_is_agreed(self, n: int) -> None:
        asked = [case for case in self.model.cases if case.erasure]
        case = asked[n % len(asked)]
        with self.within(SENDER):
            erasure = erasing.Erasure.objects.get(person=self.cases[case].person_id)

        def agree(name: str) -> None:
            with self.within(SENDER):
                erasing.person_erase(actor=self.world.actor(name), erasure=erasure.id)

        self.refused(lambda: agree("sela"))  # she asked
        if case.unreadable:
            self.refused(lambda: agree("stefan"))
            return
        agree("stefan")
        self.model.erase(case)
        told["erased"] += 1

    # Referrals

    @rule(n=which)
    @precondition(lambda self: self.model.cases)
    def referral_is_drafted(self, n: int) -> None:
        case = self.model.cases[n % len(self.model.cases)]

        def draft() -> None:
            with self.within(SENDER):
                story.drafted(self.world, self.cases[case], story.TRAFFICKED)

        if self.model.draft(case) is None:
            self.refused(draft)
            return
        draft()
        self.known()

    @rule(n=which, act=st.sampled_from(sorted(LEADS_TO)), side=party)
    @precondition(lambda self: any(self.model.referrals()))
    def any_act_on_a_referral(self, n: int, act: str, side: str) -> None:
        found = list(self.model.referrals())
        self.act(found[n % len(found)], act, side)

    @rule(n=which)
    @precondition(lambda self: any(self.model.referrals()))
    def allowed_act_on_a_referral(self, n: int) -> None:
        may = [
            (referral, act, side)
            for referral in self.model.referrals()
            for act in LEADS_TO
            for side in self.sides
            if act != "withdraw" and referral.may(act, side)
        ]
        if may:
            self.act(*may[n % len(may)])

    @rule(choices=st.lists(which, min_size=1, max_size=6))
    @precondition(lambda self: any(self.model.referrals()))
    def referrals_go_their_way(self, choices: list[int]) -> None:
        for n in choices:
            self.allowed_act_on_a_referral(n)
            self.worker_catches_up()

    @rule(n=which)
    @precondition(lambda self: self.presses)
    def button_is_pressed_twice(self, n: int) -> None:
        pressed = list(self.presses)
        referral = pressed[n % len(pressed)]
        act, side, press = self.presses[referral]
        if referral.case.unreadable and side == SENDER:
            return
        before = self.trace()
        self.step(referral, act, side, press)
        assert self.trace() == before, "The same press did something twice."

    @rule(n=which, side=party)
    @precondition(lambda self: any(self.model.referrals()))
    def every_clock_runs_out(self, n: int, side: str) -> None:
        found = list(self.model.referrals())
        referral = found[n % len(found)]
        if referral.side(side) is None:
            return
        row = self.row(referral, side)
        try:
            with self.within(side):
                services.referral_clock_run(
                    actor=actor_of_system(self.sides[side].id),
                    referral=row.id,
                    now=timezone.now() + timedelta(days=60),
                )
        except KeyDestroyed:
            assert referral.case.unreadable
        self.model.clock(referral, side)


def _batches() -> list[int]:
    whole, rest = divmod(length("KIMBILIO_FIRE_HISTORIES"), AT_ONCE)
    return [AT_ONCE] * whole + [rest] * bool(rest)


@pytest.mark.parametrize(("number", "histories"), list(enumerate(_batches())))
def test_every_history_goes_as_the_plain_model_says(
    committed: str, seeded: int, number: int, histories: int
) -> None:
    photos_publish()
    told.clear()
    start = time.monotonic()
    chosen = settings(
        max_examples=histories,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(seeded + number)(Histories), settings=chosen)
    world = world_get()
    sealed = 0
    for organisation in (world.border, world.welfare):
        seal_all(organisation)
        sealed += len(in_order(organisation))
        report = book_verify(organisation.id)
        assert not report.findings, [str(finding) for finding in report.findings]
    print(f"{time.monotonic() - start:.0f} s, {sealed} acts sealed: {dict(told)}")
