"""The handler of screening forms: from answers to a case with needs and reasons, to consents, to a proposed
referral.

Knows how a screening form is built (its repeat of referrals, its consents). Does not decide anything: the
rules do, and what the form itself claims to have found is only compared with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from kimbilio.packs import Pack, PackError
from kimbilio.packs.form_names import Claims, read_claims
from kimbilio.packs.form_result import differing
from kimbilio.rules import RuleError, Screening, screen
from kimbilio.rules.sharing import SharedField, agreed_fields, shared_values
from kimbilio.server.forms.reasons import CLOCK_AHEAD, FORM_DIFFERS, UNKNOWN_ANSWER, UNKNOWN_PACK, UNREADABLE
from kimbilio.server.forms.services import Taken
from kimbilio.server.identity.actor import Actor
from kimbilio.server.people.country import pack_of
from kimbilio.server.people.selectors import NAME_FIELDS
from kimbilio.server.people.services import case_open, consent_record
from kimbilio.server.referrals.services import referral_propose
from kimbilio.xlsforms import (
    Answer,
    AnswersRefused,
    ReadSubmission,
    SubmissionRefused,
    read_submission,
    typed_answers,
)

from .floods import emergency_note
from .outcomes import NotUnderstood, Understood

FORM = "screening"
REFERRAL, REFERRAL_FOR, REFERRAL_AGENCY = "referral", "referral_for", "referral_agency"
CONSENT_TALK, CONSENT_REFER, SHARE_FIELDS = "consent_talk", "consent_refer", "share_fields"
NOT_ASKED = "not_asked"

Answers = Mapping[str, Answer]


@dataclass(frozen=True)
class _Filled:
    """One screening form, read and typed; `differing` names what the phone worked out otherwise."""

    pack: Pack
    answers: dict[str, Answer]
    referrals: list[dict[str, Answer]]
    claims: Claims
    differing: list[str]
    screening: Screening

    @property
    def is_child(self) -> bool:
        return bool(self.screening.facts.get("is_child"))


def understand_screening(actor: Actor, taken: Taken) -> Understood:
    """Open the case of the person a screening form describes. Raises NotUnderstood."""
    filled = _read(taken)
    row = taken.submission
    noticed_at = min(row.started_at or row.received_at, row.received_at)
    episode = case_open(
        actor=actor,
        facts=_facts(filled),
        screening=_document(filled, taken),
        desk=row.desk,
        priority=filled.screening.priority or list(filled.pack.ruleset.priorities)[-1],
        noticed_at=noticed_at,
        noticed_by=row.member,
        ring=row.ring,
        transaction=row.id,
    )
    consents = [
        consent_record(
            actor=actor,
            case=episode.case,
            scope=scope,
            document=document,
            asked_at=noticed_at,
            expires_at=noticed_at + timedelta(days=filled.pack.consent_days),
            transaction=row.id,
        )
        for scope, document in _consents(filled)
    ]
    most_urgent = next(iter(filled.pack.ruleset.priorities))
    held = episode.case.priority == most_urgent and emergency_note(
        actor=actor, submission=row, case=episode.case.id, ruleset=filled.pack.ruleset
    )
    if not held:
        referral_propose(actor=actor, case=episode.case, consents=consents, transaction=row.id)
    return Understood(episode.case.id, _reasons(filled, row.started_at, row.received_at))


def _read(taken: Taken) -> _Filled:
    try:
        pack = pack_of(taken.form.pack)
        read = read_submission(taken.xml, taken.kinds)
        answers = typed_answers(read.answers, taken.kinds)
        referrals = [typed_answers(line, taken.kinds) for line in read.repeats.get(REFERRAL, [])]
        for line in (answers, *referrals):
            _choices_check(pack, line)
        screening = screen(answers, pack.ruleset)
        differs = differing(read.answers, taken.kinds, answers, pack.ruleset)
    except PackError as fault:
        raise NotUnderstood(UNKNOWN_PACK) from fault
    except (AnswersRefused, RuleError) as fault:
        raise NotUnderstood(UNKNOWN_ANSWER) from fault
    except SubmissionRefused as fault:
        raise NotUnderstood(UNREADABLE) from fault
    kept = [line for line in referrals if line]
    return _Filled(pack, answers, kept, read_claims(_texts(read)), differs, screening)


def _texts(read: ReadSubmission) -> Mapping[str, str]:
    return {name: text.strip() for name, text in read.answers.items()}


def _choices_check(pack: Pack, answers: Answers) -> None:
    """The rules know only the form's own lists; the pack's (posts, agencies, fields) are checked here."""
    questions = {question.name: question for question in pack.forms[FORM].questions}
    for name, answer in answers.items():
        question = questions.get(name)
        if question is None:
            raise NotUnderstood(UNKNOWN_ANSWER)
        if question.list:
            chosen = {answer} if isinstance(answer, str) else set(_listed(answer))
            if not chosen <= {option.code for option in pack.options(FORM, question.list)}:
                raise NotUnderstood(UNKNOWN_ANSWER)


def _listed(answer: Answer | None) -> list[str]:
    if isinstance(answer, str):
        return [answer]
    return [] if answer is None or isinstance(answer, int) else list(answer)


def _facts(filled: _Filled) -> dict[str, object]:
    """What is known of the person, by share field; answers that may not count are left out, as are
    non-answers.
    """
    fields = [SharedField(field.id, field.questions, True) for field in filled.pack.fields.values()]
    counting = {name: value for name, value in filled.answers.items() if name not in filled.screening.closed}
    return shared_values(fields, counting, {})


def _document(filled: _Filled, taken: Taken) -> dict[str, Any]:
    """What was understood, as the case keeps it sealed. The name stands among the facts alone."""
    kept_apart = {
        q for name in NAME_FIELDS if name in filled.pack.fields for q in filled.pack.fields[name].questions
    }
    document = {
        "pack": filled.pack.id,
        "pack_version": filled.pack.version,
        "form": taken.form.form_id,
        "form_version": taken.form.version,
        "submission": str(taken.submission.id),
        "answers": {name: value for name, value in filled.answers.items() if name not in kept_apart},
        "referrals": filled.referrals,
        **filled.screening.as_json(),
    }
    document["contradictions"] = document.pop("needs_a_look")
    if filled.differing:
        claims = asdict(filled.claims) | {"differing": filled.differing}
        document["claimed"] = claims | {"not_assessed": sorted(filled.claims.not_assessed)}
    return document


def _consents(filled: _Filled) -> list[tuple[str, dict[str, Any]]]:
    """What the person was asked and answered, as (scope, document)."""
    asked = {
        "language": filled.answers.get("language", ""),
        "interpreter": filled.answers.get("interpreter", ""),
        "how_given": "spoken",
    }
    consents: list[tuple[str, dict[str, Any]]] = []
    if CONSENT_TALK in filled.answers:
        consents.append(("talk", {"answer": filled.answers[CONSENT_TALK], **asked}))
    for line in filled.referrals:
        if REFERRAL_AGENCY not in line:
            continue
        answer = line.get(CONSENT_REFER, NOT_ASKED)
        document = {
            "answer": answer,
            "recipient": line[REFERRAL_AGENCY],
            "category": line.get(REFERRAL_FOR, ""),
            "fields": _agreed(filled, line),
            "handover": line.get("handover", ""),
            "child_told": filled.is_child and answer != NOT_ASKED,
            "can_answer": {answer, filled.answers.get(CONSENT_TALK, NOT_ASKED)} != {NOT_ASKED},
            **asked,
        }
        consents.append(("refer", document))
    return consents


def _agreed(filled: _Filled, line: Answers) -> list[str]:
    """The fields a yes covers: those that the need's pathway shares, or those the person named among them."""
    ruleset = filled.pack.ruleset
    named = _listed(line.get(SHARE_FIELDS))
    pathway = ruleset.pathway_for(str(line.get(REFERRAL_FOR, "")), "child" if filled.is_child else "adult")
    match line.get(CONSENT_REFER):
        case "yes" if pathway:
            return [field.id for field in agreed_fields(pathway.share, ruleset)]
        case "yes_but_not_all" if pathway:
            return [field.id for field in agreed_fields(pathway.share, ruleset, named)]
        case "yes_but_not_all":
            return named
        case _:
            return []


def _reasons(filled: _Filled, started_at: datetime | None, received_at: datetime) -> list[str]:
    reasons: list[str] = [look.why for look in filled.screening.needs_a_look]
    if filled.differing:
        reasons.append(FORM_DIFFERS)
    if started_at is not None and started_at > received_at:
        reasons.append(CLOCK_AHEAD)
    return reasons
