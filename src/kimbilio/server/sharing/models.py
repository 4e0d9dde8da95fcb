"""One table: the envelope. Sender and receiver see the row; only the receiver can open it, only the sender
wrote it.
"""

from __future__ import annotations

from django.db import models

from kimbilio.server.identity.models import Organisation
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import CURRENT


class Envelope(models.Model):
    """Values given by one organisation to another, once. Insert-only."""

    class Kind(models.TextChoices):
        REFERRAL = "referral"
        STATE = "state"
        ANSWER = "answer"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sender = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    thread = models.UUIDField(db_index=True, help_text="What both sides call the thing it is about")
    sent_at = models.DateTimeField(auto_now_add=True)
    closed = models.BinaryField(
        help_text="HPKE to the receiver's key, bound to sender, receiver, kind and thread"
    )

    append_only = True
    row_policy = f"sender_id = {CURRENT} or receiver_id = {CURRENT}"
    row_check = f"sender_id = {CURRENT}"

    class Meta:
        db_table_comment = "Envelopes between organisations; insert-only, sealed to the receiver."
        constraints = [
            models.CheckConstraint(
                name="envelope_leaves_its_sender", condition=~models.Q(sender=models.F("receiver"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
