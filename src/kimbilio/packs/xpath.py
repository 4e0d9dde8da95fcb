"""The pack's small language written as XPath for an XForm.

Knows the one safe idiom of the compiled forms: `selected()` for several answers, equality with a quoted
choice for one, equality with a quoted word for a calculation; a question without an answer makes each of
them false. Never `number()`: engines disagree on what it makes of a blank. Source: ODK XForms specification.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kimbilio.packs import form_names as names
from kimbilio.packs.pack import Form, Pack, Question
from kimbilio.rules import expressions as ex

NEVER, ALWAYS = "false()", "true()"


def any_of(conditions: Iterable[str]) -> str:
    """One at least holds; without conditions, none does."""
    parts = [part for part in dict.fromkeys(conditions) if part != NEVER]
    if ALWAYS in parts:
        return ALWAYS
    return _joined(" or ", parts) if parts else NEVER


def all_of(conditions: Iterable[str]) -> str:
    """All hold; without conditions, they do."""
    parts = [part for part in dict.fromkeys(conditions) if part != ALWAYS]
    if NEVER in parts:
        return NEVER
    return _joined(" and ", parts) if parts else ALWAYS


def negated(condition: str) -> str:
    """The condition does not hold."""
    return {NEVER: ALWAYS, ALWAYS: NEVER}.get(condition, f"not({condition})")


def unless_always(condition: str) -> str:
    """The condition as a survey's `relevant`: empty when it always holds."""
    return "" if condition == ALWAYS else condition


def same(calculation: str, text: str) -> str:
    """A calculation has written this text."""
    return f"${{{calculation}}} = '{text}'"


def is_yes(calculation: str) -> str:
    """A yes-or-empty calculation has written yes."""
    return same(calculation, names.YES)


def _joined(word: str, parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({word.join(parts)})"


class Scope:
    """The questions of one form, as expressions may name them."""

    def __init__(self, pack: Pack, form: str) -> None:
        self._pack, self._form = pack, form
        self._questions = {question.name: question for question in pack.forms[form].questions}
        self.repeat_of = _repeats(pack.forms[form])

    def condition(self, tree: ex.Expression | None, inside: str = "") -> str:
        """An expression as a condition that stands inside the named repeat; none always holds."""
        return ALWAYS if tree is None else self._write(tree, inside)

    def shown(self, question: Question) -> str:
        """When a question is shown: while relevant, and not while never_if; empty when always."""
        inside = self.repeat_of.get(question.name, "")
        closed = self.condition(ex.parse(question.never_if), inside) if question.never_if else NEVER
        relevant = ex.parse(question.relevant) if question.relevant else None
        return unless_always(all_of([self.condition(relevant, inside), negated(closed)]))

    def chosen(self, question: str, choice: str, inside: str = "") -> str:
        """A question's answer is, or holds, a choice. Seen from outside its repeat: in one turn at least."""
        repeat = self.repeat_of.get(question, "")
        if repeat and repeat != inside:
            return f"count(${{{repeat}}}[{self._compare(question, question, choice)}]) > 0"
        return self._compare(question, f"${{{question}}}", choice)

    def found(self, category: str) -> str:
        """A category is found, whatever the word its need holds."""
        return any_of(same(names.need(category), result) for result in self.results(category))

    def results(self, category: str) -> list[str]:
        """The words that a category's need may hold when it is found, the strongest first."""
        return list(dict.fromkeys(rule.result for rule in self._pack.ruleset.rules_of(category)))

    def answered(self, question: str) -> str:
        """A question has an answer that is not a way of saying that it was not answered."""
        if choices := self._choices(question):
            return any_of(self.chosen(question, c) for c in choices if c not in ex.NOT_ANSWERS)
        return f"string-length(${{{question}}}) > 0"

    def _write(self, tree: ex.Expression, inside: str) -> str:
        match tree:
            case ex.Equals(question, choice) | ex.Has(question, choice):
                return self.chosen(question, choice, inside)
            case ex.In(question, choices):
                return any_of(self.chosen(question, choice, inside) for choice in choices)
            case ex.Answered(question):
                return self.answered(question)
            case ex.NeedFound(ex.ANY_CATEGORY):
                return f"string-length(${{{names.NEEDS_FOUND}}}) > 0"
            case ex.NeedFound(category):
                return self.found(category)
            case ex.Raised(indicator):
                return is_yes(names.raised(indicator))
            case ex.Fact(name):
                return is_yes(names.fact(name))
            case ex.Not(part):
                return negated(self._write(part, inside))
            case ex.And(parts):
                return all_of(self._write(part, inside) for part in parts)
            case ex.Or(parts):
                return any_of(self._write(part, inside) for part in parts)

    def _choices(self, question: str) -> tuple[str, ...]:
        list_id = self._questions[question].list
        return tuple(o.code for o in self._pack.options(self._form, list_id)) if list_id else ()

    def _several(self, question: str) -> bool:
        return self._questions[question].type.startswith("select_multiple")

    def _compare(self, question: str, at: str, choice: str) -> str:
        return f"selected({at}, '{choice}')" if self._several(question) else f"{at} = '{choice}'"


def _repeats(form: Form) -> dict[str, str]:
    """Question to the repeat it stands in; questions outside repeats are left out."""
    inside, found = "", {}
    for question in form.questions:
        if question.type == "end_repeat":
            inside = ""
        elif inside:
            found[question.name] = inside
        if question.type == "begin_repeat":
            inside = question.name
    return found
