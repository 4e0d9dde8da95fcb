"""What may be shared and how fast: share profiles, the fields behind them, priorities and clocks.

Knows that a field exists only when the form fills it, and that some fields never leave at a first referral.
"""

from __future__ import annotations

from collections.abc import Iterator

from kimbilio.packs.checks.contents import RESULT_FACTS, Contents, known, strings
from kimbilio.packs.faults import Fault

_NEVER = "never_at_first_referral"
_RESPONSE_CLOCKS = ("acknowledge_minutes", "first_contact_hours", "escalate_after_hours")


def check_sharing(contents: Contents) -> Iterator[Fault]:
    """Unknown or forbidden fields of a profile, fields that no question fills, fields without a label."""
    document = contents.pathways
    fields = contents.mapping("fields")
    profiles = contents.mapping("share_profiles")
    never = {name for _, name in strings(profiles.get(_NEVER))}
    labels = contents.ids("codes/field", "code")
    for profile, value in profiles.items():
        for position, name in strings(value):
            line = document.line("share_profiles", profile, position)
            if profile != _NEVER and name not in fields:
                message = f"the share profile '{profile}' holds '{name}', which is not under fields"
                remedy = f"Say under fields where its value comes from. {known(fields, name)}"
                yield Fault("unknown_field", document.file, line, name, message, remedy)
            if profile != _NEVER and name in never:
                message = (
                    f"the share profile '{profile}' holds '{name}', which never leaves at a first referral"
                )
                yield Fault(
                    "forbidden_field", document.file, line, name, message, f"Delete it from '{profile}'."
                )
            if name not in labels:
                message = f"the field '{name}' has no label"
                remedy = f"Add a row with code {name} to codes/field.csv."
                yield Fault("no_label", document.file, line, name, message, remedy)
    for name, origin in fields.items():
        questions = [origin] if isinstance(origin, str) else [q for _, q in strings(origin)]
        for question in questions:
            if question != "computed" and question not in contents.question:
                message = f"the field '{name}' is filled by '{question}', which is no question"
                remedy = f"Write computed, or a question. {known(contents.question, question)}"
                line = document.line("fields", name)
                yield Fault("unknown_question", document.file, line, question, message, remedy)
    for fact in contents.mapping("fact_actions"):
        if fact not in contents.facts and fact not in RESULT_FACTS:
            message = f"fact_actions names '{fact}', which is no fact"
            line = document.line("fact_actions", fact)
            yield Fault("unknown_fact", document.file, line, fact, message, known(contents.facts, fact))


def check_clocks(contents: Contents) -> Iterator[Fault]:
    """Every priority has its hours, its answering times and its arrival clock, and a consent its days."""
    yield from _number(contents, contents.pathways.value.get("consent_holds_days"), "consent_holds_days")
    priorities = contents.mapping("priorities")
    for name, value in priorities.items():
        hours = value.get("within_hours") if isinstance(value, dict) else None
        yield from _number(contents, hours, "priorities", name, "within_hours")
        yield from _number(
            contents, contents.mapping("arrival_clock_hours").get(name), "arrival_clock_hours", name
        )
        for clock in _RESPONSE_CLOCKS:
            times = contents.mapping("response_times").get(name)
            yield from _number(
                contents, times.get(clock) if isinstance(times, dict) else None, "response_times", name, clock
            )
    if not priorities:
        file = contents.pathways.file
        remedy = "Copy priorities from packs/zz/pathways.yaml."
        yield Fault("missing_priorities", file, None, "", "there are no priorities", remedy)


def _number(contents: Contents, value: object, *path: str) -> Iterator[Fault]:
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return
    document = contents.pathways
    found = "" if value is None else str(value)
    state = f"'{found}'" if found else "missing"
    message = f"{' of '.join(reversed(path))} is {state}; a clock is a number above zero"
    remedy = f"Write the number of {'minutes' if 'minutes' in path[-1] else 'hours'} in digits."
    yield Fault("not_a_number", document.file, document.line(*path), found, message, remedy)
