"""The small language: what it refuses, how it binds, and what an unanswered question makes of it."""

from __future__ import annotations

import pytest

from kimbilio.rules import RuleError, parse
from kimbilio.rules.expressions import (
    And,
    Answered,
    Equals,
    Fact,
    Has,
    In,
    NeedFound,
    Not,
    Or,
    Raised,
    evaluate,
    walk,
)


class World:
    """Answers, facts, needs and indicators that hold."""

    def __init__(self, *holding: str, **answers: str) -> None:
        self.holding = holding
        self.answers = {question: frozenset(answer.split()) for question, answer in answers.items()}

    def choices(self, question: str) -> frozenset[str]:
        return self.answers.get(question, frozenset())

    def fact(self, name: str) -> bool:
        return name in self.holding

    def need(self, category: str) -> bool:
        return f"need:{category}" in self.holding

    def raised(self, indicator: str) -> bool:
        return f"raised:{indicator}" in self.holding


@pytest.mark.parametrize(
    ("text", "position", "found", "allowed"),
    [
        ("", 1, "the end", "a question, a fact"),
        ("a = ", 5, "the end", "a choice"),
        ("a = (b)", 5, "'('", "a choice"),
        ("a in b", 6, "'b'", "'('"),
        ("a in ()", 7, "')'", "a choice"),
        ("a in (b c)", 9, "'c'", "')'"),
        ("a and", 6, "the end", "a question, a fact"),
        ("a b", 3, "'b'", "`and`, `or` or the end"),
        ("(a or b", 8, "the end", "')'"),
        ("a or or b", 6, "'or'", "a question, a fact"),
        ("need(any", 9, "the end", "')'"),
        ("raised()", 8, "')'", "the id of an indicator"),
        ("not", 4, "the end", "a question, a fact"),
    ],
)
def test_a_fault_names_its_position_what_was_found_and_what_is_allowed(
    text: str, position: int, found: str, allowed: str
) -> None:
    with pytest.raises(RuleError) as fault:
        parse(text)
    sentence = str(fault.value)
    assert f"position {position}:" in sentence
    assert f"found {found}" in sentence
    assert allowed in sentence.split("Allowed here: ")[1]


@pytest.mark.parametrize(("text", "sign"), [("a != b", "!"), ("a = 'b'", "'"), ("a  &  b", "&")])
def test_a_sign_of_another_language_is_named_with_its_position(text: str, sign: str) -> None:
    with pytest.raises(RuleError, match=rf"position {text.index(sign) + 1}: '{sign}' is no sign") as fault:
        parse(text)
    assert "has, and, or, not" in str(fault.value)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("age = 5_11", Equals("age", "5_11")),
        ("age in (5_11, 60_plus)", In("age", ("5_11", "60_plus"))),
        ("seen has none", Has("seen", "none")),
        ("answered(age)", Answered("age")),
        ("need(any)", NeedFound("any")),
        ("raised(TIP-CH-01)", Raised("TIP-CH-01")),
        ("is_child", Fact("is_child")),
        ("need", Fact("need")),
        ("a and b or c and d", Or((And((Fact("a"), Fact("b"))), And((Fact("c"), Fact("d")))))),
        ("a and (b or c)", And((Fact("a"), Or((Fact("b"), Fact("c")))))),
        ("a or b or c", Or((Fact("a"), Fact("b"), Fact("c")))),
        ("not a and b", And((Not(Fact("a")), Fact("b")))),
        ("not a = b or c", Or((Not(Equals("a", "b")), Fact("c")))),
        ("not a in (b, c) and d", And((Not(In("a", ("b", "c"))), Fact("d")))),
        ("not (a and b)", Not(And((Fact("a"), Fact("b"))))),
        ("not not a", Not(Not(Fact("a")))),
        ("a=b", Equals("a", "b")),
        ("q = no", Equals("q", "no")),
        ("q has not", Has("q", "not")),
    ],
)
def test_and_binds_closer_than_or_and_not_takes_the_one_thing_after_it(text: str, tree: object) -> None:
    assert parse(text) == tree


def test_an_unanswered_question_makes_every_comparison_false_and_its_negation_true() -> None:
    nothing = World()
    for text in ("q = yes", "q = no", "q in (yes, no)", "q has yes", "answered(q)"):
        assert not evaluate(parse(text), nothing)
        assert evaluate(parse(f"not {text}"), nothing)


@pytest.mark.parametrize("answer", ["skip", "not_asked", "not_known"])
def test_not_asked_is_not_answered_though_it_can_be_compared_with(answer: str) -> None:
    world = World(q=answer)
    assert not evaluate(parse("answered(q)"), world)
    assert not evaluate(parse("q = no"), world)
    assert evaluate(parse(f"q = {answer}"), world)


def test_one_real_answer_beside_a_skip_is_an_answer() -> None:
    assert evaluate(parse("answered(q)"), World(q="skip hurt"))


def test_facts_needs_and_indicators_are_asked_of_the_world() -> None:
    world = World("calm", "need:a", "raised:X-1", "need:any")
    assert evaluate(parse("calm and need(a) and raised(X-1) and need(any)"), world)
    assert not evaluate(parse("storm or need(b) or raised(X-2)"), world)


def test_walking_meets_every_part_outermost_first() -> None:
    assert [type(node).__name__ for node in walk(parse("a and not (b = c or d)"))] == [
        "And",
        "Fact",
        "Not",
        "Or",
        "Equals",
        "Fact",
    ]
