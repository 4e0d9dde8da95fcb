"""Beginning, answering and finishing an attempt. Only the finishing is an act: that somebody practised, not how."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone

from kimbilio.rules import Answer
from kimbilio.rules.practice import nobody_hears
from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.errors import NotVisible

from .models import Attempt
from .parts import shown_in, usable
from .selectors import attempt_open, member_id, person_get


@transaction.atomic
def attempt_begin(*, actor: Actor, person: str) -> Attempt:
    """Meet a person: the attempt already begun, or a new one. Raises NotVisible."""
    pack, met = person_get(actor, person)
    attempt, _ = Attempt.objects.get_or_create(
        member_id=member_id(actor),
        pack=pack.id,
        person=met.id,
        finished_at=None,
        defaults={"organisation_id": actor.organisation},
    )
    return attempt


@transaction.atomic
def answers_keep(*, actor: Actor, person: str, answers: Mapping[str, Answer], of: Collection[str]) -> Attempt:
    """Keep the answers of the questions `of` a page, as they stand there now; one that is not among `answers` is
    taken back. Raises NotVisible.
    """
    attempt = _locked(actor, person)
    kept = {name: answer for name, answer in attempt.answers.items() if name not in of}
    attempt.answers = kept | {name: answer for name, answer in answers.items() if answer is not None}
    attempt.save(update_fields=["answers"])
    return attempt


@transaction.atomic
def question_ask(*, actor: Actor, person: str, part: str, question: str) -> Attempt:
    """Ask the person a question, or look. Raises NotVisible, also for a question that the form does not show now.

    Asked once where others could hear, it stays so: words cannot be taken back.
    """
    pack, _ = person_get(actor, person)
    attempt = _locked(actor, person)
    answers = usable(pack, attempt.answers)
    if question not in [row.name for row in shown_in(pack, part, answers) if row.type != "note"]:
        raise NotVisible
    attempt.asked = attempt.asked | {question: attempt.asked.get(question, True) and nobody_hears(answers)}
    attempt.save(update_fields=["asked"])
    return attempt


@transaction.atomic
def attempt_finish(*, actor: Actor, person: str) -> Attempt:
    """End the attempt; from now on it is compared and does not change. Raises NotVisible."""
    attempt = _locked(actor, person)
    attempt.finished_at = timezone.now()
    attempt.save(update_fields=["finished_at"])
    act_record(actor=actor, act="practice.finished", subject=attempt.id, codes={"practice": attempt.person})
    return attempt


def _locked(actor: Actor, person: str) -> Attempt:
    found = (
        Attempt.objects.select_for_update()
        .filter(id=attempt_open(actor, person).id, finished_at=None)
        .first()
    )
    if found is None:
        raise NotVisible
    return found
