"""Answers as they arrive, brought to one shape: for each question the set of choices that count.

Knows which choices a question offers and which exclude the others; does not know what an answer means.
Source: questions.csv and choices.csv of the pack, and the form's rule that `none` excludes the other
choices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kimbilio.rules.expressions import NOT_ANSWERS
from kimbilio.rules.faults import RuleError, allowed
from kimbilio.rules.parts import Question
from kimbilio.rules.ruleset import Ruleset

# A choice, a number, several choices, or None when the question was not asked.
Answer = str | int | Sequence[str] | None

_MOST_DIGITS = 9

# Choices that exclude the others of a list, unless they raise something themselves (a `no` may be an alarm).
_ALONE = frozenset({"none", "nothing", "no"}) | NOT_ANSWERS

Why = Literal["never_if", "may_not_talk", "not_shown", "excludes_others"]


@dataclass(frozen=True)
class Look:
    """An answer that a person should look at.

    `never_if`: the question may not be asked, so the answer counts for nothing. `may_not_talk`: the person
    did not agree to talk or nobody may interpret, so it counts for nothing. `not_shown`: the form would not
    have shown the question; the answer counts. `excludes_others`: `none` stands beside other choices; these
    count.
    """

    question: str
    why: Why


@dataclass(frozen=True)
class Given:
    """The answers of one form: `choices` in the order of the form, without the questions that have none."""

    choices: Mapping[str, frozenset[str]]
    looks: tuple[Look, ...]


def read_answers(answers: Mapping[str, Answer], ruleset: Ruleset) -> Given:
    """Bring answers to one shape.

    Raises RuleError that names the question, and what it allows, for a question or a choice that the form
    does not have. An empty text or list and None are a question that was not asked.
    """
    for name in answers:
        if name not in ruleset.questions:
            raise RuleError(f"The form has no question '{name}'. {allowed(ruleset.questions, near=name)}")
    choices: dict[str, frozenset[str]] = {}
    looks = []
    for question in ruleset.questions.values():
        chosen = frozenset(_chosen(question, answers.get(question.name)))
        alone = {c for c in chosen & _ALONE if not _raises(question.name, c, ruleset)}
        if question.kind == "several" and alone and len(chosen) > 1:
            looks.append(Look(question.name, "excludes_others"))
            chosen = chosen - alone or chosen & NOT_ANSWERS or chosen
        if chosen:
            choices[question.name] = chosen
    return Given(choices, tuple(looks))


def _raises(question: str, choice: str, ruleset: Ruleset) -> bool:
    return any(row.question == question and row.choice == choice for row in ruleset.raises)


def _chosen(question: Question, answer: Answer) -> Iterator[str]:
    if answer is None or answer == "":
        return
    where = f"Question '{question.name}'"
    match question.kind:
        case "none":
            raise RuleError(f"{where} takes no answer. Leave it out.")
        case "text":
            if not isinstance(answer, str):
                raise RuleError(f"{where} takes a text in quotation marks.")
            yield answer
        case "integer":
            yield _whole_number(answer, where)
        case _:
            yield from _choices(question, answer, where)


def _whole_number(answer: Answer, where: str) -> str:
    text = str(answer).strip() if isinstance(answer, int | str) and not isinstance(answer, bool) else ""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise RuleError(f"{where} takes a whole number, 0 or above, of {_MOST_DIGITS} digits at most.")
    return str(int(text))


def _choices(question: Question, answer: Answer, where: str) -> Iterator[str]:
    if isinstance(answer, str):
        chosen = answer.split()
    elif isinstance(answer, Sequence | set | frozenset) and all(isinstance(c, str) for c in answer):
        chosen = list(answer)
    else:
        raise RuleError(f"{where} takes the code of a choice. {allowed(question.choices)}")
    if question.kind == "one" and len(set(chosen)) > 1:
        raise RuleError(
            f"{where} takes one choice, and {len(chosen)} were given. {allowed(question.choices)}"
        )
    for choice in chosen:
        if question.choices and choice not in question.choices:
            raise RuleError(
                f"{where} has no such choice as the one given. {allowed(question.choices, near=choice)}"
            )
        yield choice
