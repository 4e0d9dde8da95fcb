"""pathways.yaml: is every part there, and a list where a list is wanted, a text where a text is?

Knows the shape only. Without it a list written as a text would be passed over in silence by the checks that
follow; what the parts name is theirs to judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kimbilio.packs.checks.contents import Contents
from kimbilio.packs.faults import Fault
from kimbilio.packs.tables import YamlPath

_KINDS: dict[str, tuple[type, str, str]] = {
    "text": (str, "a text", 'Write words, in " " when they hold a colon or begin with a sign.'),
    "names": (list, "a list of names", "Write the names in [ ], divided by commas."),
    "list": (list, "a list", "Begin every entry on a line of its own with a hyphen."),
    "mapping": (dict, "a group of entries", "Write each entry as name: value, indented by two blanks."),
}


@dataclass(frozen=True)
class _Part:
    """A part of the document; `*` in its path is every entry, `required` means where its parent is."""

    path: tuple[str, ...]
    kind: str
    required: bool = True


def _part(path: str, kind: str, *, required: bool = True) -> _Part:
    return _Part(tuple(path.split()), kind, required)


_PARTS = (
    _part("facts", "mapping"),
    _part("facts *", "text"),
    _part("fallback_lead", "mapping"),
    _part("fact_actions", "mapping"),
    _part("fact_actions *", "text"),
    _part("priorities", "mapping"),
    _part("priorities *", "mapping"),
    _part("priorities * label_en", "text"),
    _part("priorities * meaning", "text"),
    _part("response_times", "mapping"),
    _part("arrival_clock_hours", "mapping"),
    _part("referral_states", "mapping"),
    _part("referral_states *", "names"),
    _part("accepted_fields", "mapping"),
    _part("accepted_fields *", "mapping"),
    _part("accepted_fields * values", "names"),
    _part("retention", "mapping", required=False),
    _part("slip", "mapping"),
    _part("slip default", "text"),
    _part("emergency_flood", "mapping", required=False),
    _part("decision_rules", "mapping"),
    _part("decision_rules order_when_several", "names"),
    _part("decision_rules assessed_by", "mapping"),
    _part("decision_rules assessed_by *", "names"),
    _part("not_from_border_form", "mapping"),
    _part("not_from_border_form indicators", "names"),
    _part("never_ask", "list"),
    _part("never_ask *", "mapping"),
    _part("never_ask * id", "text"),
    _part("never_ask * text", "text"),
    _part("never_ask * words", "names"),
    _part("never_ask * unless_never_if", "mapping", required=False),
    _part("consent_rules", "mapping"),
    _part("consent_rules *", "text"),
    _part("share_profiles", "mapping"),
    _part("share_profiles *", "names"),
    _part("share_profiles never_at_first_referral", "names"),
    _part("fields", "mapping"),
    _part("categories", "list"),
    _part("categories *", "mapping"),
    _part("categories * id", "text"),
    _part("categories * label_en", "text"),
    _part("service_types", "mapping"),
    _part("service_types *", "mapping"),
    _part("service_types * label_en", "text"),
    _part("pathways", "list"),
    _part("pathways *", "mapping"),
    _part("pathways * id", "text"),
    _part("pathways * laws", "names", required=False),
    _part("pathways * priority_if", "mapping", required=False),
    _part("pathways * note", "text", required=False),
    _part("pathways * next", "text", required=False),
    _part("pathways * choice", "text", required=False),
    _part("pathways * never", "names", required=False),
    _part("pathways * steps", "list"),
    _part("pathways * steps *", "mapping"),
    _part("pathways * steps * by", "text"),
    _part("pathways * steps * do", "text"),
    _part("pathways * steps * service_types", "names", required=False),
    _part("pathways * steps * blocked_by", "names", required=False),
    _part("pathways * steps * only_if", "text", required=False),
)


def check_shape(contents: Contents) -> Iterator[Fault]:
    """Parts that are missing or of another kind."""
    document = contents.pathways
    for part in _PARTS:
        for path, value in _found(document.value, part.path, ()):
            kind, what, remedy = _KINDS[part.kind]
            name = " / ".join(str(p + 1) if isinstance(p, int) else p for p in path)
            if value is None:
                if part.required:
                    file, line = document.file, document.line(*path)
                    message = f"{name} is missing"
                    yield Fault("missing_part", file, line, "", message, f"Add it: it is {what}. {remedy}")
                continue
            fits = isinstance(value, kind) and bool(value or part.kind != "text")
            if fits and part.kind == "names":
                fits = all(isinstance(item, str) for item in value)
            if not fits:
                message = f"{name} is not {what}"
                found = value if isinstance(value, str) else type(value).__name__
                yield Fault("wrong_kind", document.file, document.line(*path), found, message, remedy)


def _found(value: Any, pattern: tuple[str, ...], path: YamlPath) -> Iterator[tuple[YamlPath, Any]]:
    """Every place of a pattern; a last part that is missing is None, a missing parent is passed over."""
    if not pattern:
        yield path, value
        return
    head, rest = pattern[0], pattern[1:]
    if head == "*":
        entries = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, child in entries:
            yield from _found(child, rest, (*path, key))
    elif isinstance(value, dict) and (rest == () or head in value):
        yield from _found(value.get(head), rest, (*path, head))
