"""Notices, whom they are for, by which ways each goes out, and every attempt; and how members are reached.

A notice knows what it is about by kind and id alone. How a member is reached is sealed under a key of its own,
since staff are at risk too.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kimbilio.server.identity.models import Desk, Member
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import OwnedRow
from kimbilio.server.kernel.sealed import SealedRow


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    PUSH = "push", _("This browser")


class Urgency(models.TextChoices):
    EMERGENCY = "emergency", _("Emergency")
    URGENT = "urgent", _("Urgent")
    NORMAL = "normal", _("Normal")


class Way(OwnedRow, SealedRow):
    """One way to reach a member. Sealed: the address, the number, or the browser's subscription."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="ways")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    ring = models.UUIDField(help_text="Key ring of this way alone; destroyed when the way is removed")
    fingerprint = models.BinaryField(help_text="Keyed hash of the address: the same one is entered once")
    made_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    code_hash = models.BinaryField(null=True, help_text="Keyed hash of the code that was sent to it")
    code_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Wrong codes entered")

    class Meta:
        db_table_comment = "Ways to reach members, sealed."
        constraints = [models.UniqueConstraint(fields=["member", "fingerprint"], name="one_way_once")]

    def __str__(self) -> str:
        return str(self.id)


class Reach(OwnedRow):
    """What a member chose: in which language, and between which hours only an emergency may ring."""

    member = models.OneToOneField(Member, primary_key=True, on_delete=models.CASCADE, related_name="reach")
    language = models.CharField(max_length=10)
    quiet_from = models.TimeField(null=True, help_text="In the organisation's time zone")
    quiet_until = models.TimeField(null=True)

    class Meta:
        db_table_comment = "In which language and when members want notices."
        constraints = [
            models.CheckConstraint(
                name="quiet_hours_have_both_ends",
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Duty(OwnedRow):
    """A member took the duty of a desk, until a time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    desk = models.ForeignKey(Desk, on_delete=models.CASCADE, related_name="duties")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="duties")
    since = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField()

    class Meta:
        db_table_comment = "Who is on duty at a desk, until when."
        indexes = [models.Index(fields=["desk", "until"], name="duty_by_desk")]

    def __str__(self) -> str:
        return str(self.id)


class Notice(OwnedRow):
    """Something waits. The reference is made for this notice alone and expires with it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.CharField(max_length=11, unique=True, help_text="N-7Q4M-2XPB")
    kind = models.CharField(max_length=20, help_text="What it is about; names the page it leads to")
    about = models.UUIDField(help_text="Id of that thing")
    urgency = models.CharField(max_length=10, choices=Urgency.choices)
    once = models.CharField(
        max_length=120, help_text="Made by whoever asked; the same request is the same notice"
    )
    desk = models.ForeignKey(Desk, null=True, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table_comment = "Notices that something waits."
        constraints = [models.UniqueConstraint(fields=["organisation", "once"], name="one_notice_once")]
        indexes = [models.Index(fields=["organisation", "kind", "about"], name="notice_by_thing")]

    def __str__(self) -> str:
        return self.reference


class Settlement(OwnedRow):
    """What the notice told of waits no longer: nothing more is sent."""

    notice = models.OneToOneField(
        Notice, primary_key=True, on_delete=models.CASCADE, related_name="settlement"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table_comment = "Notices of which nothing more is sent."

    def __str__(self) -> str:
        return str(self.pk)


class Receiver(OwnedRow):
    """A member for whom a notice is."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="receivers")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table_comment = "For whom each notice is."
        constraints = [models.UniqueConstraint(fields=["notice", "member"], name="one_receiver_once")]

    def __str__(self) -> str:
        return str(self.id)


class Delivery(OwnedRow):
    """One notice on its way to one receiver by one way."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    receiver = models.ForeignKey(Receiver, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    way = models.ForeignKey(Way, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        db_table_comment = "Notices on their way, one row for each way of each receiver."
        constraints = [models.UniqueConstraint(fields=["receiver", "way"], name="one_delivery_a_way")]

    def __str__(self) -> str:
        return str(self.id)


class Attempt(OwnedRow):
    """What happened to a delivery: an attempt began (written before anything is sent), and how it ended."""

    class Step(models.TextChoices):
        BEGAN = "began", _("began")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed, tried again later")
        GAVE_UP = "gave_up", _("given up")
        SKIPPED = "skipped", _("not needed any more")
        DELIVERED = "delivered", _("delivered")
        UNDELIVERED = "undelivered", _("not delivered")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="attempts")
    n = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=12, choices=Step.choices)
    code = models.CharField(max_length=40, blank=True, help_text="Why, as a code; never what a server said")
    at = models.DateTimeField(auto_now_add=True)

    append_only = True

    class Meta:
        db_table_comment = "Attempts to deliver notices, append-only; codes only."
        constraints = [
            models.UniqueConstraint(fields=["delivery", "n", "step"], name="one_step_of_an_attempt")
        ]
        indexes = [models.Index(fields=["organisation", "step", "at"], name="attempt_by_step")]

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.n} {self.step}"
