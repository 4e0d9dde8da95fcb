"""Invented people to practise on: do their answers exist, does the form reach them, is nobody real among them?

Knows the tables of practice/ and, once a pack can be built, what the rules make of the answers. Does not judge whether
a story is a good one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kimbilio.packs.checks.contents import Contents, known, type_of
from kimbilio.packs.faults import Fault
from kimbilio.packs.pack import Pack
from kimbilio.packs.practice import (
    ANSWERS,
    EVERYBODY,
    NOTICES,
    PEOPLE,
    PracticePerson,
    practice_questions,
    why_key,
)
from kimbilio.packs.reader import split
from kimbilio.packs.tables import Row, Table
from kimbilio.rules.answers import read_answers
from kimbilio.rules.practice import NOBODY_HEARS, PRIVATE, right_answers
from kimbilio.rules.screening import screen

_ID = re.compile(r"[a-z][a-z0-9]*")
_REACHABLE = re.compile(r"[\w.+-]+@[\w-]+|\d[\d \-/]{4,}\d")
"""What could be an address or a number of somebody: an exercise needs neither."""


def check_practice(contents: Contents) -> Iterator[Fault]:
    """Ids, names of questions and choices, and traces of real people or places."""
    people, answers, notices = (contents.tables.table(name) for name in (PEOPLE, ANSWERS, NOTICES))
    ids = [row["id"] for row in people]
    asked = practice_questions(contents.questions.as_dicts())
    for row in people:
        if row["id"] and not _ID.fullmatch(row["id"]):
            remedy = "Write small letters and digits, beginning with a letter, for example p07."
            message = f"the id '{row['id']}' cannot stand in an address"
            yield Fault("practice_id", people.file, row.number, row["id"], message, remedy)
    for table, others in ((answers, [EVERYBODY, *ids]), (notices, ids)):
        for row in table:
            if row["person"] not in others:
                message = f"person '{row['person']}' is not an id of practice/people.csv"
                yield Fault(
                    "unknown_person",
                    table.file,
                    row.number,
                    row["person"],
                    message,
                    known(others, row["person"]),
                )
            if row["question"] not in asked:
                message = f"question '{row['question']}' is not asked in practice"
                yield Fault(
                    "unknown_question",
                    table.file,
                    row.number,
                    row["question"],
                    message,
                    known(asked, row["question"]),
                )
    for row in answers:
        if row["question"] in asked:
            yield from _answer(contents, answers, row)
    for row in notices:
        if row["question"] in asked:
            yield from _choice(contents, notices, row, row["choice"])
    yield from _nobody_real(contents)


def _answer(contents: Contents, table: Table, row: Row) -> Iterator[Fault]:
    chosen = split(row["answer"])
    if (row["when"] == "unsaid") is bool(chosen):
        message = "a person who does not say gives no answer" if chosen else "there is no answer"
        remedy = "Leave the answer empty where `when` is unsaid; everywhere else write the code of a choice."
        yield Fault("practice_answer", table.file, row.number, row["answer"], message, remedy)
    kind = type_of(contents.question[row["question"]])[0]
    if len(chosen) > 1 and kind != "select_multiple":
        message = f"question '{row['question']}' takes one answer, and {len(chosen)} stand here"
        yield Fault("practice_answer", table.file, row.number, row["answer"], message, "Keep one of them.")
    for choice in chosen:
        yield from _choice(contents, table, row, choice)
    if row["when"] == "alone" and not _can_be_alone(contents):
        message = (
            f"'alone' needs the question '{PRIVATE}' with the choice '{NOBODY_HEARS}', which the form lacks"
        )
        remedy = f"Add the question '{PRIVATE}', or write asked."
        yield Fault("practice_alone", table.file, row.number, row["when"], message, remedy)


def _can_be_alone(contents: Contents) -> bool:
    return PRIVATE in contents.question and NOBODY_HEARS in (contents.question_options(PRIVATE) or ())


def _choice(contents: Contents, table: Table, row: Row, choice: str) -> Iterator[Fault]:
    offered = contents.question_options(row["question"])
    if offered is None:
        if not choice.isdigit():
            message = f"question '{row['question']}' takes a whole number, not '{choice}'"
            yield Fault("unknown_choice", table.file, row.number, choice, message, "Write digits only.")
    elif choice not in offered:
        message = f"question '{row['question']}' has no choice '{choice}'"
        yield Fault("unknown_choice", table.file, row.number, choice, message, known(offered, choice))


def _nobody_real(contents: Contents) -> Iterator[Fault]:
    places = [row["label_en"] for row in contents.tables.table("codes/post")]
    for name in (PEOPLE, ANSWERS, NOTICES):
        table = contents.tables.table(name)
        for row in table:
            for column, text in row.cells.items():
                if not column.endswith("_en"):
                    continue
                place = next((place for place in places if place and place.casefold() in text.casefold()), "")
                reachable = _REACHABLE.search(text)
                if found := place or (reachable.group() if reachable else ""):
                    message = f"{column} holds '{found}', which may be real"
                    remedy = "Write of no real place, number or address; invent, or say it in other words."
                    yield Fault("practice_real", table.file, row.number, found, message, remedy)


def check_reached(pack: Pack) -> Iterator[Fault]:
    """With the rules: every answer of a person's own comes up, every notice is there, somebody needs nothing."""
    for person in pack.practice.values():
        yield from _person(pack, person)
    if pack.practice and all(_needs_something(pack, person) for person in pack.practice.values()):
        message = (
            "every invented person needs something, so officers would learn to find something in everyone"
        )
        remedy = "Add a plain traveller in whom there is nothing to find."
        yield Fault("practice_all_in_need", f"{PEOPLE}.csv", None, "", message, remedy, "warning")


