"""The codes of an act in words, for the journal's readers.

Knows the words of codes that rooms write into acts, and the names of members, desks and organisations. Leaves out
what only a machine reads: ids of rows and numbers of versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kimbilio.server.identity.models import Desk, Member, Organisation
from kimbilio.server.journal.models import Act

TERMS: dict[str, Promise] = {
    "purpose": _("For"),
    "priority": _("Priority"),
    "stage": _("Stage"),
    "from": _("Before"),
    "desk": _("Desk"),
    "other": _("Organisation"),
    "member": _("Member"),
    "scope": _("Consent"),
    "role": _("Role"),
    "second_step": _("Second step"),
    "proof": _("What did not fit"),
    "change": _("Change"),
    "kind": _("Kind"),
    "found": _("Found"),
    "files": _("Files"),
}
"""What is told, and under which word."""

VALUES: dict[str, dict[str, Promise]] = {
    "purpose": {
        "screening": _("Screening"),
        "casework": _("Casework"),
        "referral": _("A referral"),
        "search": _("A search"),
        "supervision": _("Supervision"),
        "machinery": _("The program’s own work"),
    },
    "priority": {"emergency": _("Emergency"), "urgent": _("Urgent"), "normal": _("Normal")},
    "stage": {
        "noticed": _("Noticed"),
        "referred": _("Referred"),
        "in_care": _("In care"),
        "settled": _("Settled"),
        "closed": _("Closed"),
    },
    "scope": {
        "talk": _("To talk"),
        "refer": _("To be referred"),
        "move": _("To travel"),
        "statistics": _("To be counted"),
    },
}
VALUES["role"] = {str(value): label for value, label in Member.Role.choices}
VALUES["second_step"] = {"kept": _("stays"), "ended": _("must be set up again")}
VALUES["proof"] = {"password": _("The password"), "second": _("The second step")}
VALUES["change"] = {"added": _("Added"), "removed": _("Removed"), "renewed": _("Renewed")}
VALUES["kind"] = {
    "totp": _("Code app"),
    "webauthn": _("Passkey"),
    "recovery_codes": _("Recovery codes"),
}
VALUES["from"] = VALUES["stage"]
NAMED = {"desk": Desk, "other": Organisation, "member": Member}


def codes_shown(acts: Iterable[Act]) -> dict[Any, list[tuple[str, str]]]:
    """For each act, by its id, terms and values in words."""
    acts = list(acts)
    names = {
        name: {str(key): row for key, row in model.objects.in_bulk(_ids(acts, name)).items()}  # type: ignore[attr-defined]  # each has a manager
        for name, model in NAMED.items()
    }
    return {act.id: list(_shown(act.codes, names)) for act in acts}


def _ids(acts: list[Act], name: str) -> set[str]:
    return {act.codes[name] for act in acts if act.codes.get(name)}


def _shown(codes: Mapping[str, Any], names: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    for name, term in TERMS.items():
        value = codes.get(name)
        if value in (None, "", []):
            continue
        if name in NAMED:
            row = names[name].get(str(value))
            if row is not None:
                yield str(term), str(getattr(row, "called", row.name))
        elif name in VALUES:
            if str(value) in VALUES[name]:
                yield str(term), str(VALUES[name][str(value)])
        elif isinstance(value, int):
            yield str(term), str(value)
