"""Cases that were kept as long as the country's pack says. A steward is told; nothing is erased by itself."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.utils import timezone

from kimbilio.rules.retention import ENDS, ended_before, kept_for
from kimbilio.server.access.records import RecordQuerySet
from kimbilio.server.identity.actor import Actor
from kimbilio.server.journal.selectors import acts_of_organisation

from .country import pack_for
from .models import Case, Erasure


def cases_kept_long_enough(actor: Actor) -> RecordQuerySet[Case]:
    """Newest episodes of persons all of whose cases ended before the pack's period began, oldest first.

    Leaves out persons that are erased, or for whom it was asked.
    """
    mine: RecordQuerySet[Case] = Case.objects.filter(organisation_id=actor.organisation)
    kept = kept_for(pack_for(actor.organisation).pathways)
    if kept is None:
        return mine.none()
    since = ended_before(kept, timezone.now())
    moved = acts_of_organisation(actor.organisation).filter(act="case.stage_moved", at__gt=since)
    others = Case.objects.filter(person=OuterRef("person"))
    asked = Erasure.objects.filter(person=OuterRef("person"))
    return (
        mine.filter(stage__in=ENDS, opened_at__lt=since)
        .exclude(Exists(moved.filter(case=OuterRef("id"))))
        .exclude(Exists(others.exclude(stage__in=ENDS)))
        .exclude(Exists(others.filter(episode__gt=OuterRef("episode"))))
        .exclude(Exists(asked.filter(answer=None)) | Exists(asked.filter(answer__agreed=True)))
        .select_related("person")
        .order_by("id")
    )
