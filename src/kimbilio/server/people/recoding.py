"""Search codes written anew, when an organisation changes the secret they hang on.

What was known earlier can be found by too: it stands in the sealed details of the acts that changed it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from kimbilio.server.journal.selectors import acts_of_case, details_of
from kimbilio.server.kernel import sealed
from kimbilio.server.kernel.rows import acting_for

from .models import Case, Person
from .search import codes_rewrite, codes_write


def persons_recode(organisation: uuid.UUID, *, batch: int, last: bool = False) -> Iterator[int]:
    """Write the codes of every person under the secret to come as well; with `last`, under today's alone.

    `batch` persons in a transaction, each held meanwhile; yields how many there were each time. An erased person
    has no codes and gets none.
    """
    after = uuid.UUID(int=0)
    while True:
        with acting_for(organisation):
            rows = Person.objects.select_for_update().filter(organisation_id=organisation, id__gt=after)
            persons = list(rows.order_by("id")[:batch])
            documents = sealed.read_many(persons)
            for person in persons:
                if person.id in documents:
                    _recode(person, documents[person.id], last=last)
        if not persons:
            return
        after = persons[-1].id
        yield len(persons)


def _recode(person: Person, facts: Mapping[str, Any], *, last: bool) -> None:
    cases = list(Case.objects.filter(person=person))
    screenings = sealed.read_many(cases).values()
    needs = [need["category"] for screening in screenings for need in screening.get("needs", [])]
    changed = [act for case in cases for act in acts_of_case(case.id).filter(act="person.facts_added")]
    earlier = [detail["before"] for detail in details_of(changed).values()]
    if last:
        codes_rewrite(person, [facts, *earlier], needs=needs)
    else:
        for some in (facts, *earlier):
            codes_write(person, some, needs=needs)
