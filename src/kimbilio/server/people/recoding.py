"""Finding codes written anew: when an organisation changes the secret they hang on, or when a version makes them
another way.

What was known earlier can be found by too: it stands in the sealed details of the acts that changed it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from kimbilio.server.journal.selectors import acts_of_case, details_of
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.rows import acting_for

from .models import Case, Person, SearchCode
from .search import WAY, codes_rewrite


def persons_recode(organisation: uuid.UUID, *, batch: int) -> Iterator[int]:
    """Write the codes of every person anew, under every secret under which is written now.

    `batch` persons in a transaction, each held meanwhile; yields how many there were each time. An erased person
    has no codes and gets none.
    """
    after = uuid.UUID(int=0)
    while True:
        with acting_for(organisation):
            rows = Person.objects.select_for_update().filter(organisation_id=organisation, id__gt=after)
            persons = list(rows.order_by("id")[:batch])
            _recode_all(organisation, persons)
        if not persons:
            return
        after = persons[-1].id
        yield len(persons)


def behind(organisation: uuid.UUID) -> bool:
    """Whether somebody's codes were made in an earlier way. To be asked while acting for the organisation."""
    return Person.objects.filter(organisation_id=organisation, coded__lt=WAY).exists()


def persons_behind_recode(organisation: uuid.UUID, *, batch: int) -> Iterator[int]:
    """The same for those whose codes were made in an earlier way; cut off, it goes on with those who are left."""
    while True:
        with acting_for(organisation):
            rows = Person.objects.select_for_update(skip_locked=True)
            persons = list(rows.filter(organisation_id=organisation, coded__lt=WAY).order_by("coded")[:batch])
            _recode_all(organisation, persons)
        if not persons:
            return
        yield len(persons)


def _recode_all(organisation: uuid.UUID, persons: list[Person]) -> None:
    documents = sealed.read_many(persons)
    for person in persons:
        if person.id in documents:
            _recode(person, documents[person.id])
    SearchCode.objects.filter(person__in=persons).delete()
    behind = [person.id for person in persons if person.coded < WAY]
    Person.objects.filter(organisation_id=organisation, id__in=behind).update(coded=WAY)


def _recode(person: Person, facts: Mapping[str, Any]) -> None:
    cases = list(Case.objects.filter(person=person))
    screenings = sealed.read_many(cases).values()
    needs = [need["category"] for screening in screenings for need in screening.get("needs", [])]
    changed = [act for case in cases for act in acts_of_case(case.id).filter(act="person.facts_added")]
    earlier = [detail["before"] for detail in details_of(changed).values()]
    codes_rewrite(person.organisation_id, [case.id for case in cases], [facts, *earlier], needs=needs)
