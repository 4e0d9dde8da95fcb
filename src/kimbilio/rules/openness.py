"""Which answers count: those of questions that may not be asked are closed, the rest stand.

Knows `never_if` and `relevant` of each question; does not know what the answers mean. Source: the
expressions paragraph of pathways.yaml (never_if) and the rules of the profiling form (consent to talk,
interpreters).

Facts rest on answers, and whether an answer is open rests on facts. The circle is cut by going once through
the questions in the order of the form: a question is judged by the open answers before it and by all
answers after it, and a closed answer is gone for every later judgement, facts included.

Three cases, and only the first two close an answer:
- `never_if` holds.
- The question is shown only to a person who may be talked with, and it is known that this person may not
  (they said no or not now, nobody may interpret). When consent was not recorded at all, nothing is known
  and the answer stands.
- `relevant` is known to be false: the form would not have shown the question, but the answer was given. It
  counts and is put to a person, because closing it could lower a need when another answer is added
  (`child_story_match` would vanish once `with_whom` says alone), and an alarming answer is not thrown away
  for its place in a form.
"""

from __future__ import annotations

from kimbilio.rules.answers import Given, Look
from kimbilio.rules.expressions import (
    And,
    Answered,
    Equals,
    Expression,
    Fact,
    Has,
    In,
    Not,
    Or,
    evaluate,
)
from kimbilio.rules.judgement import Judgement
from kimbilio.rules.parts import MAY_TALK, Question
from kimbilio.rules.ruleset import Ruleset


def judge(given: Given, ruleset: Ruleset) -> tuple[Judgement, tuple[Look, ...]]:
    """The judgement of the answers that count, and the answers that a person should look at, in form
    order."""
    judgement = Judgement(ruleset, given.choices)
    looks = list(given.looks)
    for name in given.choices:
        question = ruleset.questions[name]
        if question.never_if is not None and evaluate(question.never_if, judgement):
            looks.append(Look(name, "never_if"))
        elif name in ruleset.needs_talk and settled(Fact(MAY_TALK), judgement) is False:
            looks.append(Look(name, "may_not_talk"))
        else:
            continue
        judgement = judgement.without(name)
    looks += [Look(name, "not_shown") for name in judgement.given if _not_shown(name, judgement)]
    return judgement, tuple(sorted(looks, key=lambda look: ruleset.questions[look.question].order))


def _not_shown(name: str, judgement: Judgement) -> bool:
    question: Question = judgement.ruleset.questions[name]
    return question.relevant is not None and settled(question.relevant, judgement) is False


def settled(expression: Expression, judgement: Judgement) -> bool | None:
    """The truth of an expression as far as answers settle it; None while it hangs on a question without one.

    Unlike `evaluate`, which must always decide, this tells "known to be false" from "not known".
    """
    match expression:
        case Equals(question, _) | Has(question, _) | In(question, _) | Answered(question):
            return evaluate(expression, judgement) if judgement.choices(question) else None
        case Fact(name) if name in judgement.ruleset.facts:
            return settled(judgement.ruleset.facts[name], judgement)
        case Not(part):
            inner = settled(part, judgement)
            return None if inner is None else not inner
        case And(parts):
            return _all([settled(part, judgement) for part in parts])
        case Or(parts):
            none_holds = _all([_opposite(settled(part, judgement)) for part in parts])
            return _opposite(none_holds)
        case _:
            return True if evaluate(expression, judgement) else None


def _all(parts: list[bool | None]) -> bool | None:
    if False in parts:
        return False
    return None if None in parts else True


def _opposite(truth: bool | None) -> bool | None:
    return None if truth is None else not truth
