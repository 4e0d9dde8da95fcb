"""The rows of a form: their types, their lists, what stands inside a repeat, and which answers raise what.

Knows the question types that the form compiler can make; the expressions of a row are checked elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator

from kimbilio.packs.checks.contents import FORM, Contents, known, type_of
from kimbilio.packs.faults import Fault
from kimbilio.packs.pack import OFFICERS_LIST
from kimbilio.packs.tables import Row

TYPES = ("select_one", "select_multiple", "integer", "text", "note", "begin_repeat", "end_repeat")


def check_form(contents: Contents) -> Iterator[Fault]:
    """Types, lists and repeats of every form's questions.csv."""
    for form in contents.every_form():
        yield from _check_form(form)


def _check_form(contents: Contents) -> Iterator[Fault]:
    table = contents.questions
    from_list: list[str] = []
    open_repeat = ""
    fields = {q for origin in contents.mapping("fields").values() for q in _names(origin)}
    assessing = {
        q for names in contents.mapping("decision_rules", "assessed_by").values() for q in _names(names)
    }
    raising = {row["question"] for row in contents.raises}
    for row in table:
        kind, list_name = type_of(row)
        if kind not in TYPES:
            message = f"question '{row['name']}' has the type '{kind}'"
            remedy = f"Write one of: {', '.join(TYPES)}."
            yield Fault("unknown_type", table.file, row.number, kind, message, remedy)
        elif list_name.startswith(OFFICERS_LIST):
            from_list.append(row["name"])
            yield from _check_officers_list(contents, row, first=from_list[0], inside=open_repeat)
        elif kind.startswith("select_") and contents.options(list_name) is None:
            lists = [r["list"] for r in contents.choices]
            lists += [f"pack:{name}" for name in contents.tables.under("codes")] + [
                "pack:category",
                "pack:agency",
            ]
            message = f"question '{row['name']}' offers the list '{list_name}', which does not exist"
            yield Fault("unknown_list", table.file, row.number, list_name, message, known(lists, list_name))
        elif kind.startswith("select_") and not contents.options(list_name):
            message = f"question '{row['name']}' offers the list '{list_name}', which has no rows"
            remedy = f"Enter at least one row in codes/{list_name.removeprefix('pack:')}.csv."
            yield Fault("empty_list", table.file, row.number, list_name, message, remedy)
        if kind not in {"end_repeat", "begin_repeat"} and not row["text_en"]:
            message = f"question '{row['name']}' has no English text"
            remedy = "Write in text_en what the officer reads."
            yield Fault("empty_cell", table.file, row.number, "", message, remedy)
        if kind == "begin_repeat":
            open_repeat = row["name"]
        elif kind == "end_repeat":
            open_repeat = ""
        elif open_repeat and row["name"] in fields | assessing | raising:
            message = f"question '{row['name']}' about the person stands inside the repeat '{open_repeat}'"
            remedy = "One form is for one person: move the question out; a group is one form for each."
            yield Fault("repeat_of_persons", table.file, row.number, row["name"], message, remedy)
    if open_repeat:
        yield Fault(
            "open_repeat",
            table.file,
            contents.question[open_repeat].number,
            open_repeat,
            f"the repeat '{open_repeat}' has no end",
            "Add a row of the type end_repeat after the last question of the repeat.",
        )


def _check_officers_list(contents: Contents, row: Row, *, first: str, inside: str) -> Iterator[Fault]:
    """A list of the officer's own: declared, and asked once, outside repeats, in a form of its own."""
    kind, list_name = type_of(row)
    name, file = list_name.removeprefix(OFFICERS_LIST), contents.questions.file
    if name not in contents.lists:
        message = f"question '{row['name']}' offers the list '{list_name}', which pack.yaml does not name"
        remedy = f"Name it under lists in pack.yaml. {known(contents.lists, name)}"
        yield Fault("unknown_list", file, row.number, list_name, message, remedy)
    if contents.form == FORM:
        message = f"question '{row['name']}' of the screening offers '{list_name}'"
        remedy = "A screening opens a case of its own: ask about one already known in another form."
        yield Fault("list_in_screening", file, row.number, list_name, message, remedy)
    if kind != "select_one" or inside or first != row["name"]:
        message = f"question '{row['name']}' offers '{list_name}', from which a form takes one record"
        remedy = "Ask for it once, as select_one, outside repeats."
        yield Fault("list_not_once", file, row.number, list_name, message, remedy)


def check_raises(contents: Contents) -> Iterator[Fault]:
    """Every row of raises.csv names a question, a choice it offers, and an indicator or fact that exists."""
    table = contents.raises
    apart = set(_names(contents.mapping("not_from_border_form").get("indicators")))
    for row in table:
        question = row["question"]
        if question not in contents.question:
            message = f"there is no question '{question}'"
            remedy = known(contents.question, question)
            yield Fault("unknown_question", table.file, row.number, question, message, remedy)
            continue
        options = contents.question_options(question)
        if options is not None and row["choice"] not in options:
            message = f"question '{question}' has no choice '{row['choice']}'"
            remedy = known(options, row["choice"])
            yield Fault("unknown_choice", table.file, row.number, row["choice"], message, remedy)
        if row["indicator"] and row["indicator"] not in contents.indicators:
            message = f"'{row['choice']}' of '{question}' raises '{row['indicator']}', which is no indicator"
            remedy = known(contents.indicators, row["indicator"])
            yield Fault("unknown_indicator", table.file, row.number, row["indicator"], message, remedy)
        if row["fact"] and row["fact"] not in contents.facts:
            message = f"'{row['choice']}' of '{question}' states '{row['fact']}', which is no fact"
            remedy = (
                f"Define it under facts in pathways.yaml, or correct it. {known(contents.facts, row['fact'])}"
            )
            yield Fault("unknown_fact", table.file, row.number, row["fact"], message, remedy)
        if not row["indicator"] and not row["fact"]:
            message = f"the answer '{row['choice']}' to '{question}' raises nothing"
            remedy = "Fill in indicator or fact, or delete the row."
            yield Fault("raises_nothing", table.file, row.number, "", message, remedy)
        if row["indicator"] in apart:
            message = f"'{row['indicator']}' is raised here but listed under not_from_border_form"
            remedy = "Delete it from one of the two places."
            yield Fault("raised_and_apart", table.file, row.number, row["indicator"], message, remedy)
    indicators = contents.tables.table("indicators")
    for indicator in indicators:
        if indicator["id"] not in contents.raised_by and indicator["id"] not in apart:
            message = f"no answer raises '{indicator['id']}'"
            remedy = "Add a row to raises.csv, or list it under not_from_border_form in pathways.yaml."
            yield Fault(
                "never_raised", indicators.file, indicator.number, indicator["id"], message, remedy, "warning"
            )


def _names(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
