"""One table: an attempt of a member on an invented person. Codes of answers only; there is no free text to practise."""

from __future__ import annotations

from django.db import models

from kimbilio.server.identity.models import Member
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import OwnedRow


class Attempt(OwnedRow):
    """One meeting with an invented person, from the first answer to the comparison; after that it does not change."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    pack = models.CharField(max_length=20)
    person = models.CharField(max_length=40, help_text="Id of the invented person in the pack")
    answers = models.JSONField(default=dict, help_text="Codes by question")
    asked = models.JSONField(
        default=dict, help_text="Questions asked or looked at, and whether nobody else could hear"
    )
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table_comment = "Attempts on invented people; never a case, never counted."
        constraints = [
            models.UniqueConstraint(
                fields=["member", "pack", "person"],
                condition=models.Q(finished_at=None),
                name="one_attempt_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["organisation", "member"], name="attempt_by_member")]

    def __str__(self) -> str:
        return f"{self.person} {self.id}"
