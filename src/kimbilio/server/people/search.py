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
    wanted = _findable(facts) | {("need", need) for need in needs}
    _keep(person, _coded(custody().ring(person.organisation_id).secrets_written("search"), wanted))


def codes_rewrite(person: Person, facts: Iterable[Mapping[str, Any]], *, needs: Iterable[str]) -> None:
    """Leave a person the codes of everything that is or was known of them, under today's secret alone."""
    wanted = {pair for some in facts for pair in _findable(some)} | {("need", need) for need in needs}
    codes = _coded([_secret(person.organisation_id)], wanted)
    _keep(person, codes)
    stale = [
        row.pk for row in SearchCode.objects.filter(person=person) if (row.kind, bytes(row.code)) not in codes
    ]
    SearchCode.objects.filter(pk__in=stale).delete()


def _coded(secrets: Iterable[bytes], wanted: Iterable[tuple[str, str]]) -> set[tuple[str, bytes]]:
    """Kinds and values, keyed with each of the secrets."""
    pairs = list(wanted)
    return {(kind, _code(secret, kind, value)) for secret in secrets for kind, value in pairs}


def _findable(facts: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Kinds and values under which a person with these facts is found."""
    names = name_codes(str(facts.get("name") or "")).items()
    wanted = {(kind, value) for kind, values in names for value in values}
    wanted |= {(field, str(facts[field])) for field in FILTERS if facts.get(field)}
    if facts.get("case_code"):
        wanted.add(("their_code", str(facts["case_code"])))
    return wanted


def _keep(person: Person, codes: Iterable[tuple[str, bytes]]) -> None:
    SearchCode.objects.bulk_create(
        [
            SearchCode(organisation_id=person.organisation_id, person=person, kind=kind, code=code)
            for kind, code in sorted(codes)
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
