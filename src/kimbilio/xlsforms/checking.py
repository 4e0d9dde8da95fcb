"""What a filled form holds against its own form: answers that are needed, choices on offer, constraints.

Knows the binds and lists of an XForm as pyxform writes them, and of its constraints those that can be read without
an XPath engine: choices that exclude others, and bounds of numbers. Another constraint, a needed answer whose
question may have been hidden, and a list that comes in a file are not judged: silence is no approval. Refuses
nothing. Sources: ODK XForms specification (bind attributes, secondary instances).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from kimbilio.xlsforms.submission import ReadSubmission


class Problem(StrEnum):
    """What an answer breaks."""

    REQUIRED = "required"
    CHOICE = "choice"
    CONSTRAINT = "constraint"


@dataclass(frozen=True, slots=True)
class Finding:
    """One question and what its answer, or the lack of one, breaks. Never the answer."""

    question: str
    problem: Problem


@dataclass(frozen=True, slots=True)
class Checks:
    """What one form asks of its answers, by question; `required` are those that are never hidden."""

    required: frozenset[str]
    choices: Mapping[str, frozenset[str]]
    constraints: Mapping[str, tuple[Callable[[str], bool], ...]]


_EXCLUDES = re.compile(
    r"^\(?\s*not\(\s*selected\(\s*\.\s*,\s*'([^']*)'\s*\)\s*\)\s+or\s+count-selected\(\s*\.\s*\)\s*=\s*1\s*\)?$"
)
_BOUND = re.compile(r"^\(?\s*\.\s*(<=|>=|<|>)\s*(-?[0-9]+(?:\.[0-9]+)?)\s*\)?$")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_LIST = re.compile(r"^instance\('([^']+)'\)/")
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}


def checks_of(xform: str) -> Checks:
    """What the form asks of its answers."""
    root = fromstring(xform)
    binds = {bind.get("nodeset", "").strip(): bind for bind in root.iter() if _local(bind) == "bind"}
    hidden = {path for path, bind in binds.items() if bind.get("relevant")}
    repeats = {e.get("nodeset", "").strip() for e in root.iter() if _local(e) == "repeat"}
    return Checks(
        required=frozenset(
            _name(path)
            for path, bind in binds.items()
            if bind.get("required") == "true()"
            and not any(_within(path, other) for other in hidden | repeats)
        ),
        choices=dict(_choices(root)),
        constraints={
            _name(path): terms
            for path, bind in binds.items()
            if (terms := tuple(_terms(bind.get("constraint", ""))))
        },
    )


def findings(read: ReadSubmission, checks: Checks) -> tuple[Finding, ...]:
    """What the answers break, once for each question and problem, in the order of the form."""
    found: dict[Finding, None] = {}
    for name in sorted(checks.required - read.answers.keys()):
        found[Finding(name, Problem.REQUIRED)] = None
    for row in (read.answers, *(row for rows in read.repeats.values() for row in rows)):
        for name, text in row.items():
            if name in checks.choices and not set(text.split()) <= checks.choices[name]:
                found[Finding(name, Problem.CHOICE)] = None
            if not all(holds(text) for holds in checks.constraints.get(name, ())):
                found[Finding(name, Problem.CONSTRAINT)] = None
    return tuple(found)


def _choices(root: Element) -> Iterator[tuple[str, frozenset[str]]]:
    lists = {
        instance.get("id", ""): frozenset(
            (element.text or "").strip() for element in instance.iter() if _local(element) == "name"
        )
        for instance in root.iter()
        if _local(instance) == "instance" and not instance.get("src")
    }
    for control in root.iter():
        if _local(control) not in ("select", "select1"):
            continue
        itemset = next((child for child in control if _local(child) == "itemset"), None)
        if itemset is None:
            offered = frozenset((v.text or "").strip() for v in control.iter() if _local(v) == "value")
        else:
            named = _LIST.match(itemset.get("nodeset", "").strip())
            offered = lists.get(named[1], frozenset()) if named else frozenset()
        if offered:
            yield _name(control.get("ref", "")), offered


def _terms(constraint: str) -> Iterator[Callable[[str], bool]]:
    for term in re.split(r"\)\s+and\s+\(|\s+and\s+(?=\(|\.)", constraint.strip()):
        if excludes := _EXCLUDES.match(term.strip()):
            yield _alone(excludes[1])
        elif bound := _BOUND.match(term.strip()):
            yield _bounded(bound[1], float(bound[2]))


def _alone(choice: str) -> Callable[[str], bool]:
    return lambda text: choice not in text.split() or len(text.split()) == 1


def _bounded(sign: str, limit: float) -> Callable[[str], bool]:
    def holds(text: str) -> bool:
        number = _NUMBER.fullmatch(text.strip())
        return number is not None and _COMPARE[sign](float(number[0]), limit)

    return holds


def _within(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/")


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1].strip()


def _local(element: Element) -> str:
    return element.tag.rsplit("}", 1)[-1]
