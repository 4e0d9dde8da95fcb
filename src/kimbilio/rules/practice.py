"""Practising on invented people: which questions the form shows, what is right to write down, what was noticed.

Knows the answers an invented person gives and those an officer wrote; counts what was noticed and never grades. Does
not know who practises, no text and no law beyond the ruleset: needs, priority and steps are those that `screen` finds
for the right answers, so nothing of them is written a second time. Source: practice/ of a pack.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from kimbilio.rules.answers import Answer, read_answers
from kimbilio.rules.expressions import Fact, evaluate
from kimbilio.rules.judgement import Judgement
from kimbilio.rules.openness import settled
from kimbilio.rules.parts import MAY_TALK
from kimbilio.rules.ruleset import Ruleset
from kimbilio.rules.screening import Screening, screen

# The answer that says nobody else can hear.
PRIVATE, NOBODY_HEARS = "private_place", "yes"
_SKIP = "skip"

When = Literal["asked", "alone", "unsaid"]
WHEN: tuple[When, ...] = ("asked", "alone", "unsaid")


@dataclass(frozen=True)
class Reply:
    """What an invented person answers: whenever asked, only where nobody else can hear, or not at all."""

    choices: tuple[str, ...]
    when: When = "asked"


@dataclass(frozen=True)
class Sign:
    """One choice of one question, and the indicator it raises; empty when it raises none."""

    question: str
    choice: str
    indicator: str


@dataclass(frozen=True)
class Missed:
    """A sign that was not written down. `not_shown`: an earlier answer kept the question from coming up."""

    sign: Sign
    why: Literal["not_asked", "answered_otherwise", "not_shown"]


@dataclass(frozen=True)
class Comparison:
    """What an officer wrote beside what was there. No score: each part is a list, in the order of the form.

    `not_there` are alarming answers that the person did not give. `not_to_be_asked` are questions that were asked or
    answered although with this person they are closed. `overheard` are questions for a private place that were asked
    where others could hear.
    """

    noticed: tuple[Sign, ...]
    missed: tuple[Missed, ...]
    not_there: tuple[Sign, ...]
    not_to_be_asked: tuple[str, ...]
    overheard: tuple[str, ...]
    yours: Screening
    right: Screening


def questions_shown(answers: Mapping[str, Answer], ruleset: Ruleset) -> tuple[str, ...]:
    """The questions that the form shows with these answers, in its order.

    An answer to a question that is not shown itself opens no other, as on a phone.
    """
    kept = dict(answers)
    for _ in ruleset.questions:
        judgement = _judgement(kept, ruleset)
        shown = tuple(name for name in ruleset.questions if _is_shown(name, judgement))
        left = {name: answer for name, answer in kept.items() if name in shown}
        if left == kept:
            return shown
        kept = left
    return shown


def closed_questions(answers: Mapping[str, Answer], ruleset: Ruleset) -> frozenset[str]:
    """The questions that may not be asked with these answers: by `never_if`, or because the person may not be talked
    with.
    """
    judgement = _judgement(answers, ruleset)
    silent = settled(Fact(MAY_TALK), judgement) is False
    return frozenset(
        name
        for name, question in ruleset.questions.items()
        if (question.never_if is not None and evaluate(question.never_if, judgement))
        or (silent and name in ruleset.needs_talk)
    )


def right_answers(replies: Mapping[str, Reply], ruleset: Ruleset) -> dict[str, Answer]:
    """What a good officer writes down: what the person answers to every question that comes up."""
    right: dict[str, Answer] = {}
    for _ in ruleset.questions:
        shown = questions_shown(right, ruleset)
        opened = {name: _written(name, replies[name], right, ruleset) for name in shown if name in replies}
        opened = {name: answer for name, answer in opened.items() if answer}
        if opened == right:
            break
        right = opened
    return right


def heard(reply: Reply, answers: Mapping[str, Answer]) -> bool:
    """Whether the person gives this reply, with what the officer has written so far."""
    return reply.when == "asked" or (reply.when == "alone" and nobody_hears(answers))


def nobody_hears(answers: Mapping[str, Answer]) -> bool:
    """Whether the officer has made sure that nobody else can hear."""
    return answers.get(PRIVATE) == NOBODY_HEARS


def wants_privacy(question: str, ruleset: Ruleset) -> bool:
    """Whether the question is closed as soon as others can hear."""
    never_if = ruleset.questions[question].never_if
    return never_if is not None and evaluate(never_if, _judgement({PRIVATE: "no"}, ruleset))


def compare(
    given: Mapping[str, Answer],
    asked: Mapping[str, bool],
    *,
    replies: Mapping[str, Reply],
    notices: Collection[tuple[str, str]],
    ruleset: Ruleset,
) -> Comparison:
    """Put what an officer wrote beside what was there.

    `asked` holds the questions that were asked, and for each whether nobody else could hear then. `notices` are the
    pairs of question and choice that matter in this person. Raises RuleError for a question or choice that the form
    does not have.
    """
    right = right_answers(replies, ruleset)
    there, written = _judgement(right, ruleset), _judgement(given, ruleset)
    shown = questions_shown(given, ruleset)
    ordered = sorted(notices, key=lambda pair: ruleset.questions[pair[0]].order)
    signs = [Sign(question, choice, _raised(question, choice, there)) for question, choice in ordered]
    closed = closed_questions(right, ruleset)
    touched = [name for name in ruleset.questions if name in asked or written.answered(name)]
    return Comparison(
        noticed=tuple(sign for sign in signs if sign.choice in written.choices(sign.question)),
        missed=tuple(
            Missed(sign, _why(sign.question, written, shown))
            for sign in signs
            if sign.choice not in written.choices(sign.question)
        ),
        not_there=tuple(_not_there(written, there)),
        not_to_be_asked=tuple(name for name in touched if name in closed),
        overheard=tuple(
            name for name in touched if asked.get(name) is False and _for_one(name, replies, ruleset)
        ),
        yours=screen(given, ruleset),
        right=screen(right, ruleset),
    )


def _for_one(question: str, replies: Mapping[str, Reply], ruleset: Ruleset) -> bool:
    reply = replies.get(question)
    return wants_privacy(question, ruleset) or (reply is not None and reply.when == "alone")


def _why(
    question: str, written: Judgement, shown: Collection[str]
) -> Literal["not_asked", "answered_otherwise", "not_shown"]:
    if written.answered(question):
        return "answered_otherwise"
    return "not_asked" if question in shown else "not_shown"


def _not_there(written: Judgement, there: Judgement) -> Iterator[Sign]:
    """Choices that raise an indicator with what was written, and that the person did not give."""
    for name in written.ruleset.questions:
        for choice in sorted(written.choices(name) - there.choices(name)):
            if indicator := _raised(name, choice, written):
                yield Sign(name, choice, indicator)


def _raised(question: str, choice: str, judgement: Judgement) -> str:
    for row in judgement.ruleset.raises:
        here = bool(row.indicator) and (row.question, row.choice) == (question, choice)
        if here and row in judgement.rows_raising(row.indicator):
            return row.indicator
    return ""


def _written(name: str, reply: Reply, answers: Mapping[str, Answer], ruleset: Ruleset) -> Answer:
    question = ruleset.questions[name]
    unsaid = tuple(choice for choice in question.choices if choice == _SKIP)
    choices = reply.choices if heard(reply, answers) else unsaid
    if question.kind == "several":
        return choices
    return choices[0] if choices else None


def _is_shown(name: str, judgement: Judgement) -> bool:
    question = judgement.ruleset.questions[name]
    if question.relevant is not None and not evaluate(question.relevant, judgement):
        return False
    return question.never_if is None or not evaluate(question.never_if, judgement)


def _judgement(answers: Mapping[str, Answer], ruleset: Ruleset) -> Judgement:
    return Judgement(ruleset, read_answers(answers, ruleset).choices)
