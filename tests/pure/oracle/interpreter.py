"""A second reading of a pack: its rules worked out straight from the text of its tables, as a phone would.

Knows how the files of a pack are written and shares no line with `kimbilio.rules`: it is slow and plain on
purpose, so that a mistake of the one is not a mistake of the other. Expressions are turned into Python and
evaluated by Python. Questions that a phone does not show have no answer. Source: the head of a pack's
pathways.yaml (expressions, decision_rules).
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

Answers = Mapping[str, str | Sequence[str]]
Found = dict[str, Any]

UNANSWERED = {"skip", "not_asked", "not_known"}
WORD = r"[A-Za-z0-9_-]+"


class PackText:
    """The tables of a pack as they are written, and nothing made of them yet."""

    def __init__(self, folder: Path) -> None:
        screening = folder / "forms" / "screening"
        self.questions = rows(screening / "questions.csv")
        self.raises = rows(screening / "raises.csv")
        self.indicators = rows(folder / "indicators.csv")
        self.pathways: dict[str, Any] = yaml.safe_load((folder / "pathways.yaml").read_text(encoding="utf-8"))
        self.country = yaml.safe_load((folder / "pack.yaml").read_text(encoding="utf-8"))["country"]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def found(pack: PackText, answers: Answers) -> Found:
    """What must be found, in the shape of `found` in the vectors; see vectors/README.md."""
    return Reading(pack, answers).everything()


@functools.cache
def as_python(expression: str) -> str:
    """`a = b and not c has d` as `has("a", "b") and not has("c", "d")`."""
    return TERM.sub(call, expression)


TERM = re.compile(
    rf"(?P<word>answered|need|raised)\((?P<of>{WORD})\)"
    rf"|(?P<one>{WORD}) in \((?P<among>[^)]*)\)"
    rf"|(?P<question>{WORD}) (?:=|has) (?P<choice>{WORD})"
    rf"|(?P<name>{WORD})"
)


def call(term: re.Match[str]) -> str:
    if term["word"]:
        return f"{term['word']}({term['of']!r})"
    if term["one"]:
        return (
            f"has({term['one']!r}, {', '.join(repr(choice.strip()) for choice in term['among'].split(','))})"
        )
    if term["question"]:
        return f"has({term['question']!r}, {term['choice']!r})"
    return term["name"] if term["name"] in ("and", "or", "not") else f"fact({term['name']!r})"


class Reading:
    """One set of answers read by the text of one pack."""

    def __init__(self, pack: PackText, answers: Answers) -> None:
        self.pack = pack
        self.given = {q: {a} if isinstance(a, str) else set(a) for q, a in answers.items()}
        self.rules = pack.pathways["decision_rules"]
        self.rows = {row["name"]: row for row in pack.questions}
        self.indicators = {row["id"]: row for row in pack.indicators}
        self.order: list[str] = self.rules["order_when_several"]
        self.memo: dict[tuple[str, str], Any] = {}

    def once(self, what: str, name: str, work: Callable[[str], Any]) -> Any:
        if (what, name) not in self.memo:
            self.memo[what, name] = work(name)
        return self.memo[what, name]

    def holds(self, expression: str) -> bool:
        if not expression:
            return True
        names = {"has": self.has, "fact": self.fact, "answered": self.answered}
        names |= {"need": lambda c: bool(self.need(c)), "raised": self.raised}
        return bool(eval(as_python(expression), {"__builtins__": {}}, names))  # noqa: S307 - our own packs

    def answer(self, question: str) -> set[str]:
        """The answer that a phone would keep: none while the question is not shown."""
        given = self.given.get(question, set())
        return given if given and self.once("shown", question, self.shown) else set()

    def shown(self, question: str) -> bool:
        row = self.rows[question]
        return self.holds(row["relevant"]) and not (row["never_if"] and self.holds(row["never_if"]))

    def has(self, question: str, *choices: str) -> bool:
        return any(choice in self.answer(question) for choice in choices)

    def answered(self, question: str) -> bool:
        return any(choice not in UNANSWERED for choice in self.answer(question))

    def fact(self, name: str) -> bool:
        return bool(self.once("fact", name, self._fact))

    def _fact(self, name: str) -> bool:
        facts = self.pack.pathways["facts"]
        if name in facts:
            return self.holds(facts[name])
        return any(self.speaks(row) for row in self.pack.raises if row["fact"] == name)

    def speaks(self, row: Mapping[str, str]) -> bool:
        """A row of raises.csv holds now."""
        return row["choice"] in self.answer(row["question"]) and self.holds(row["condition"])

    def raised(self, indicator: str) -> bool:
        return bool(self.once("raised", indicator, self._raised))

    def _raised(self, indicator: str) -> bool:
        meant_for = self.indicators[indicator]["applies_to"]
        if meant_for == ("adult" if self.fact("is_child") else "child"):
            return False
        return any(self.speaks(row) for row in self.pack.raises if row["indicator"] == indicator)

    def strength(self, indicator: str) -> str:
        strength = self.indicators[indicator]["strength"]
        return str(self.rules.get("immediate_counts_as", strength)) if strength == "immediate" else strength

    def strengths(self, column: str, value: str) -> list[str]:
        """The strengths of the indicators raised in a category or a dimension, those that protect left out."""
        return [
            self.strength(id_)
            for id_, row in self.indicators.items()
            if row[column] == value and not row["dimension"].endswith("_protective") and self.raised(id_)
        ]

    def positive(self, dimension: str) -> bool:
        strengths = self.strengths("dimension", dimension)
        return any(self.enough(line, strengths) for line in self.rules["dimension_positive"]["any_of"])

    @staticmethod
    def enough(line: Mapping[str, int], strengths: Sequence[str]) -> bool:
        either = sum(strength in ("medium", "weak") for strength in strengths)
        return all(
            (either if word == "medium_or_weak" else strengths.count(word)) >= number
            for word, number in line.items()
        )

    def met(self, rule: Mapping[str, Any], column: str, value: str) -> bool:
        """A rule, whose counts look at one category or one dimension, is met."""
        if "in_dimension" in rule:
            column, value = "dimension", rule["in_dimension"]
        counts: dict[str, int] = {}
        verdicts: list[bool] = []
        for key, said in rule.items():
            match key:
                case "any_of":
                    verdicts.append(any(self.met(part, column, value) for part in said))
                case "all_of":
                    verdicts.append(all(self.met(part, column, value) for part in said))
                case "when":
                    verdicts.append(self.holds(said))
                case "positive":
                    verdicts.append(self.positive(said))
                case "any_positive":
                    verdicts.append(any(self.positive(dimension) for dimension in said))
                case "strong_in_any":
                    verdicts.append(any("strong" in self.strengths("dimension", d) for d in said))
                case "raised_any":
                    verdicts.append(any(self.raised(indicator) for indicator in said))
                case "strong" | "medium" | "weak" | "medium_or_weak":
                    counts[key] = said
        if counts:
            verdicts.append(self.enough(counts, self.strengths(column, value)))
        return all(verdicts)

    def need(self, category: str) -> str:
        return str(self.once("need", category, self._need))

    def _need(self, category: str) -> str:
        """The result of a category, empty when it is not found; `any` asks for one at least."""
        if category == "any":
            return "found" if any(self.need(each) for each in self.order) else ""
        met = [
            level for level, rule in self.rules_of(category).items() if self.met(rule, "category", category)
        ]
        return met[0] if met else ""

    def rules_of(self, category: str) -> dict[str, Mapping[str, Any]]:
        """The rules of a category by the level that each gives, the strongest first."""
        if category != "victim_of_trafficking":
            return {"found": self.rules[category]}
        age = "child" if self.fact("is_child") else "adult"
        return {level: self.rules["trafficking"][f"{level}_{age}"] for level in ("presumed", "potential")}

    def reasons(self, category: str) -> list[str]:
        """The answers behind a need: those raising what a rule that is met looks at."""
        looked: set[str] = set()
        for rule in self.rules_of(category).values():
            if self.met(rule, "category", category):
                looked |= self.looks_at(rule, "category", category)
        return [
            f"{row['question']} {row['choice']} {row['indicator']}"
            for row in self.pack.raises
            if row["indicator"] in looked and self.raised(row["indicator"]) and self.speaks(row)
        ]

    def looks_at(self, rule: Mapping[str, Any], column: str, value: str) -> set[str]:
        """The indicators that a rule counts, those that protect left out."""
        if "in_dimension" in rule:
            column, value = "dimension", rule["in_dimension"]
        looked: set[str] = set()
        for key, said in rule.items():
            match key:
                case "any_of" | "all_of":
                    looked.update(*(self.looks_at(part, column, value) for part in said))
                case "positive":
                    looked |= self.of("dimension", said)
                case "any_positive":
                    looked.update(*(self.of("dimension", dimension) for dimension in said))
                case "strong_in_any":
                    looked.update(*(self.of("dimension", dimension, "strong") for dimension in said))
                case "raised_any":
                    looked.update(said)
                case "strong" | "medium" | "weak":
                    looked |= self.of(column, value, key)
                case "medium_or_weak":
                    looked |= self.of(column, value, "medium", "weak")
        return looked

    def of(self, column: str, value: str, *strengths: str) -> set[str]:
        """The indicators of a category or a dimension, of some strengths or of any."""
        return {
            id_
            for id_, row in self.indicators.items()
            if row[column] == value
            and not row["dimension"].endswith("_protective")
            and (not strengths or self.strength(id_) in strengths)
        }

    def pathway(self, category: str) -> dict[str, Any] | None:
        age = "child" if self.fact("is_child") else "adult"
        for pathway in self.pack.pathways["pathways"]:
            here = pathway["country"] == self.pack.country and pathway["category"] == category
            if here and pathway.get("applies_to", "both") in ("both", age):
                return dict(pathway)
        return None

    def highest(self, levels: Sequence[str]) -> str:
        hours = {name: said["within_hours"] for name, said in self.pack.pathways["priorities"].items()}
        return min(levels, key=lambda level: hours[level])

    def priority(self, category: str) -> str:
        pathway = self.pathway(category)
        if pathway is None:
            hours = {name: said["within_hours"] for name, said in self.pack.pathways["priorities"].items()}
            now = any(
                row["category"] == category and row["strength"] == "immediate" and self.raised(id_)
                for id_, row in self.indicators.items()
            )
            return (min if now else max)(hours, key=lambda level: hours[level])
        more = [level for fact, level in (pathway.get("priority_if") or {}).items() if self.fact(fact)]
        return self.highest([pathway["priority"], *more])

    def steps(self, pathway: Mapping[str, Any]) -> Iterator[str]:
        for step in pathway["steps"]:
            blocked = any(self.need(category) for category in step.get("blocked_by", ()))
            if not blocked and self.holds(step.get("only_if", "")):
                yield f"{pathway['id']} {step['n']}"

    def not_assessed(self) -> list[str]:
        asked: dict[str, list[str]] = self.rules["assessed_by"]
        return [
            category
            for category in self.order
            if category in asked
            and not self.need(category)
            and not any(self.answered(question) for question in asked[category])
        ]

    def actions(self) -> list[str]:
        known = self.pack.pathways.get("fact_actions") or {}
        listed = [name for name in known if name not in ("nothing_found", "not_assessed") and self.fact(name)]
        if any(self.rules["assessed_by"][category] for category in self.not_assessed()):
            listed.append("not_assessed")
        elif not self.need("any"):
            listed.append("nothing_found")
        return [name for name in listed if name in known]

    def everything(self) -> Found:
        needs = [category for category in self.order if self.need(category)]
        opened = {category: self.pathway(category) for category in needs}
        fallback = self.pack.pathways["fallback_lead"].get(self.pack.country, "")
        leads = {category: path["lead"] if path else fallback for category, path in opened.items()}
        paths = [path for path in opened.values() if path]
        stated = {row["fact"]: None for row in self.pack.raises if row["fact"]}
        return {
            "needs": [
                {
                    "category": category,
                    "level": self.need(category),
                    "priority": self.priority(category),
                    "lead": leads[category],
                    "reasons": self.reasons(category),
                }
                for category in needs
            ],
            "priority": self.highest([self.priority(category) for category in needs]) if needs else "",
            "lead": leads[needs[0]] if needs else "",
            "steps": [step for path in sorted(paths, key=in_no_danger) for step in self.steps(path)],
            "actions": self.actions(),
            "laws": list(dict.fromkeys(law for path in paths for law in path.get("laws") or ())),
            "not_assessed": self.not_assessed(),
            "facts": sorted(name for name in {**self.pack.pathways["facts"], **stated} if self.fact(name)),
            "raised": [indicator for indicator in self.indicators if self.raised(indicator)],
            "not_kept": [question for question in self.given if not self.answer(question)],
        }


def in_no_danger(pathway: Mapping[str, Any]) -> bool:
    """What saves life stands first, whatever leads."""
    return bool(pathway["consent"] != "life_at_risk")