def _needs_something(pack: Pack, person: PracticePerson) -> bool:
    return bool(screen(right_answers(person.replies, pack.ruleset), pack.ruleset).needs)


def _person(pack: Pack, person: PracticePerson) -> Iterator[Fault]:
    right = right_answers(person.replies, pack.ruleset)
    there = read_answers(right, pack.ruleset).choices
    answers, notices = pack.tables.table(ANSWERS), pack.tables.table(NOTICES)
    for row in answers:
        if row["person"] == person.id and row["when"] != "unsaid" and row["question"] not in right:
            message = f"'{row['question']}' never comes up with '{person.id}': another answer keeps it closed"
            remedy = (
                f"Delete the row, or change the answer on which it hangs. {_hangs_on(pack, row['question'])}"
            )
            yield Fault("practice_unreached", answers.file, row.number, row["question"], message, remedy)
    rows = [row for row in notices if row["person"] == person.id]
    for row in rows:
        if row["choice"] not in there.get(row["question"], ()):
            message = f"'{row['choice']}' is not what '{person.id}' answers to '{row['question']}'"
            said = ", ".join(sorted(there.get(row["question"], ()))) or "nothing"
            yield Fault(
                "practice_notice", notices.file, row.number, row["choice"], message, f"The answer is {said}."
            )
    if not rows:
        message = f"nothing says what a good officer notices in '{person.id}'"
        remedy = f"Add a row with a question, a choice and the reason ({why_key(person.id, '…', '…')})."
        yield Fault("practice_nothing_noticed", notices.file, None, person.id, message, remedy)
    for look in screen(right, pack.ruleset).needs_a_look:
        message = f"the right answers of '{person.id}' hold '{look.question}', which needs a look: {look.why}"
        yield Fault(
            "practice_look",
            answers.file,
            None,
            look.question,
            message,
            "Change the answer, or leave it to *.",
        )


def _hangs_on(pack: Pack, question: str) -> str:
    row = pack.forms["screening"].question(question)
    return f"It is shown while: {row.relevant or 'always'}; never if: {row.never_if or 'nothing'}."
