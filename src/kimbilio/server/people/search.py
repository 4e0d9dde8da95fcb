"""Search without plaintext: keyed codes for names and for filters, written with the case and asked under row-level
security. Ranking opens the few candidates and compares spellings.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet, Sum, Value, When

from kimbilio.server.access.records import RecordQuerySet
from kimbilio.server.access.rules import Purpose
from kimbilio.server.identity.actor import Actor
from kimbilio.server.kernel import crypto, sealed
from kimbilio.server.kernel.custody import custody

from .models import Case, FindingCode
from .names import Codes, likeness, name_codes, name_parts, pairs_asked, parts_asked

FILTERS = ("sex", "age_band", "nationality_claimed", "language")
"""Facts by which a list can be narrowed."""

WAY = 3
"""Raised when codes are made another way; the job `people.persons_recode` then codes everybody anew."""

CANDIDATES = 100
SHOWN = 50
_ASKED = 4
_NEAR_EACH = 20
_EXACT, _NEAR = 6, 2  # how much more a whole pair says than a half
_LIKE_ENOUGH = 0.6


def codes_write(
    organisation: uuid.UUID,
    cases: Iterable[uuid.UUID],
    facts: Mapping[str, Any],
    *,
    needs: Iterable[str] = (),
) -> None:
    """Add the codes under which the cases of one person can be found by name and by filter."""
    _keep(organisation, cases, _written(organisation, _findable(facts) | _needed(needs)))


def codes_rewrite(
    organisation: uuid.UUID,
    cases: Iterable[uuid.UUID],
    facts: Iterable[Mapping[str, Any]],
    *,
    needs: Iterable[str],
) -> None:
    """Leave the cases of one person the codes of everything that is or was known, made today's way, and no other."""
    kept = list(cases)
    wanted = {pair for some in facts for pair in _findable(some)} | _needed(needs)
    codes = _written(organisation, wanted)
    _keep(organisation, kept, codes)
    FindingCode.objects.filter(case__in=kept).exclude(code__in=codes).delete()


def cases_with(actor: Actor, cases: RecordQuerySet[Case], wanted: Mapping[str, str]) -> RecordQuerySet[Case]:
    """Narrow a list of cases by filters (`need`, `sex`, `age_band`, …), through codes alone."""
    for code in _asked(actor.organisation, wanted.items()):
        found = FindingCode.objects.filter(organisation_id=actor.organisation, code=code, case=OuterRef("pk"))
        cases = cases.filter(Exists(found))
    return cases


def cases_named(actor: Actor, name: str, *, for_: Purpose, limit: int = SHOWN) -> list[Case]:
    """Cases of persons whose name is spelt like `name`, most alike first. Names are compared, never returned."""
    ids = candidates(actor, name, for_=for_)
    rows = Case.objects.filter(id__in=ids).select_related("person", "desk").defer("sealed")
    cases = {case.id: case for case in rows}
    names = sealed.read_many({case.person_id: case.person for case in cases.values()}.values())
    ranked = [
        (likeness(name, str(names.get(case.person_id, {}).get("name") or "")), case)
        for case in (cases[each] for each in ids if each in cases)
    ]
    ranked = [(like, case) for like, case in ranked if like[0] >= _LIKE_ENOUGH]
    ranked.sort(key=lambda pair: pair[0], reverse=True)
    return [case for _, case in ranked[:limit]]


def candidates(actor: Actor, name: str, *, for_: Purpose) -> list[uuid.UUID]:
    """The cases worth opening for a search, the most promising first: at most CANDIDATES, by codes alone."""
    parts = name_parts(name)[:_ASKED]
    if not parts:
        return []
    visible = FindingCode.objects.visible_to(actor, for_=for_)
    found = _by_pairs(actor, visible, parts) if len(parts) > 1 else []
    return found or list(dict.fromkeys(_by_parts(actor, visible, parts)))[:CANDIDATES]


def cases_under_their_code(actor: Actor, code: str, *, for_: Purpose) -> RecordQuerySet[Case]:
    """Cases that came by a referral in which the sender called the person `code`."""
    return cases_with(actor, Case.objects.visible_to(actor, for_=for_), {"their_code": code})


def code_of(secret: bytes, kind: str, value: str) -> int:
    """One code: the first 64 bits of the keyed hash, as the database counts them, from below 0."""
    return int.from_bytes(crypto.keyed_hash(secret, kind.encode(), value.encode())[:8], "big", signed=True)


def _by_pairs(actor: Actor, visible: QuerySet[FindingCode], parts: list[str]) -> list[uuid.UUID]:
    exact, near = (_asked(actor.organisation, codes) for codes in pairs_asked(parts))
    weight = models.Case(When(code__in=exact, then=Value(_EXACT)), default=Value(_NEAR))
    scored = visible.filter(code__in=exact + near).values("case_id").annotate(score=Sum(weight))
    return list(scored.order_by("-score", "-case_id").values_list("case_id", flat=True)[:CANDIDATES])


def _by_parts(actor: Actor, visible: QuerySet[FindingCode], parts: list[str]) -> list[uuid.UUID]:
    exact, near = (_asked(actor.organisation, codes) for codes in parts_asked(parts))
    found = _newest(visible, exact, CANDIDATES // len(exact))
    return found if len(found) >= CANDIDATES else found + _newest(visible, near, _NEAR_EACH)


def _newest(visible: QuerySet[FindingCode], codes: list[int], each: int) -> list[uuid.UUID]:
    """The newest cases of each code: as many short walks, for a code may be that of a tenth of everybody."""
    if not codes:
        return []
    walks = [
        visible.filter(code=code).order_by("-case_id").values_list("case_id", flat=True)[:each]
        for code in codes
    ]
    return list(walks[0].union(*walks[1:], all=True) if walks[1:] else walks[0])


def _findable(facts: Mapping[str, Any]) -> Codes:
    """Kinds and values under which a person with these facts is found."""
    wanted = name_codes(str(facts.get("name") or ""))
    wanted |= {(field, str(facts[field])) for field in FILTERS if facts.get(field)}
    if facts.get("case_code"):
        wanted.add(("their_code", str(facts["case_code"])))
    return wanted


def _needed(needs: Iterable[str]) -> Codes:
    return {("need", need) for need in needs}


def _keep(organisation: uuid.UUID, cases: Iterable[uuid.UUID], codes: set[int]) -> None:
    rows = [
        FindingCode(organisation_id=organisation, case_id=case, code=code)
        for case in cases
        for code in sorted(codes)
    ]
    FindingCode.objects.bulk_create(rows, ignore_conflicts=True)


def _written(organisation: uuid.UUID, wanted: Codes) -> set[int]:
    """Kinds and values, keyed with each of the secrets under which is written."""
    secrets = custody().ring(organisation).secrets_written("search")
    return {code_of(secret, kind, value) for secret in secrets for kind, value in wanted}


def _asked(organisation: uuid.UUID, wanted: Iterable[tuple[str, str]]) -> list[int]:
    secret = custody().secret(organisation, "search")
    return [code_of(secret, kind, value) for kind, value in wanted]
