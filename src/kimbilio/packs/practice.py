"""Invented people to practise on: who they are, what each answers, what a good officer notices.

Knows the three tables of practice/; does not know what the answers mean (`kimbilio.rules.practice`). A row whose person
is `*` holds for everybody who has no row of their own for that question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from kimbilio.packs.tables import Row, Tables
from kimbilio.rules.practice import Reply, When

PEOPLE, ANSWERS, NOTICES = "practice/people", "practice/answers", "practice/notices"
EVERYBODY = "*"
_BEFORE_REFERRAL = "begin_repeat"
_OF_THE_SHIFT = "pack:post"  # set once, and a real place
_ANSWERED = ("select_one", "select_multiple", "integer")


@dataclass(frozen=True)
class PracticePerson:
    """An invented person. `says` gives, by question, the key of what the person says or of what is seen.

    `notices` are the pairs of question and choice that a good officer notices, in the order of the table. Texts:
    `practice:<id>:name`, `:story`, `:lesson`, and `:why:<question>:<choice>` for each notice.
    """

    id: str
    replies: Mapping[str, Reply]
    says: Mapping[str, str]
    notices: tuple[tuple[str, str], ...]


def practice_people(tables: Tables) -> dict[str, PracticePerson]:
    """The invented people of a pack by id; none when it has no practice/."""
    answers, notices = tables.table(ANSWERS), tables.table(NOTICES)
    return {
        row["id"]: _person(row["id"], [*answers], [*notices]) for row in tables.table(PEOPLE) if row["id"]
    }


def practice_questions(rows: list[dict[str, str]]) -> tuple[str, ...]:
    """The questions of a form that are practised: those with an answer, up to the decision to refer.

    The officer's own post is left out.
    """
    names = []
    for row in rows:
        kind, _, list_name = row["type"].partition(" ")
        if kind == _BEFORE_REFERRAL:
            break
        if kind in _ANSWERED and list_name.strip() != _OF_THE_SHIFT:
            names.append(row["name"])
    return tuple(names)


def says_key(row: Row) -> str:
    """The key of what is said or seen in a row of answers."""
    return f"practice:{row['person']}:says:{row['question']}"


def why_key(person: str, question: str, choice: str) -> str:
    """The key of the reason why a choice matters."""
    return f"practice:{person}:why:{question}:{choice}"


def _person(id_: str, answers: list[Row], notices: list[Row]) -> PracticePerson:
    by_question: dict[str, Row] = {}
    for whose in (EVERYBODY, id_):
        by_question |= {row["question"]: row for row in answers if row["person"] == whose}
    return PracticePerson(
        id=id_,
        replies={
            name: Reply(tuple(_choices(row)), cast(When, row["when"] or "asked"))
            for name, row in by_question.items()
        },
        says={name: says_key(row) for name, row in by_question.items() if row["says_en"]},
        notices=tuple((row["question"], row["choice"]) for row in notices if row["person"] == id_),
    )


def _choices(row: Row) -> list[str]:
    return [part.strip() for part in row["answer"].split(";") if part.strip()]
