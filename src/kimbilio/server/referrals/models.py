"""Two tables: the referral, a row on each side, and the override. What both sides know is joined by `thread`
alone.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kimbilio.rules.referral import Party
from kimbilio.server.access.records import RecordQuerySet
from kimbilio.server.identity.models import Desk, Member, Organisation
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import OwnedRow
from kimbilio.server.kernel.sealed import SealedRow


class Referral(OwnedRow, SealedRow):
    """A person directed to another provider, as the sender or as the receiver holds it.

    Sealed, sender: category, pathway, profile, fields chosen, envelope as it went, question, answers heard.
    Sealed, receiver: envelope as it came, question, answers, acceptance, notes.
    """

    class Side(models.TextChoices):
        SENT = "sent", _("Sent")
        RECEIVED = "received", _("Received")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        INFORMATION_NEEDED = "information_needed", _("Information needed")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")
        ARRIVED = "arrived", _("Arrived")
        NOT_ARRIVED = "not_arrived", _("Not arrived")
        IN_SERVICE = "in_service", _("In service")
        COMPLETED = "completed", _("Completed")
        CLOSED = "closed", _("Closed")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Answer overdue")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    thread = models.UUIDField(help_text="The same on both sides")
    side = models.CharField(max_length=10, choices=Side.choices)
    case = models.ForeignKey("people.Case", on_delete=models.PROTECT, related_name="referrals")
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="+", help_text="Desk addressed")
    other = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The organisation on the other side",
    )
    consent = models.ForeignKey("people.Consent", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    priority = models.CharField(max_length=20, help_text="A priority of the pack")
    within_minutes = models.PositiveIntegerField(
        null=True, help_text="Shortest time that the pathway names for the receiving agency"
    )
    sent_at = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True, help_text="When the desk must have acknowledged it")
    answered_at = models.DateTimeField(null=True, help_text="First answer of the receiving desk")
    accepted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(
        null=True, help_text="When the running clock runs out; empty when none runs"
    )
    rung = models.PositiveSmallIntegerField(default=0, help_text="How many rungs of the ladder were told")
    rings = models.PositiveSmallIntegerField(
        db_default=0, default=0, help_text="How often an emergency was rung again"
    )
    escalate_at = models.DateTimeField(null=True, help_text="When the clock job must look again")
    said = models.PositiveSmallIntegerField(default=0, help_text="How many envelopes this side has posted")
    heard = models.PositiveSmallIntegerField(
        default=0, help_text="Number of the newest envelope of the other side"
    )

    case_path = "case__"
    hashed_by_acts = True
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Referrals as each side holds them."
        constraints = [
            models.UniqueConstraint(fields=["organisation", "thread", "side"], name="one_referral_a_side"),
            models.CheckConstraint(
                name="sent_referral_has_its_time",
                condition=models.Q(state__in=["draft", "withdrawn"]) | models.Q(sent_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "due_at"], name="referral_by_clock"),
            models.Index(
                fields=["escalate_at"],
                name="referral_to_escalate",
                condition=models.Q(escalate_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def party(self) -> Party:
        """Which party the holder of this row is."""
        return "sender" if self.side == self.Side.SENT else "receiver"


class Override(OwnedRow):
    """A referral sent without consent to save life. A second person confirms it within 24 hours."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="override")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", help_text="Who shared")
    at = models.DateTimeField()
    confirmed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    case_path = "referral__case__"
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Sharing without consent, with the second person who confirmed it."
        constraints = [
            models.CheckConstraint(
                name="override_confirmed_by_another",
                condition=models.Q(confirmed_by=None) | ~models.Q(confirmed_by=models.F("member")),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
