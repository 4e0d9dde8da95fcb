"""Reading the book."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from kimbilio.server.kernel import crypto, keystore
from kimbilio.server.kernel.ids import first_id

from .models import Act, Digest, Root, Seal, WitnessedRoot


def acts_of_case(case: uuid.UUID) -> QuerySet[Act]:
    """The acts about a case, newest first."""
    return Act.objects.filter(case=case).order_by("-id")


def acts_on_timeline(
    case: uuid.UUID, *, without: Iterable[str], most: int, subject: uuid.UUID | None = None
) -> list[Act]:
    """The newest acts of a case's timeline, or those about one `subject`, `without` those that are no happening: a
    case that many looked at keeps its story. Without what they keep sealed.
    """
    acts = acts_of_case(case).exclude(act__in=list(without))
    acts = acts.filter(subject=subject) if subject else acts
    return list(acts.defer("sealed", "rows_hash", "mark")[:most])


def codes_of_cases(cases: Iterable[uuid.UUID], acts: Iterable[str]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """The codes of certain acts by case, oldest first; a case without one is absent."""
    rows = Act.objects.filter(case__in=list(cases), act__in=list(acts)).order_by("id")
    found: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for case, codes in rows.values_list("case", "codes"):
        if case is not None:
            found.setdefault(case, []).append(codes)
    return found


def acts_of_organisation(organisation: uuid.UUID, *, before: uuid.UUID | None = None) -> QuerySet[Act]:
    """The organisation's book, newest first, from `before` on (keyset paging)."""
    acts = Act.objects.filter(organisation_id=organisation).order_by("-id")
    return acts.filter(id__lt=before) if before else acts


def details_of(acts: Iterable[Act]) -> dict[uuid.UUID, dict[str, Any]]:
    """The sealed details of acts by act id, with one look into the key store; erased ones are absent."""
    closed = [act for act in acts if act.sealed is not None]
    keys = keystore.keys_get(crypto.key_id_of(bytes(act.sealed or b"")) for act in closed)
    details = {}
    for act in closed:
        sealed = bytes(act.sealed or b"")
        key = keys.get(crypto.key_id_of(sealed))
        if key is not None:
            details[act.id] = json.loads(crypto.unseal(key, act.id, "journal.act.sealed", sealed))
    return details


def acts_following(organisation: uuid.UUID, *, after: int = 0, most: int = 500) -> list[tuple[int, Act]]:
    """The sealed acts behind the position `after`, with their positions, in order.

    Who keeps the last position and asks again has seen every act once, also those of slow transactions; ids and
    times do not promise that.
    """
    seals = Seal.objects.filter(organisation_id=organisation, position__gt=after)
    return [(seal.position, seal.act) for seal in seals.select_related("act").order_by("position")[:most]]


def root_latest(organisation: uuid.UUID) -> Root | None:
    """The root of the newest sealing; None before the first."""
    return Root.objects.filter(organisation_id=organisation).order_by("-size").first()


def roots_witnessed(witness: uuid.UUID) -> list[WitnessedRoot]:
    """The newest root that a witness keeps of each other organisation's book."""
    rows = WitnessedRoot.objects.filter(organisation_id=witness)
    return list(rows.order_by("about", "-size").distinct("about"))


def root_at(organisation: uuid.UUID, size: int) -> Root | None:
    """The root of the sealing after which the book had `size` positions; None when none ended there."""
    return Root.objects.filter(organisation_id=organisation, size=size).first()


@dataclass(frozen=True)
class Carried:
    """What somebody outside takes along to hold the book to it: a root, and leaves as `(position, act, leaf hash)`."""

    size: int
    root: bytes
    leaves: list[tuple[int, uuid.UUID, bytes]]


def carried_of(organisation: uuid.UUID, *, after: int = 0, most: int = 1000) -> Carried | None:
    """The newest root with leaf hashes behind the position `after`, for a phone at sync; None before the first
    sealing. Hashes and ids alone: nothing that describes a person can be told from them.
    """
    root = root_latest(organisation)
    if root is None:
        return None
    seals = Seal.objects.filter(
        organisation_id=organisation, position__gt=after, position__lte=root.size
    ).order_by("position")[:most]
    leaves = [(at, act, bytes(leaf)) for at, act, leaf in seals.values_list("position", "act_id", "leaf")]
    return Carried(root.size, bytes(root.root), leaves)


def digests_of(organisation: uuid.UUID, *, most: int = 26) -> list[tuple[Digest, Act | None]]:
    """The newest weekly digests, each with the act by which somebody noted that they looked at it."""
    rows = list(Digest.objects.filter(organisation_id=organisation).order_by("-week")[:most])
    acts = Act.objects.filter(transaction__in=[row.id for row in rows], act="digest.looked_at")
    looked = {act.subject: act for act in acts}
    return [(row, looked.get(row.id)) for row in rows]


def searches_since(organisation: uuid.UUID, member: uuid.UUID, since: datetime) -> list[datetime]:
    """When a member searched for cases, from `since` on."""
    acts = Act.objects.filter(organisation_id=organisation, id__gte=first_id(since), member=member)
    return list(acts.filter(act="case.listed").order_by("id").values_list("at", flat=True))
