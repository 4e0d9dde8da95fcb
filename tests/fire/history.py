"""One history: the program on one side, the plain model on the other, and what must be the same in both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
)
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from kimbilio.server.forms import services as forms
from kimbilio.server.forms.models import Attachment, Submission
from kimbilio.server.forms.models import Refusal as RefusedForm
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.errors import KimbilioError
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import erasing
from kimbilio.server.people.models import Case as CaseRow
from kimbilio.server.referrals import services
from kimbilio.server.referrals.models import Referral as ReferralRow
from tests.fire.model import RECEIVER, SENDER, Case, Form, Model, Referral
from tests.jobs import job_mark_done
from tests.replay.filled import YES, filled
from tests.world import world_get

JOBS = {
    "intake.understand": "understand",
    "referrals.envelope_apply": "envelope",
    "intake.erased_settle": "settle",
}
ONE_NEED = ("work_conditions", "stuck")
SAID = {
    "yes": (YES | {"consent_refer": "yes_but_not_all", "share_fields": ["language"]},),
    "no": (YES | {"consent_refer": "no"},),
    "": (),
}
told: Counter[str] = Counter()


class History(RuleBasedStateMachine):
    """One history. Rows are found by what this history made, so that earlier ones do not disturb it."""

    def __init__(self) -> None:
        super().__init__()
        self.world, self.model = world_get(), Model()
        self.sides = {SENDER: self.world.border, RECEIVER: self.world.welfare}
        self.xml: dict[Form, bytes] = {}
        self.cases: dict[Case, CaseRow] = {}
        self.threads: dict[Referral, Any] = {}
        self.presses: dict[Referral, tuple[str, str, Any]] = {}
        self.began = self.counted()
        told["histories"] += 1

    # What is there

    def within(self, side: str) -> Any:
        return acting_for(self.sides[side].id)

    def counted(self) -> Counter[str]:
        """Rows and acts of both sides, all that were ever made."""
        found: Counter[str] = Counter()
        for side in self.sides:
            with self.within(side):
                for model in (Submission, RefusedForm, CaseRow, ReferralRow, Attachment):
                    found[f"{side} {model.__name__}"] = model.objects.count()
                found.update(f"{side} {word}" for word in Act.objects.values_list("act", flat=True))
        return found

    def trace(self) -> tuple[object, ...]:
        """What a refusal must not change."""
        rows: list[object] = [
            list(ProcrastinateJob.objects.filter(status="todo").values_list("id", flat=True))
        ]
        for side in self.sides:
            with self.within(side):
                rows += [Act.objects.count(), sorted(ReferralRow.objects.values_list("id", "state", "said"))]
                rows += [sorted(Submission.objects.values_list("id", "state")), RefusedForm.objects.count()]
        return tuple(rows)

    def refused(self, act: Callable[[], object]) -> None:
        before = self.trace()
        told["refused"] += 1
        with pytest.raises(KimbilioError):
            act()
        assert self.trace() == before, "A refusal changed something."

    def row(self, referral: Referral, side: str) -> ReferralRow:
        with self.within(side):
            return ReferralRow.objects.select_related("case__person").get(thread=self.threads[referral])

    def known(self) -> None:
        """Learn the rows of what a job or an act has just made."""
        with self.within(SENDER):
            for form in self.model.forms:
                if form.case is not None and form.case not in self.cases:
                    case = Submission.objects.values_list("case", flat=True).get(instance=form.instance)
                    self.cases[form.case] = CaseRow.objects.select_related("person").get(id=case)
            for referral in self.model.referrals():
                if referral not in self.threads:
                    rows = ReferralRow.objects.filter(case=self.cases[referral.case]).order_by("id")
                    self.threads[referral] = rows[referral.case.referrals.index(referral)].thread

    # What is done

    def filled(self, form: Form) -> bytes:
        corrects = form.corrects.instance if form.corrects else ""
        return filled(
            referrals=SAID[form.answer],
            without=ONE_NEED,
            instance=form.instance,
            corrects=corrects,
            start=timezone.now(),
        )

    def receive(self, xml: bytes, files: Any = ()) -> str:
        with self.within(SENDER):
            return forms.submission_receive(device=self.world.device, xml=xml, files=files).outcome

    def worker_catches_up(self) -> None:
        while self.model.jobs:
            self.work(0)

    def work(self, place: int) -> None:
        waiting = list(ProcrastinateJob.objects.filter(status="todo", task_name__in=JOBS).order_by("id"))
        assert [JOBS[job.task_name] for job in waiting] == [word for word, _, _ in self.model.jobs]
        job = waiting[place]
        app.tasks[job.task_name].func(**job.args)
        job_mark_done(job.id)
        self.model.work(place)
        self.known()
        told["jobs"] += 1

    def erasure(self, case: Case) -> None:
        with self.within(SENDER):
            erasing.erasure_ask(
                actor=self.world.actor("sela"), person=self.cases[case].person_id, reason="person_wish"
            )

    def act(self, referral: Referral, act: str, side: str) -> None:
        if referral.side(side) is None:
            return
        press = new_id()
        if not referral.may(act, side):
            self.refused(lambda: self.step(referral, act, side, press))
            return
        self.step(referral, act, side, press)
        self.model.act(referral, act, side)
        self.presses[referral] = (act, side, press)
        told[act] += 1

    def step(self, referral: Referral, act: str, side: str, press: Any) -> None:
        more: dict[str, dict[str, Any]] = {
            "withdraw": {"reason": "person"},
            "answer": {"fields": ()},
            "ask": {"field": "health"},
            "accept": {
                "transport": "walks", "escort": "none_wanted", "bed": "none_free", "when": timezone.now()
            },
            "decline": {"reason": "no_capacity", "other_desk": self.world.other_desk},
            "complete": {"outcome": "helped"},
            "close": {"reason": "never_came"},
        }  # fmt: skip
        row = self.row(referral, side)
        with self.within(side):
            actor = self.world.actor("asha" if side == SENDER else "chen")
            getattr(services, f"referral_{act}")(
                actor=actor, referral=row, transaction=press, **more.get(act, {})
            )

    # What must hold

    @invariant()
    def states_are_the_models(self) -> None:
        told["steps"] += 1
        with self.within(SENDER):
            rows = Submission.objects.filter(instance__in=[form.instance for form in self.model.forms])
            found = {row.instance: (row.state, row.case) for row in rows}
            stages = dict(
                CaseRow.objects.filter(id__in=[row.id for row in self.cases.values()]).values_list(
                    "id", "stage"
                )
            )
        assert found == {
            form.instance: (form.state, self.cases[form.case].id if form.case else None)
            for form in self.model.forms
        }
        assert stages == {self.cases[case].id: case.stage for case in self.model.cases}
        for side in self.sides:
            with self.within(side):
                rows = ReferralRow.objects.filter(thread__in=self.threads.values())
                there = {
                    row.thread: (row.state, row.said, row.case.stage) for row in rows.select_related("case")
                }
            assert there == {
                self.threads[referral]: (
                    believed.state, believed.said, referral.case.stage if side == SENDER else believed.stage
                )
                for referral in self.model.referrals()
                if (believed := referral.side(side)) is not None
            }  # fmt: skip

    def teardown(self) -> None:
        try:
            self.worker_catches_up()
            self.states_are_the_models()
            self.counts_are_the_models()
            self.stages_are_those_of_the_acts()
        finally:
            jobs_forget()

    def counts_are_the_models(self) -> None:
        new = self.counted() - self.began
        received = sum(referral.theirs is not None for referral in self.model.referrals())
        wanted = {
            "sender Submission": len(self.model.forms),
            "sender Refusal": len(self.model.refused),
            "sender Case": len(self.model.cases),
            "sender Referral": len(list(self.model.referrals())),
            "receiver Referral": received,
            "receiver Case": received,
            "receiver case.noticed": received,
            "receiver referral.received": received,
        } | {f"sender {act}": times for act, times in self.model.acts.items()}
        assert {name: new[name] for name in wanted} == wanted

    def stages_are_those_of_the_acts(self) -> None:
        for side in self.sides:
            with self.within(side):
                rows = CaseRow.objects.filter(referrals__thread__in=self.threads.values())
                for case in rows.distinct():
                    acts = Act.objects.filter(subject=case.id, act__in=["case.noticed", "case.stage_moved"])
                    assert acts.order_by("id").last().codes["stage"] == case.stage


def jobs_forget() -> None:
    """The next history begins with an empty queue."""
    with connection.cursor() as cursor:
        cursor.execute("update procrastinate_jobs set status = 'succeeded' where status = 'todo'")
