"""Search without plaintext: keyed codes for names and for filters, written with the person and asked under row-level
security. Ranking opens the few candidates and compares spellings."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.kernel import crypto, sealed
from kimbilio.server.kernel.custody import custody

from .models import Case, Person, SearchCode
from .names import likeness, name_codes, name_parts, part_codes

FILTERS = ("sex", "age_band", "nationality_claimed", "language")
"""Facts by which a list can be narrowed."""

CANDIDATES = 200
_WIDTH = 16
_LIKE_ENOUGH = 0.6


def codes_write(person: Person, facts: Mapping[str, Any], *, needs: Iterable[str] = ()) -> None:
    """Add the codes under which a person can be found by name and by filter."""
    wanted = {
        (kind, value) for kind, values in name_codes(str(facts.get("name") or "")).items() for value in values
    }
    wanted |= {(field, str(facts[field])) for field in FILTERS if facts.get(field)}
    wanted |= {("need", need) for need in needs}
    if facts.get("case_code"):
        wanted.add(("their_code", str(facts["case_code"])))
    secret = _secret(person.organisation_id)
    SearchCode.objects.bulk_create(
        [
            SearchCode(
                organisation_id=person.organisation_id,
                person=person,
                kind=kind,
                code=_code(secret, kind, value),
            )
            for kind, value in sorted(wanted)
        ],
        ignore_conflicts=True,
    )


def cases_with(actor: Actor, cases: QuerySet[Case], wanted: Mapping[str, str]) -> QuerySet[Case]:
    """Narrow a list of cases by filters (`need`, `sex`, `age_band`, …), through codes alone."""
    secret = _secret(actor.organisation)
    for kind, value in wanted.items():
        found = SearchCode.objects.filter(
            organisation_id=actor.organisation, kind=kind, code=_code(secret, kind, value)
        )
        cases = cases.filter(person_id__in=found.values("person_id"))
    return cases


def cases_named(actor: Actor, name: str, *, for_: Purpose, limit: int = 20) -> list[Case]:
    """Cases of persons whose name is spelt like `name`, most alike first. Names are compared, never returned."""
    parts = name_parts(name)[:4]
    if not parts:
        return []
    secret = _secret(actor.organisation)
    cases = Case.objects.visible_to(actor, for_=for_).select_related("person", "desk")
    for part in parts:
        codes = [_code(secret, kind, value) for kind, values in part_codes(part).items() for value in values]
        found = SearchCode.objects.filter(
            organisation_id=actor.organisation, kind__in=_NAME_KINDS, code__in=codes
        )
        cases = cases.filter(person_id__in=found.values("person_id"))
    candidates = list(cases.order_by("-id")[:CANDIDATES])
    names = sealed.read_many({case.person_id: case.person for case in candidates}.values())
    ranked = [
        (likeness(name, str(names.get(case.person_id, {}).get("name") or "")), case) for case in candidates
    ]
    ranked = [(like, case) for like, case in ranked if like >= _LIKE_ENOUGH]
    ranked.sort(key=lambda pair: pair[0], reverse=True)
    return [case for _, case in ranked[:limit]]


def cases_under_their_code(actor: Actor, code: str, *, for_: Purpose) -> QuerySet[Case]:
    """Cases that came by a referral in which the sender called the person `code`."""
    return cases_with(actor, Case.objects.visible_to(actor, for_=for_), {"their_code": code})


_NAME_KINDS = ("skeleton", "sound", "near")


def _secret(organisation: uuid.UUID) -> bytes:
    return custody().secret(organisation, "search")


def _code(secret: bytes, kind: str, value: str) -> bytes:
    return crypto.keyed_hash(secret, kind.encode(), value.encode())[:_WIDTH]
