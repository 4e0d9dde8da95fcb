"""The act, and what seals it: its position, the roots of the tree. Rows are written once; the roles of the program
cannot change or delete them.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import CURRENT, OwnedRow


class TransactionNumber(models.Field):  # type: ignore[type-arg]  # takes no parameter when it runs
    """PostgreSQL's number of a writing transaction (`xid8`), given by the database itself."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(value)  # a bare number would be of another type


class Act(OwnedRow):
    """One thing that happened. What describes a person is in `sealed`, under that person's key.

    Acts from before `written_in` and `mark` bear the number of the transaction that added the column, and no mark.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    transaction = models.UUIDField(help_text="Made by whoever asked; the same request again is the same act")
    act = models.CharField(max_length=60, help_text="noun.verb, see journal.acts")
    subject = models.UUIDField(help_text="Row the act is about")
    case = models.UUIDField(null=True, help_text="Case on whose timeline the act stands")
    member = models.UUIDField(null=True, help_text="Who did it; empty for the program itself")
    device = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now, editable=False)
    codes = models.JSONField(
        default=dict, help_text="Codes without personal data: state, reason code, desk id"
    )
    sealed = models.BinaryField(null=True, help_text="What was changed from what to what, encrypted")
    rows_hash = models.BinaryField(null=True, help_text="Keyed hash of what the act wrote")
    mark = models.BinaryField(
        null=True,
        help_text="Keyed hash of all the act says: the program wrote it, not a hand at a SQL prompt",
    )
    written_in = TransactionNumber(
        db_default=models.Func(function="pg_current_xact_id"),
        editable=False,
        help_text="The transaction that wrote it; says when the sealer may give it a position",
    )

    append_only = True
    row_check = f"organisation_id = {CURRENT} and written_in = pg_current_xact_id()"

    class Meta:
        db_table_comment = "Acts, append-only: the one book of what happened."
        constraints = [models.UniqueConstraint(fields=["transaction", "act", "subject"], name="one_act_once")]
        indexes = [
            models.Index(fields=["case", "id"], name="act_by_case"),
            models.Index(fields=["organisation", "id"], name="act_by_organisation"),
            models.Index(fields=["organisation", "written_in"], name="act_by_transaction"),
            models.Index(
                fields=["member", "id"], name="act_searches_of_member", condition=models.Q(act="case.listed")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.id}"


class Seal(OwnedRow):
    """The position of one act in its organisation's book, and the hash of all it says: one leaf of the tree.

    Positions start at 1 and have no gap. `word` says what kind of act stood here, should the act itself be gone.
    """

    id = models.BigAutoField(primary_key=True)
    position = models.PositiveBigIntegerField()
    act = models.OneToOneField(Act, on_delete=models.PROTECT, db_constraint=False, related_name="seal")
    word = models.CharField(max_length=60)
    leaf = models.BinaryField(help_text="RFC 9162 leaf hash, 32 bytes")

    append_only = True

    class Meta:
        db_table_comment = "Positions and leaf hashes of acts, append-only."
        constraints = [
            models.UniqueConstraint(fields=["organisation", "position"], name="one_act_a_position")
        ]

    def __str__(self) -> str:
        return str(self.position)


class Root(OwnedRow):
    """The tree after one sealing: its size (the last position), its root, and what it takes to grow it further."""

    id = models.BigAutoField(primary_key=True)
    size = models.PositiveBigIntegerField()
    root = models.BinaryField(help_text="RFC 9162 root hash, 32 bytes")
    frontier = models.BinaryField(help_text="Roots of its complete subtrees, the largest first")
    horizon = TransactionNumber(help_text="Every act of an older transaction has its position")
    at = models.DateTimeField(default=timezone.now, editable=False)

    append_only = True

    class Meta:
        db_table_comment = "Roots of the tree of each organisation's acts, one a sealing, append-only."
        constraints = [models.UniqueConstraint(fields=["organisation", "size"], name="one_root_a_size")]

    def __str__(self) -> str:
        return f"{self.size} {bytes(self.root).hex()}"


class Witness(OwnedRow):
    """Another organisation that keeps the roots of this one's book. Once named it stays: whoever wants to rewrite the
    book must not be able to send the witness away first.
    """

    id = models.BigAutoField(primary_key=True)
    witness = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")
    named_by = models.UUIDField(null=True, help_text="Member")
    at = models.DateTimeField(default=timezone.now, editable=False)

    append_only = True
    row_policy = f"organisation_id = {CURRENT} or witness_id = {CURRENT}"
    row_check = f"organisation_id = {CURRENT}"

    class Meta:
        db_table_comment = "Which organisation keeps the roots of which other."
        constraints = [
            models.UniqueConstraint(fields=["organisation", "witness"], name="one_witness_once"),
            models.CheckConstraint(
                condition=~models.Q(witness=models.F("organisation")), name="nobody_is_their_own_witness"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.witness_id} of {self.organisation_id}"


class WitnessedRoot(OwnedRow):
    """A root of another organisation's book, as its witness took it. The row belongs to the witness."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    about = models.ForeignKey("identity.Organisation", on_delete=models.PROTECT, related_name="+")
    size = models.PositiveBigIntegerField()
    root = models.BinaryField(help_text="RFC 9162 root hash, 32 bytes")
    at = models.DateTimeField(default=timezone.now, editable=False)

    append_only = True
    row_policy = f"organisation_id = {CURRENT} or about_id = {CURRENT}"
    row_check = f"organisation_id = {CURRENT}"

    class Meta:
        db_table_comment = "Roots of other organisations' books, kept by their witnesses."
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "about", "size"], name="one_witnessed_root_a_size"
            )
        ]

    def __str__(self) -> str:
        return f"{self.size} {bytes(self.root).hex()}"


class Digest(OwnedRow):
    """What was unusual in how the members of an organisation looked at records, one week."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    week = models.DateField(help_text="Its Monday, where the organisation works")
    counts = models.JSONField(help_text="By member: see rules.looking.Week")
    lines = models.JSONField(help_text="Members with reasons: code, count, what would be usual")
    at = models.DateTimeField(default=timezone.now, editable=False)

    append_only = True

    class Meta:
        db_table_comment = "Weekly digests of unusual access: codes, counts and members, append-only."
        constraints = [models.UniqueConstraint(fields=["organisation", "week"], name="one_digest_a_week")]

    def __str__(self) -> str:
        return str(self.week)
