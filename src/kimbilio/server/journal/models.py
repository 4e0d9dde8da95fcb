"""One table: the act. Rows are written once; the roles of the program cannot change or delete them."""

from __future__ import annotations

from django.db import models

from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import OwnedRow


class Act(OwnedRow):
    """One thing that happened. What describes a person is in `sealed`, under that person's key."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    transaction = models.UUIDField(help_text="Made by whoever asked; the same request again is the same act")
    act = models.CharField(max_length=60, help_text="noun.verb, see journal.acts")
    subject = models.UUIDField(help_text="Row the act is about")
    case = models.UUIDField(null=True, help_text="Case on whose timeline the act stands")
    member = models.UUIDField(null=True, help_text="Who did it; empty for the program itself")
    device = models.UUIDField(null=True)
    at = models.DateTimeField(auto_now_add=True)
    codes = models.JSONField(
        default=dict, help_text="Codes without personal data: state, reason code, desk id"
    )
    sealed = models.BinaryField(null=True, help_text="What was changed from what to what, encrypted")
    rows_hash = models.BinaryField(null=True, help_text="Keyed hash of what the act wrote")

    append_only = True

    class Meta:
        db_table_comment = "Acts, append-only: the one book of what happened."
        constraints = [models.UniqueConstraint(fields=["transaction", "act", "subject"], name="one_act_once")]
        indexes = [
            models.Index(fields=["case", "id"], name="act_by_case"),
            models.Index(fields=["organisation", "id"], name="act_by_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.id}"
