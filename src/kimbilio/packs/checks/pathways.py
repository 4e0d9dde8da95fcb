"""Pathways: who leads, which law, which steps, by when.

Knows the entries of one pathway; its conditions are checked with the expressions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kimbilio.packs.checks.contents import Contents, known, strings
from kimbilio.packs.faults import Fault, Level

_CLOCKS = ("within_minutes", "within_hours")


def check_pathways(contents: Contents) -> Iterator[Fault]:
    """Dangling ids, leads that are missing, steps that stand twice, clocks that are no numbers."""
    document = contents.pathways
    first: dict[str, int | None] = {}
    for index, pathway in contents.items("pathways"):
        id_ = str(pathway["id"])
        line = document.line("pathways", index)
        if id_ in first:
            message = f"the pathway '{id_}' already stands in line {first[id_]}"
            yield _fault(contents, "duplicate_id", (index, "id"), id_, message, "Give it an id of its own.")
        else:
            first[id_] = line
        yield from _one(contents, index, id_, pathway)
    yield from _clash(contents)
    yield from _fallback(contents)


def _one(contents: Contents, index: int, id_: str, pathway: dict[str, Any]) -> Iterator[Fault]:
    agencies = contents.ids("agencies")
    profiles = [name for name in contents.mapping("share_profiles") if name != "never_at_first_referral"]
    rules = list(contents.mapping("consent_rules"))
    wanted: list[tuple[str, Iterable[str], str, bool]] = [
        ("country", [contents.country], "the country of pack.yaml", True),
        ("category", contents.categories, "a category", True),
        ("lead", agencies, "an agency of agencies.csv", True),
        ("priority", contents.mapping("priorities"), "a priority", True),
        ("consent", rules, "a consent rule", True),
        ("share", profiles, "a share profile", True),
        ("confidentiality", rules, "a consent rule", False),
        ("legal_duty", rules, "a consent rule", False),
        ("applies_to", ("adult", "child", "both"), "adult, child or both", False),
    ]
    for key, names, what, required in wanted:
        value = pathway.get(key)
        if value is None and required:
            message = f"the pathway '{id_}' has no {key}"
            remedy = f"Write {key}: and the id of {what}. {known(names)}"
            yield _fault(contents, f"missing_{key}", (index,), "", message, remedy)
        elif value is not None and value not in list(names):
            message = f"{key} of the pathway '{id_}' is '{value}', which is not {what}"
            yield _fault(
                contents, f"unknown_{key}", (index, key), str(value), message, known(names, str(value))
            )
    laws = contents.ids("laws")
    for position, law in strings(pathway.get("laws")):
        if law not in laws:
            message = f"the pathway '{id_}' names the law '{law}', which is not in laws.csv"
            yield _fault(contents, "unknown_law", (index, "laws", position), law, message, known(laws, law))
    conditions = pathway.get("priority_if")
    for fact, priority in conditions.items() if isinstance(conditions, dict) else ():
        at = (index, "priority_if", str(fact))
        if fact not in contents.facts:
            message = f"priority_if of the pathway '{id_}' names '{fact}', which is no fact"
            yield _fault(contents, "unknown_fact", at, str(fact), message, known(contents.facts, str(fact)))
        if priority not in list(contents.mapping("priorities")):
            message = (
                f"priority_if of the pathway '{id_}' gives the priority '{priority}', which does not exist"
            )
            remedy = known(contents.mapping("priorities"), str(priority))
            yield _fault(contents, "unknown_priority", at, str(priority), message, remedy)
    steps = pathway.get("steps")
    if not isinstance(steps, list) or not steps:
        remedy = "Write at least one step: who does what, within how many hours."
        yield _fault(contents, "no_steps", (index,), "", f"the pathway '{id_}' has no steps", remedy)
        return
    yield from _steps(contents, index, id_, steps)


def _steps(contents: Contents, index: int, id_: str, steps: list[Any]) -> Iterator[Fault]:
    agencies = contents.ids("agencies")
    types = contents.mapping("service_types")
    offered = {(row["agency_id"], row["service_type"]) for row in contents.tables.table("services")}
    seen: set[int] = set()
    for position, step in enumerate(steps):
        at = (index, "steps", position)
        number = step.get("n")
        name = f"step {number} of the pathway '{id_}'"
        if not _is_number(number):
            message = f"a step of the pathway '{id_}' has the number '{number}'"
            yield _fault(
                contents, "not_a_number", (*at, "n"), str(number), message, "Write n: and a whole number."
            )
        elif isinstance(number, int) and number in seen:
            message = f"{name} stands twice"
            yield _fault(
                contents, "duplicate_step", (*at, "n"), str(number), message, "Number the steps 1, 2, 3 …"
            )
        if isinstance(number, int):
            seen.add(number)
        if step.get("by") not in agencies:
            found = str(step.get("by") or "")
            message = f"{name} is done by '{found}', which is not an agency of agencies.csv"
            yield _fault(contents, "unknown_agency", (*at, "by"), found, message, known(agencies, found))
        yield from _step_clock(contents, at, name, step)
        for where, service_type in strings(step.get("service_types")):
            if service_type not in types:
                message = f"{name} names the service type '{service_type}', which does not exist"
                remedy = known(types, service_type)
                yield _fault(
                    contents,
                    "unknown_service_type",
                    (*at, "service_types", where),
                    service_type,
                    message,
                    remedy,
                )
        wanted = [t for _, t in strings(step.get("service_types")) if t in types]
        if wanted and step.get("by") in agencies and not any((step["by"], t) in offered for t in wanted):
            message = f"{name}: '{step['by']}' offers no service of the type {' or '.join(wanted)}"
            remedy = "Add the service to services.csv, or correct the agency or the type."
            yield _fault(
                contents, "no_service", (*at, "service_types"), ", ".join(wanted), message, remedy, "warning"
            )
        for where, category in strings(step.get("blocked_by")):
            if category not in contents.categories:
                message = f"{name} is blocked by '{category}', which is not a category"
                remedy = known(contents.categories, category)
                yield _fault(
                    contents, "unknown_category", (*at, "blocked_by", where), category, message, remedy
                )


def _step_clock(
    contents: Contents, at: tuple[str | int, ...], name: str, step: dict[str, Any]
) -> Iterator[Fault]:
    clocks = [key for key in _CLOCKS if key in step]
    if len(clocks) != 1:
        found = " and ".join(clocks)
        message = f"{name} has {'both clocks' if clocks else 'no clock'}"
        yield _fault(contents, "clock", at, found, message, "Write either within_minutes or within_hours.")
    for key in clocks:
        if not _is_number(step[key]):
            message = f"{key} of {name} is '{step[key]}', which is not a whole number above zero"
            yield _fault(contents, "not_a_number", (*at, key), str(step[key]), message, "Write digits only.")


def _clash(contents: Contents) -> Iterator[Fault]:
    """Two pathways for the same category and the same age would leave it open which one runs."""
    first: dict[tuple[str, str], str] = {}
    for index, pathway in contents.items("pathways"):
        applies = str(pathway.get("applies_to", "both"))
        for age in ("adult", "child") if applies == "both" else (applies,):
            key = (str(pathway.get("category")), age)
            other = first.setdefault(key, str(pathway.get("id")))
            if other != pathway.get("id"):
                message = f"the pathways '{other}' and '{pathway.get('id')}' are both for {key[0]}, {age}"
                remedy = "Write applies_to: adult and applies_to: child, or make one pathway of the two."
                yield _fault(contents, "two_pathways", (index,), key[0], message, remedy)


def _fallback(contents: Contents) -> Iterator[Fault]:
    lead = contents.mapping("fallback_lead").get(contents.country)
    agencies = contents.ids("agencies")
    if lead not in agencies:
        message = (
            f"fallback_lead for {contents.country} is '{lead or ''}', which is not an agency of agencies.csv"
        )
        remedy = f"It leads a category that has no pathway yet. {known(agencies, str(lead))}"
        line = contents.pathways.line("fallback_lead", contents.country)
        yield Fault("unknown_lead", contents.pathways.file, line, str(lead or ""), message, remedy)


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _fault(
    contents: Contents,
    code: str,
    at: tuple[str | int, ...],
    found: str,
    message: str,
    remedy: str,
    level: Level = "error",
) -> Fault:
    document = contents.pathways
    return Fault(code, document.file, document.line("pathways", *at), found, message, remedy, level)
