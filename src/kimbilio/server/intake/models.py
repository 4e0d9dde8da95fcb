"""Emergencies by the phone that sent them, and the floods in which they wait for a supervisor."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kimbilio.server.access.records import RecordQuerySet
from kimbilio.server.access.rules import Tie
from kimbilio.server.identity.models import Device, Member
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import OwnedRow


class Flood(OwnedRow):
    """More emergencies from one phone than one person can meet. Open until a supervisor has decided."""

    class Decision(models.TextChoices):
        SEND_ALL = "send_all", _("Real: send all")
        LOOK_AT_EACH = "look_at_each", _("Look at each")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=20, choices=Decision.choices, blank=True)

    tie_columns = {Tie.ORGANISATION: "organisation_id"}
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Floods of emergencies from one phone."
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=models.Q(decided_at=None), name="one_open_flood_of_a_device"
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at=None, decision="")
                | models.Q(decided_at__isnull=False, decided_by__isnull=False) & ~models.Q(decision=""),
                name="a_decided_flood_says_by_whom_and_how",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Emergency(OwnedRow):
    """One screening that found an emergency. With a flood, its referrals wait for that flood's decision."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    submission = models.UUIDField(unique=True)
    case = models.UUIDField()
    received_at = models.DateTimeField(help_text="By the server's clock")
    flood = models.ForeignKey(Flood, null=True, on_delete=models.PROTECT, related_name="emergencies")
    released_at = models.DateTimeField(null=True, help_text="When its referrals were made after all")

    class Meta:
        db_table_comment = "Emergencies by the phone that sent them."
        indexes = [
            models.Index(fields=["device", "received_at"], name="emergency_by_phone"),
            models.Index(fields=["case"], name="emergency_by_case"),
        ]

    def __str__(self) -> str:
        return str(self.id)
