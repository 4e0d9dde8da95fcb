"""The handler of follow-up forms: what an officer saw of a person met before becomes an act on that case.

Knows that such a form takes its case from the officer's own list. Writes nothing into a case that is not, or
is no longer, an open case of whoever sent it.
"""

from __future__ import annotations

import uuid

from kimbilio.packs import Pack, PackError
from kimbilio.rules.entities import is_outdated
from kimbilio.server.forms.reasons import (
    ALREADY_THERE,
    CASE_CHANGED,
    NOT_THEIRS,
    UNKNOWN_ANSWER,
    UNKNOWN_PACK,
    UNREADABLE,
)
from kimbilio.server.forms.services import Taken
from kimbilio.server.identity.actor import Actor, actor_of_member
from kimbilio.server.kernel.errors import NotVisible
from kimbilio.server.people.carrying import branches_of, carried_case
from kimbilio.server.people.country import pack_of
from kimbilio.server.people.selectors import Case
from kimbilio.server.people.services import case_follow_up
from kimbilio.xlsforms import (
    Answer,
    AnswersRefused,
    EntityDeclared,
    SubmissionRefused,
    read_entities,
    read_submission,
    typed_answers,
)

from .outcomes import NotUnderstood, Understood


def understand_follow_up(actor: Actor, taken: Taken) -> Understood:
    """Write what was seen into the case that the form names. Raises NotUnderstood."""
    row = taken.submission
    answers, asked, declared = _read(taken)
    sender = actor_of_member(row.member, device=row.device)
    case = _case(sender, answers.pop(asked, ""), declared)
    reasons = [] if declared is None else _reasons(case, declared)
    case_follow_up(
        actor=sender,
        case=case,
        document={"answers": answers, "submission": str(row.id)},
        branch=declared.branch if declared else "",
        transaction=row.id,
    )
    return Understood(case.id, reasons)


def _read(taken: Taken) -> tuple[dict[str, Answer], str, EntityDeclared | None]:
    """The answers, the question that names the case, and what the form says it does to the list's record."""
    try:
        pack = pack_of(taken.form.pack)
        read = read_submission(taken.xml, taken.kinds)
        answers = typed_answers(read.answers, taken.kinds)
        declared = read_entities(taken.xml)
    except PackError as fault:
        raise NotUnderstood(UNKNOWN_PACK) from fault
    except AnswersRefused as fault:
        raise NotUnderstood(UNKNOWN_ANSWER) from fault
    except SubmissionRefused as fault:
        raise NotUnderstood(UNREADABLE) from fault
    form = pack.forms.get(taken.form.kind)
    if form is None or form.list_question is None:
        raise NotUnderstood(UNKNOWN_PACK)
    _choices_check(pack, taken.form.kind, answers)
    if len(declared) > 1:
        raise NotUnderstood(UNKNOWN_ANSWER)
    return answers, form.list_question.name, declared[0] if declared else None


def _choices_check(pack: Pack, form: str, answers: dict[str, Answer]) -> None:
    questions = {question.name: question for question in pack.forms[form].questions}
    for name, answer in answers.items():
        if name not in questions:
            raise NotUnderstood(UNKNOWN_ANSWER)
        offered = {option.code for option in pack.options(form, questions[name].list or "list:")}
        chosen = {answer} if isinstance(answer, str | int) else set(answer)
        if offered and not chosen <= offered:
            raise NotUnderstood(UNKNOWN_ANSWER)


def _case(sender: Actor, named: Answer, declared: EntityDeclared | None) -> Case:
    if declared is not None and declared.id != named:
        raise NotUnderstood(UNKNOWN_ANSWER)
    try:
        return carried_case(sender, uuid.UUID(str(named)))
    except (ValueError, NotVisible) as fault:
        raise NotUnderstood(NOT_THEIRS) from fault


def _reasons(case: Case, declared: EntityDeclared) -> list[str]:
    """Why a person should look, although the case is the sender's: nothing of the form is lost for it."""
    reasons = [ALREADY_THERE] if declared.create else []
    if declared.update and is_outdated(
        base=declared.base, trunk=declared.trunk, branch=declared.branch, changes=branches_of(case)
    ):
        reasons.append(CASE_CHANGED)
    return reasons
