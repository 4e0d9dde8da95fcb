"""The small language in which a pack says when something holds: parsed into a tree, and evaluated.

Knows the grammar and the truth of a tree in a given world; does not know which questions, facts or
indicators exist (`ruleset` checks the names). Source: the `expressions` paragraph at the head of a pack's
pathways.yaml.

    either     = both { "or" both }
    both       = single { "and" single }
    single     = "not" single | "(" either ")" | comparison | fact
    comparison = question "=" choice | question "in" "(" choice { "," choice } ")" | question "has" choice
               | "answered" "(" question ")" | "need" "(" category ")" | "raised" "(" indicator ")"

Truth has two values. A question without an answer makes every comparison with it false, so `not x = y` is
then true: not asked is never a no, and never a yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from kimbilio.rules.faults import RuleError

ANY_CATEGORY = "any"

# Answers that say a question was not answered; `answered(question)` is false for them.
NOT_ANSWERS = frozenset({"skip", "not_asked", "not_known"})


@dataclass(frozen=True)
class Equals:
    """`question = choice`."""

    question: str
    choice: str


@dataclass(frozen=True)
class In:
    """`question in (choice, choice)`: the one answer is among these."""

    question: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Has:
    """`question has choice`: one of several answers is this."""

    question: str
    choice: str


@dataclass(frozen=True)
class Answered:
    """`answered(question)`: it has an answer other than skip, not_asked and not_known."""

    question: str


@dataclass(frozen=True)
class NeedFound:
    """`need(category)`: the category is found; `need(any)` has the category `any` and means one at least."""

    category: str


@dataclass(frozen=True)
class Raised:
    """`raised(ID)`: the indicator is raised."""

    indicator: str


@dataclass(frozen=True)
class Fact:
    """The name of a fact: it holds."""

    name: str


@dataclass(frozen=True)
class Not:
    """`not` and the one comparison, fact or bracket after it."""

    part: Expression


@dataclass(frozen=True)
class And:
    """All parts hold; there are two at least."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Or:
    """One part at least holds; there are two at least."""

    parts: tuple[Expression, ...]


Expression = Equals | In | Has | Answered | NeedFound | Raised | Fact | Not | And | Or


class World(Protocol):
    """What an expression may ask about."""

    def choices(self, question: str) -> frozenset[str]:
        """The choices that count as the answer of a question; empty when it has none."""

    def fact(self, name: str) -> bool:
        """Whether the fact holds."""

    def need(self, category: str) -> bool:
        """Whether the category is found; `any` asks for one at least."""

    def raised(self, indicator: str) -> bool:
        """Whether the indicator is raised."""


def evaluate(expression: Expression, world: World) -> bool:
    """Whether the expression holds in the world."""
    match expression:
        case Equals(question, choice) | Has(question, choice):
            return choice in world.choices(question)
        case In(question, choices):
            return not world.choices(question).isdisjoint(choices)
        case Answered(question):
            return bool(world.choices(question) - NOT_ANSWERS)
        case NeedFound(category):
            return world.need(category)
        case Raised(indicator):
            return world.raised(indicator)
        case Fact(name):
            return world.fact(name)
        case Not(part):
            return not evaluate(part, world)
        case And(parts):
            return all(evaluate(part, world) for part in parts)
        case Or(parts):
            return any(evaluate(part, world) for part in parts)


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and every expression inside it, outermost first."""
    yield expression
    match expression:
        case Not(part):
            yield from walk(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from walk(part)
        case _:
            pass


@cache
def parse(text: str) -> Expression:
    """The tree of an expression.

    Raises RuleError with the position (counted from 1), what was found there and what may stand there.
    """
    return _Parser(text).whole()


_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z0-9_][A-Za-z0-9_-]*)|(?P<sign>[()=,]))")
_KEYWORDS = frozenset({"and", "or", "not", "in", "has"})
_FUNCTIONS = frozenset({"answered", "need", "raised"})


@dataclass(frozen=True)
class _Token:
    text: str
    at: int


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(self._read())
        self._next = 0

    def whole(self) -> Expression:
        tree = self._either()
        if self._peek().text:
            raise self._expected("`and`, `or` or the end")
        return tree

    def _read(self) -> Iterator[_Token]:
        at, end = 0, len(self._text.rstrip())
        while at < end:
            found = _TOKEN.match(self._text, at)
            if not found:
                at += len(self._text[at:]) - len(self._text[at:].lstrip())
                raise RuleError(
                    f"Expression '{self._text}', position {at + 1}: "
                    f"'{self._text[at]}' is no sign of this language. "
                    "Allowed: names, =, in, has, and, or, not, brackets and commas."
                )
            kind = "word" if found["word"] else "sign"
            yield _Token(found[kind], found.start(kind))
            at = found.end()
        yield _Token("", len(self._text))

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        if token.text:
            self._next += 1
        return token

    def _took(self, text: str) -> bool:
        if self._peek().text != text:
            return False
        self._take()
        return True

    def _expected(self, what: str) -> RuleError:
        token = self._peek()
        found = f"'{token.text}'" if token.text else "the end"
        return RuleError(
            f"Expression '{self._text}', position {token.at + 1}: found {found}. Allowed here: {what}."
        )

    def _need(self, sign: str) -> None:
        if not self._took(sign):
            raise self._expected(f"'{sign}'")

    def _name(self, what: str, *, keywords: bool = False) -> str:
        text = self._peek().text
        if not text or text in "()=," or (text in _KEYWORDS and not keywords):
            raise self._expected(what)
        return self._take().text

    def _either(self) -> Expression:
        parts = [self._both()]
        while self._took("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _both(self) -> Expression:
        parts = [self._single()]
        while self._took("and"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _single(self) -> Expression:
        if self._took("not"):
            return Not(self._single())
        if self._took("("):
            inner = self._either()
            self._need(")")
            return inner
        name = self._name("a question, a fact, `not`, `answered(…)`, `need(…)`, `raised(…)` or a bracket")
        if name in _FUNCTIONS and self._peek().text == "(":
            return self._function(name)
        if self._took("="):
            return Equals(name, self._name("a choice", keywords=True))
        if self._took("has"):
            return Has(name, self._name("a choice", keywords=True))
        if self._took("in"):
            return In(name, self._choices())
        return Fact(name)

    def _function(self, name: str) -> Expression:
        self._need("(")
        match name:
            case "answered":
                tree: Expression = Answered(self._name("a question"))
            case "need":
                tree = NeedFound(self._name(f"a category, or `{ANY_CATEGORY}`"))
            case _:
                tree = Raised(self._name("the id of an indicator"))
        self._need(")")
        return tree

    def _choices(self) -> tuple[str, ...]:
        self._need("(")
        names = [self._name("a choice", keywords=True)]
        while self._took(","):
            names.append(self._name("a choice", keywords=True))
        self._need(")")
        return tuple(names)
