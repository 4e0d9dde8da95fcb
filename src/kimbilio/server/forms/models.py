"""Tables of the forms as they came: versions published, submissions verbatim, attachments, and what was
refused.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kimbilio.server.access.records import RecordQuerySet
from kimbilio.server.access.rules import Tie
from kimbilio.server.identity.models import Desk, Device, Member
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.rows import OwnedRow
from kimbilio.server.kernel.sealed import SealedRow

KINDS = {"screening": _("Screening"), "follow_up": _("Follow-up")}
"""Kinds of forms as colleagues call them; another kind is called as its pack names it."""

TIE_COLUMNS = {Tie.ORGANISATION: "organisation_id", Tie.DESK: "desk_id", Tie.NOTICED: "member_id"}


class FormVersion(models.Model):
    """One published version of a pack's form. Never changed; a retired one is still accepted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pack = models.CharField(max_length=20)
    kind = models.CharField(max_length=40, help_text="Which handler understands it: screening, …")
    form_id = models.CharField(max_length=100)
    version = models.CharField(max_length=249)
    name = models.CharField(max_length=200)
    xform = models.TextField()
    hash = models.CharField(max_length=40, help_text="md5:… of the XForm's bytes, as OpenRosa wants it")
    published_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table_comment = "Published form versions."
        constraints = [
            models.UniqueConstraint(fields=["form_id", "version"], name="one_form_version"),
            models.UniqueConstraint(
                fields=["form_id"], condition=models.Q(retired_at=None), name="one_current_form_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.version}"

    @property
    def called(self) -> str:
        """What colleagues call the form, in the language of the page."""
        return str(KINDS.get(self.kind, self.name))


class FormMedia(models.Model):
    """One file that a form version shows (a picture, a list); no person's data."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="media")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    hash = models.CharField(max_length=40)

    class Meta:
        db_table_comment = "Files that form versions show."
        constraints = [models.UniqueConstraint(fields=["form", "name"], name="one_form_medium_of_a_name")]

    def __str__(self) -> str:
        return self.name


class PhoneKey(OwnedRow, SealedRow):
    """The key to which the phones of an organisation close their forms, from when a steward asked for it until
    it ended. An ended one still opens what phones closed to it: they come back after months.

    Sealed: the private key, under a data key that a rotation closes anew like any other.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    public = models.BinaryField(help_text="RSA public key, SubjectPublicKeyInfo in DER")
    begun_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table_comment = "Keys to which phones close their forms."
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=models.Q(ended_at=None), name="one_phone_key_in_use"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Submission(OwnedRow, SealedRow):
    """One filled form, verbatim, sealed with a key of its own that later joins the person's ring.

    Sealed: the XML in base64 as it came, and, if it came closed, what it says when opened. `started_at` and
    `ended_at` are the word of the phone's clock, which may be wrong; what came first is told by `id`, made when
    the form arrived.
    """

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        UNDERSTOOD = "understood", _("Understood")
        NEEDS_A_LOOK = "needs_a_look", _("Needs a look")
        SETTLED = "settled", _("Looked at")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    instance = models.CharField(max_length=249, help_text="instanceID, made on the phone")
    corrects = models.OneToOneField(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="correction",
        help_text="The form this one replaces",
    )
    ring = models.UUIDField()
    xml_hash = models.BinaryField(
        help_text="Keyed hash of the verbatim XML: the same form again is recognised"
    )
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True, help_text="By the phone's clock")
    ended_at = models.DateTimeField(null=True, help_text="By the phone's clock")
    received_at = models.DateTimeField(help_text="By the server's clock")
    files_missing = models.PositiveSmallIntegerField(
        default=0, help_text="Files the form names that have not come"
    )
    state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVED)
    reasons = models.JSONField(
        default=list, help_text="Codes of why it needs a look (forms.reasons); never a value"
    )
    case = models.UUIDField(null=True, blank=True, help_text="Case it became, set when understood")

    tie_columns = TIE_COLUMNS
    hashed_by_acts = True
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Filled forms, verbatim and sealed."
        constraints = [
            models.UniqueConstraint(fields=["organisation", "instance"], name="one_submission_once"),
            models.CheckConstraint(
                condition=~models.Q(state="understood") | models.Q(case__isnull=False),
                name="understood_has_a_case",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="needs_a_look") | ~models.Q(reasons=[]),
                name="needs_a_look_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state", "-id"], name="submission_by_state"),
            models.Index(fields=["case"], name="submission_by_case", condition=models.Q(case__isnull=False)),
            models.Index(
                fields=["organisation", "id"],
                name="submission_to_look_at",
                condition=models.Q(state__in=["received", "needs_a_look"]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Refusal(OwnedRow, SealedRow):
    """Another form under an instance that is already taken: refused, and kept, because a silent loss is
    worse.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="refusals")
    ring = models.UUIDField()
    xml_hash = models.BinaryField()
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(help_text="By the server's clock")
    settled_at = models.DateTimeField(null=True, help_text="When a person had looked at it")

    tie_columns = TIE_COLUMNS
    hashed_by_acts = True
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Forms refused under an instance already taken; kept sealed."
        constraints = [models.UniqueConstraint(fields=["submission", "xml_hash"], name="one_refusal_once")]

    def __str__(self) -> str:
        return str(self.id)


class Attachment(OwnedRow, SealedRow):
    """One file that came with a form. Its name and type are sealed; its bytes lie encrypted in the blob
    folder.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="attachments")
    refusal = models.ForeignKey(Refusal, null=True, on_delete=models.PROTECT, related_name="attachments")
    file_hash = models.BinaryField(help_text="Keyed hash of name and bytes: the same file comes once")
    size = models.PositiveIntegerField(help_text="Bytes")

    append_only = True
    tie_columns = {
        Tie.ORGANISATION: "organisation_id",
        Tie.DESK: "submission__desk_id",
        Tie.NOTICED: "submission__member_id",
    }
    objects = RecordQuerySet.as_manager()

    class Meta:
        db_table_comment = "Files that came with forms."
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "refusal", "file_hash"],
                nulls_distinct=False,
                name="one_attachment_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class Sheet(OwnedRow):
    """One sheet of paper that was printed: blank until somebody typed it in, or printed from a filled form.

    Its number is drawn at random and tells nothing; only this row joins it to a form.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.CharField(max_length=14, unique=True, help_text="S-…, as on each page and in its QR")
    form = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10)
    blank = models.BooleanField(help_text="Printed without answers")
    submission = models.ForeignKey(
        Submission,
        null=True,
        on_delete=models.PROTECT,
        related_name="sheets",
        help_text="The filled form it shows, or that was typed in from it",
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", help_text="Who printed it")
    printed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table_comment = "Printed sheets by their random number."
        constraints = [
            models.CheckConstraint(
                condition=models.Q(blank=True) | models.Q(submission__isnull=False),
                name="filled_sheet_shows_a_form",
            )
        ]

    def __str__(self) -> str:
        return self.number
