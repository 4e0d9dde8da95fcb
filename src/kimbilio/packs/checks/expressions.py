"""Every expression of a pack: it parses, names what exists, facts can come true, no answer raises two things.

Knows where expressions stand; the language itself is `kimbilio.rules.expressions`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kimbilio.packs.checks.contents import FORM, Contents, known, type_of
from kimbilio.packs.faults import Fault
from kimbilio.packs.tables import Row, YamlPath
from kimbilio.rules.expressions import (
    ANY_CATEGORY,
    Answered,
    Equals,
    Expression,
    Fact,
    Has,
    In,
    NeedFound,
    Or,
    Raised,
    evaluate,
    parse,
    walk,
)
from kimbilio.rules.faults import RuleError

_WORLDS = 50_000


@dataclass(frozen=True)
class _Place:
    """An expression and where it stands."""

    text: str
    file: str
    row: int | None
    what: str


def check_expressions(contents: Contents) -> Iterator[Fault]:
    """Expressions that do not parse or name nothing; facts that no answer states or that are circular."""
    for form in contents.every_form():
        for place in _places(form):
            yield from _check_place(form, place)
    yield from _facts(contents)
    yield from _circles(contents)


def _check_place(contents: Contents, place: _Place) -> Iterator[Fault]:
    try:
        tree = parse(place.text)
    except RuleError as error:
        message = f"{place.what}: {error}"
        remedy = "Compare it with the expressions of packs/zz; question = choice is the simplest."
        yield Fault("expression", place.file, place.row, place.text, message, remedy)
        return
    for part in walk(tree):
        yield from _names(contents, part, place)


def _places(contents: Contents) -> Iterator[_Place]:
    yield from _form_places(contents)
    if contents.form == FORM:
        yield from _pathway_places(contents)


def _form_places(contents: Contents) -> Iterator[_Place]:
    for table, columns in ((contents.questions, ("relevant", "never_if")), (contents.raises, ("condition",))):
        for row in table:
            for column in columns:
                if row[column]:
                    yield _Place(row[column], table.file, row.number, column)


def _pathway_places(contents: Contents) -> Iterator[_Place]:
    document = contents.pathways
    for name, text in contents.mapping("facts").items():
        yield _Place(str(text), document.file, document.line("facts", name), f"fact '{name}'")
    for path, text in _whens(contents.mapping("decision_rules"), ("decision_rules",)):
        yield _Place(text, document.file, document.line(*path), f"the rule {path[1]}")
    for index, pathway in contents.items("pathways"):
        steps = pathway.get("steps")
        for position, step in enumerate(steps if isinstance(steps, list) else []):
            if isinstance(step, dict) and "only_if" in step:
                line = document.line("pathways", index, "steps", position, "only_if")
                what = f"only_if of step {step.get('n')} of '{pathway.get('id')}'"
                yield _Place(str(step["only_if"]), document.file, line, what)
    for index, item in contents.items("never_ask"):
        unless = item.get("unless_never_if")
        if isinstance(unless, dict):
            line = document.line("never_ask", index, "unless_never_if")
            yield _Place(
                str(unless.get("never_if")), document.file, line, f"unless_never_if of '{item.get('id')}'"
            )


def _whens(value: Any, path: YamlPath) -> Iterator[tuple[YamlPath, str]]:
    if isinstance(value, dict):
        for key, child in value.items():
            if key == "when":
                yield (*path, str(key)), str(child)
            else:
                yield from _whens(child, (*path, str(key)))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _whens(child, (*path, index))


def _names(contents: Contents, part: Expression, place: _Place) -> Iterator[Fault]:
    """What one comparison or name inside an expression points to."""

    def fault(code: str, found: str, message: str, remedy: str) -> Fault:
        return Fault(code, place.file, place.row, found, f"{place.what} '{place.text}': {message}", remedy)

    match part:
        case Equals(question, choice):
            wanted: list[str] = [choice]
        case In(question, choices):
            wanted = list(choices)
        case Has(question, choice):
            wanted = [choice]
        case Answered(question):
            wanted = []
        case NeedFound() | Raised() if contents.form != FORM:
            remedy = "Name a question of this form: only the screening works out needs and indicators."
            yield fault("not_in_this_form", place.text, "this form works out no needs", remedy)
            return
        case NeedFound(category):
            if category not in (ANY_CATEGORY, *contents.categories):
                remedy = known((*contents.categories, ANY_CATEGORY), category)
                yield fault("unknown_category", category, f"'{category}' is no category", remedy)
            return
        case Raised(indicator):
            if indicator not in contents.indicators:
                remedy = known(contents.indicators, indicator)
                yield fault("unknown_indicator", indicator, f"'{indicator}' is no indicator", remedy)
            return
        case Fact(name):
            if name in contents.question:
                remedy = f"Write for example {name} = yes, or answered({name})."
                yield fault("question_alone", name, f"'{name}' is a question and stands alone", remedy)
            elif name not in contents.facts:
                yield fault("unknown_fact", name, f"'{name}' is no fact", known(contents.facts, name))
            return
        case _:
            return
    if question not in contents.question:
        yield fault(
            "unknown_question", question, f"'{question}' is no question", known(contents.question, question)
        )
        return
    kind, _ = type_of(contents.question[question])
    if isinstance(part, Has) and kind == "select_one":
        remedy = f"Write {question} = {wanted[0]}."
        yield fault("has", question, f"'{question}' has one answer only", remedy)
    if isinstance(part, Equals | In) and kind == "select_multiple":
        remedy = f"Write {question} has {wanted[0]}."
        yield fault("equals", question, f"'{question}' may have several answers", remedy)
    options = contents.question_options(question)
    for choice in wanted:
        if options is not None and choice not in options:
            message = f"question '{question}' has no choice '{choice}'"
            yield fault("unknown_choice", choice, message, known(options, choice))


def _facts(contents: Contents) -> Iterator[Fault]:
    """A fact that no answer can ever make true."""
    trees = _trees(contents.facts)
    for name in trees:
        if not _stateable(contents, trees, name, frozenset()):
            line = contents.pathways.line("facts", name)
            message = f"no answer of the form states the fact '{name}'"
            remedy = "Let it name a question, or an indicator that raises.csv raises."
            yield Fault("unstated_fact", contents.pathways.file, line, contents.facts[name], message, remedy)


def _stateable(contents: Contents, trees: Mapping[str, Expression], name: str, seen: frozenset[str]) -> bool:
    if name not in trees or name in seen:
        return False
    for part in walk(trees[name]):
        match part:
            case Equals(question, _) | In(question, _) | Has(question, _) | Answered(question):
                if question in contents.question:
                    return True
            case Raised(indicator):
                if indicator in contents.raised_by:
                    return True
            case NeedFound(category):
                found = {
                    contents.indicators[i]["category"] for i in contents.raised_by if i in contents.indicators
                }
                if category in found or (category == ANY_CATEGORY and found):
                    return True
            case Fact(other):
                if _stateable(contents, trees, other, seen | {name}):
                    return True
            case _:
                pass
    return False


def _circles(contents: Contents) -> Iterator[Fault]:
    """A fact that rests on itself, and an answer whose condition waits for what the answers raise."""
    trees = _trees(contents.facts)
    document = contents.pathways
    for name in trees:
        if name in _reached(trees, trees[name]):
            line = document.line("facts", name)
            message = f"the fact '{name}' rests on itself"
            yield Fault(
                "circle", document.file, line, contents.facts[name], message, "Leave out one of the steps."
            )
    raising = {row["question"] for row in contents.raises}
    for table, column in ((contents.raises, "condition"), (contents.questions, "never_if")):
        for row in table:
            if column == "never_if" and row["name"] not in raising:
                continue
            tree = _tree(row[column])
            parts = [tree, *(trees[f] for f in _reached(trees, tree))] if tree is not None else []
            if any(isinstance(p, NeedFound | Raised) for part in parts for p in walk(part)):
                message = f"{column} '{row[column]}' waits for what the answers raise and decides it too"
                remedy = "Name answers and facts about answers only, neither need(…) nor raised(…)."
                yield Fault("circle", table.file, row.number, row[column], message, remedy)


def _reached(trees: Mapping[str, Expression], tree: Expression | None) -> set[str]:
    """All facts an expression rests on, however far."""
    reached: set[str] = set()
    waiting = [tree] if tree is not None else []
    while waiting:
        for part in walk(waiting.pop()):
            if isinstance(part, Fact) and part.name in trees and part.name not in reached:
                reached.add(part.name)
                waiting.append(trees[part.name])
    return reached


def check_one_answer_one_indicator(contents: Contents) -> Iterator[Fault]:
    """One answer raises one neutral indicator at most: two need conditions that exclude each other."""
    answers: dict[tuple[str, str], list[Row]] = {}
    for row in contents.raises:
        if row["indicator"]:
            answers.setdefault((row["question"], row["choice"]), []).append(row)
    for (question, choice), rows in answers.items():
        for one, other in itertools.combinations(rows, 2):
            if one["indicator"] != other["indicator"] and _together(contents, one, other):
                message = (
                    f"the answer '{choice}' to '{question}' raises '{other['indicator']}', "
                    f"and with row {one.number} at the same time '{one['indicator']}'"
                )
                remedy = "Give the rows conditions that exclude each other, or delete one of them."
                yield Fault(
                    "two_indicators", contents.raises.file, other.number, other["indicator"], message, remedy
                )


def _together(contents: Contents, one: Row, other: Row) -> bool:
    """Whether some set of answers fulfils the conditions of both rows, age included."""
    trees = _trees(contents.facts)
    conditions = [tree for row in (one, other) if (tree := _tree(row["condition"])) is not None]
    ages = {
        contents.indicators[r["indicator"]]["applies_to"]
        for r in (one, other)
        if r["indicator"] in contents.indicators
    }
    if {"adult", "child"} <= ages:
        return False
    child = trees.get("is_child")
    needed = [*conditions, *([child] if child is not None and ages & {"adult", "child"} else [])]
    for world in _worlds(contents, trees, needed):
        if "child" in ages and child is not None and not evaluate(child, world):
            continue
        if "adult" in ages and child is not None and evaluate(child, world):
            continue
        if all(evaluate(condition, world) for condition in conditions):
            return True
    return False


@dataclass(frozen=True)
class _World:
    """One way in which the named questions may have been answered."""

    answers: Mapping[str, frozenset[str]]
    others: Mapping[Expression, bool]
    trees: Mapping[str, Expression]

    def choices(self, question: str) -> frozenset[str]:
        return self.answers.get(question, frozenset())

    def fact(self, name: str) -> bool:
        return name in self.trees and evaluate(self.trees[name], self)

    def need(self, category: str) -> bool:
        return self.others.get(NeedFound(category), False)

    def raised(self, indicator: str) -> bool:
        return self.others.get(Raised(indicator), False)


def _worlds(
    contents: Contents, trees: Mapping[str, Expression], needed: list[Expression]
) -> Iterator[_World]:
    """All worlds that differ in what the expressions name; the first `_WORLDS` of them."""
    facts = set().union(*(_reached(trees, tree) for tree in needed)) if needed else set()
    if any(name in _reached(trees, trees[name]) for name in facts):
        return
    named: dict[str, set[str]] = {}
    others: list[Expression] = []
    for part in itertools.chain.from_iterable(walk(t) for t in (*needed, *(trees[f] for f in sorted(facts)))):
        match part:
            case Equals(question, choice) | Has(question, choice):
                named.setdefault(question, set()).add(choice)
            case In(question, choices):
                named.setdefault(question, set()).update(choices)
            case Answered(question):
                named.setdefault(question, set()).update(_options(contents, question)[:1])
            case NeedFound() | Raised() if part not in others:
                others.append(part)
            case _:
                pass
    questions = sorted(named)
    answered = itertools.product(
        *(_ways(contents, question, sorted(named[question])) for question in questions)
    )
    known_others = list(itertools.product((True, False), repeat=len(others)))
    for answers, truths in itertools.islice(itertools.product(answered, known_others), _WORLDS):
        yield _World(
            dict(zip(questions, answers, strict=True)), dict(zip(others, truths, strict=True)), trees
        )


def _ways(contents: Contents, question: str, choices: list[str]) -> list[frozenset[str]]:
    none: frozenset[str] = frozenset()
    if question in contents.question and type_of(contents.question[question])[0] == "select_multiple":
        sizes = range(len(choices) + 1)
        return [frozenset(c) for size in sizes for c in itertools.combinations(choices, size)]
    return [none, *(frozenset({choice}) for choice in choices)]


def _options(contents: Contents, question: str) -> list[str]:
    return (contents.question_options(question) or []) if question in contents.question else []


def _trees(facts: Mapping[str, str]) -> dict[str, Expression]:
    return {name: tree for name, text in facts.items() if (tree := _tree(text)) is not None}


def _tree(text: str) -> Expression | None:
    try:
        return parse(text) if text else None
    except RuleError:
        return None


def closes_under(never_if: str, condition: str) -> bool:
    """Whether `condition` alone makes `never_if` true: it is one of the parts that `or` joins."""
    wanted, tree = _tree(condition), _tree(never_if)
    return wanted is not None and wanted in _alternatives(tree)


def _alternatives(tree: Expression | None) -> Iterable[Expression]:
    if tree is None:
        return ()
    return tree.parts if isinstance(tree, Or) else (tree,)
