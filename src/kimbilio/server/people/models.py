"""Tables of the people helped.

Clear are only codes, desks, stage, priority and clocks; what describes a person is sealed.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kimbilio.server.access.records import RecordQuerySet
from kimbilio.server.access.rules import Tie
from kimbilio.server.identity.models import Desk, Member
from kimbilio.server.kernel.ids import new_code, new_id
from kimbilio.server.kernel.rows import OwnedRow
from kimbilio.server.kernel.sealed import SealedRow


class Person(OwnedRow, SealedRow):
    """A person as one organisation knows them. Two organisations that know the same person hold two rows."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=14, unique=True, default=new_code)
    ring = models.UUIDField(help_text="Key ring; destroying it erases the person")
    registered_at = models.DateTimeField(auto_now_add=True)
    coded = models.PositiveSmallIntegerField(
        db_default=0, help_text="In which way its finding codes were made (people.search.WAY)"
    )

    case_path = "cases__"
    hashed_by_acts = True
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Persons; names and everything describing are sealed with the person's key."
        indexes = [models.Index(fields=["organisation", "coded"], name="person_by_way_of_codes")]

    def __str__(self) -> str:
        return self.code


class Case(OwnedRow, SealedRow):
    """One episode of a person: needs, priority, the desk responsible, the stage."""

    class Stage(models.TextChoices):
        NOTICED = "noticed", _("Noticed")
        REFERRED = "referred", _("Referred")
        IN_CARE = "in_care", _("In care")
        SETTLED = "settled", _("Settled")
        CLOSED = "closed", _("Closed")

    class Priority(models.TextChoices):
        EMERGENCY = "emergency", _("Emergency")
        URGENT = "urgent", _("Urgent")
        NORMAL = "normal", _("Normal")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    episode = models.PositiveSmallIntegerField(default=1)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.NOTICED)
    priority = models.CharField(max_length=20, choices=Priority.choices, default=Priority.NORMAL)
    assigned_to = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    noticed_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    noticed_at = models.DateTimeField(help_text="When the person was met, by the device's own clock")
    opened_at = models.DateTimeField(auto_now_add=True)

    case_path = ""
    hashed_by_acts = True
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Episodes of persons; needs and answers are sealed with the person's key."
        constraints = [models.UniqueConstraint(fields=["person", "episode"], name="one_case_an_episode")]
        indexes = [
            models.Index(fields=["organisation", "-id"], name="case_newest"),
            models.Index(fields=["desk", "-id"], name="case_newest_of_desk"),
            models.Index(fields=["noticed_by", "-id"], name="case_newest_noticed_by"),
            models.Index(fields=["assigned_to", "-id"], name="case_newest_assigned_to"),
            models.Index(fields=["organisation", "stage", "-id"], name="case_newest_of_stage"),
            models.Index(fields=["organisation", "priority", "-id"], name="case_newest_of_priority"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """The code a person reads: the person's, with `/2`, `/3` for later episodes."""
        return self.person.code if self.episode == 1 else f"{self.person.code}/{self.episode}"


class Consent(OwnedRow, SealedRow):
    """What a person agreed to, asked once: for whom, which fields, how, until when. Never changed, only withdrawn."""

    class Scope(models.TextChoices):
        TALK = "talk", _("To talk")
        REFER = "refer", _("To be referred")
        MOVE = "move", _("To travel")
        STATISTICS = "statistics", _("To be counted")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="consents")
    scope = models.CharField(max_length=20, choices=Scope.choices)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)

    case_path = "case__"
    append_only = True
    hashed_by_acts = True
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Consents as given; answer, recipient and fields are sealed with the person's key."

    def __str__(self) -> str:
        return str(self.id)


class Withdrawal(OwnedRow):
    """A consent taken back."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    at = models.DateTimeField(auto_now_add=True)

    case_path = "consent__case__"
    append_only = True
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Consents taken back."

    def __str__(self) -> str:
        return str(self.id)


class SearchCode(OwnedRow):
    """A code as versions before `FindingCode` wrote it. Nothing reads it; coding persons anew empties it."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="search_codes")
    kind = models.CharField(max_length=20)
    code = models.BinaryField()

    case_path = "person__cases__"
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Keyed search codes of earlier versions, emptied as persons are coded anew."
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind", "code", "person"], name="one_search_code")
        ]

    def __str__(self) -> str:
        return self.kind


class FindingCode(OwnedRow):
    """One keyed code under which a case can be found; it tells nothing without the organisation's key.

    The key is the row: the cases of one code lie together, newest last, so that a page of a list is one short walk
    however many there are.
    """

    pk = models.CompositePrimaryKey("organisation_id", "code", "case_id")
    organisation = models.ForeignKey(
        "identity.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    code = models.BigIntegerField(help_text="The first 64 bits of the keyed hash")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="finding_codes")

    tie_columns = {
        Tie.ORGANISATION: "organisation_id",
        Tie.DESK: "case__desk_id",
        Tie.ASSIGNED: "case__assigned_to_id",
        Tie.NOTICED: "case__noticed_by_id",
    }
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = (
            "Keyed codes under which cases are found; a btree walks them under row-level security."
        )

    def __str__(self) -> str:
        return str(self.code)


class Erasure(OwnedRow):
    """Somebody asked that a person be erased. What came of it is its answer; both are never changed."""

    class Reason(models.TextChoices):
        PERSON_WISH = "person_wish", _("The person wishes it")
        RETENTION_ENDED = "retention_ended", _("The time for keeping it has ended")
        BY_MISTAKE = "by_mistake", _("It was entered by mistake")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="erasures")
    reason = models.CharField(max_length=20, choices=Reason.choices)
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    case_path = "person__cases__"
    append_only = True
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Erasures asked for; one person asks, another answers."

    def __str__(self) -> str:
        return str(self.id)


class ErasureAnswer(OwnedRow):
    """What a second person said to an erasure. After a yes the person's keys are destroyed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    erasure = models.OneToOneField(Erasure, on_delete=models.PROTECT, related_name="answer")
    agreed = models.BooleanField()
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    answered_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    case_path = "erasure__person__cases__"
    append_only = True
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Answers to erasures, by a second person."
        constraints = [
            models.CheckConstraint(
                name="erasure_answered_by_another",
                condition=~models.Q(answered_by=models.F("asked_by")),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
