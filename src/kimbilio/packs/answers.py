"""Reads the answers that an editor of a pack tries out, and refuses what the form could never have given.

Knows JSON and a pack's questions; does not know what the answers mean. Its sentences name questions and
choices of the pack, and of the answers only what is no choice at all.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from kimbilio.packs.checks.contents import known
from kimbilio.packs.faults import PackError
from kimbilio.packs.pack import Pack, Question
from kimbilio.rules import Answer

_SHAPE = (
    'Write answers by question name, for example {"age_band": "25_59", "papers": ["passport", "id_card"]}.'
)


def read_answers(path: str, pack: Pack, form: str = "screening") -> dict[str, Answer]:
    """The answers in a JSON file (`-` for standard input), checked against a form of the pack.

    A question answered with null, an empty text or an empty list counts as not answered. Raises PackError
    naming every answer that cannot be used.
    """
    text, name = _read(path)
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise PackError(
            f"{name}, line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}", _SHAPE
        ) from None
    if not isinstance(data, dict):
        raise PackError(f"{name} holds no answers by question name", _SHAPE)
    questions = {question.name: question for question in pack.forms[form].questions}
    answers: dict[str, Answer] = {}
    faults: list[tuple[str, str]] = []
    for key, value in data.items():
        if key not in questions:
            faults.append(
                (f"{name}: '{key}' is not a question of the pack '{pack.id}'", known(questions, key))
            )
        elif value not in (None, "", []):
            answer = _answer(pack, form, questions[key], value)
            if isinstance(answer, _Wrong):
                faults.append((f"{name}, question '{key}': {answer.message}", answer.remedy))
            else:
                answers[key] = answer
    if faults:
        message, hint = faults[-1]
        earlier = "".join(f"{m}\n  hint: {h}\nerror: " for m, h in faults[:-1])
        raise PackError(f"{earlier}{message}", hint)
    return answers


def _read(path: str) -> tuple[str, str]:
    if path == "-":
        return sys.stdin.read(), "standard input"
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read(), path
    except FileNotFoundError:
        raise PackError(
            f"there is no file '{path}'", "Give the path of a JSON file, or - for standard input."
        ) from None
    except UnicodeDecodeError:
        raise PackError(f"{path} is not UTF-8 text", "Save the file as UTF-8.") from None
    except OSError as error:
        raise PackError(f"{path} cannot be read: {error.strerror}", "Give the path of a JSON file.") from None


class _Wrong:
    def __init__(self, message: str, remedy: str) -> None:
        self.message = message
        self.remedy = remedy


def _answer(pack: Pack, form: str, question: Question, value: object) -> Answer | _Wrong:
    if question.type == "integer":
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit():
            return int(value)
        return _Wrong(
            "the answer is not a whole number", "Write digits, for example 3, or leave the question out."
        )
    if question.type == "text":
        return value if isinstance(value, str) else _Wrong("the answer is not a text", 'Write a text in " ".')
    if question.type not in {"select_one", "select_multiple"}:
        return _Wrong(f"a row of the type {question.type} takes no answer", "Leave it out.")
    options = [option.code for option in pack.options(form, question.list)]
    several = question.type == "select_multiple"
    example = f'["{options[0]}"]' if several else f'"{options[0]}"'
    chosen = [value] if isinstance(value, str) else value
    if not isinstance(chosen, list) or not all(isinstance(item, str) for item in chosen):
        wanted = "a list of choices" if several else "one choice"
        return _Wrong(f"the answer is not {wanted}", f"Write for example {example}. {known(options)}")
    if not several and not isinstance(value, str):
        return _Wrong("the answer is a list, and only one may be chosen", f"Write for example {example}.")
    for item in chosen:
        if item not in options:
            return _Wrong(f"there is no choice '{item}'", known(options, item))
    return tuple(dict.fromkeys(chosen)) if several else chosen[0]


def answer_key(pack: Pack, question: Question, choice: str, form: str = "screening") -> str | None:
    """The key of the text of a choice; None when the question offers no such choice."""
    if not question.list:
        return None
    keys: Mapping[str, str] = {option.code: option.key for option in pack.options(form, question.list)}
    return keys.get(choice)
