"""Tables of the people who help, not of the people helped: they carry no row policy, because every organisation
must be able to find another's desk."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kimbilio.server.kernel.ids import new_id


class Named(models.Model):
    """Something with a name, and names of its own in further languages.

    `name_ar` is what the version before kept; it is written along until no process of that version runs, and read
    for rows that such a process wrote. See docs/explanation/upgrades.md.
    """

    name: models.CharField[str, str]
    names = models.JSONField(
        default=dict, db_default={}, blank=True, help_text='By BCP 47 language: {"ar": …, "fr": …}'
    )
    name_ar = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        abstract = True

    def save(self, **how: Any) -> None:
        """Write the row, and the column that the version before reads."""
        self.name_ar = self.names.get("ar", self.name_ar)
        if how.get("update_fields") is not None and "names" in how["update_fields"]:
            how["update_fields"] = {*how["update_fields"], "name_ar"}
        super().save(**how)

    @property
    def called(self) -> str:
        """The name in the language of the page."""
        return self.name_in(get_language() or "")

    def name_in(self, language: str) -> str:
        """The name in a language, such as `ar` or `ar-sd`; the common name where there is none of its own."""
        known = {"ar": self.name_ar} | self.names
        return known.get(language) or known.get(language.partition("-")[0]) or self.name


class User(AbstractUser):
    """A person who signs in. As whom they act is decided by the membership they choose."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Meta:
        db_table_comment = "Accounts of those who work with Kimbilio."


class Organisation(Named):
    """A ministry, an agency, a civil society organisation. Owns its records; holds its own master key."""

    class Kind(models.TextChoices):
        GOVERNMENT = "government", _("Government")
        UN = "un", _("United Nations")
        CIVIL_SOCIETY = "civil_society", _("Civil society")
        HEALTH = "health", _("Health service")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    country = models.CharField(max_length=3, help_text="ISO 3166-1 alpha-3")
    pack = models.CharField(max_length=20, help_text="Id of the country pack the organisation works with")
    agency = models.CharField(max_length=40, blank=True, help_text="Its id in the pack's agencies")
    time_zone = models.CharField(max_length=40, default="UTC")
    envelope_key = models.BinaryField(help_text="X25519 public key that envelopes for it are sealed to")
    invented = models.BooleanField(default=False, help_text="Belongs to the demo world")

    class Meta:
        db_table_comment = "Organisations that work on this instance."

    def __str__(self) -> str:
        return self.name


class Desk(Named):
    """A duty desk: a role that answers referrals, never a person. Two focal points stand behind it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="desks")
    name = models.CharField(max_length=200)
    service_types = models.JSONField(default=list, help_text="Service types of the pack it offers")
    languages = models.JSONField(default=list, help_text="BCP 47 tags spoken at the desk")
    hours = models.JSONField(
        default=dict,
        help_text='Opening hours by weekday: {"mon": [["08:00", "17:00"]], …}; {} means day and night',
    )
    area = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    location_confidential = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Where it is may be known to its own organisation alone; read area and phone through places.place_of",
    )
    focal_point_1 = models.ForeignKey(
        "Member", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    focal_point_2 = models.ForeignKey(
        "Member", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    verified_on = models.DateField(null=True, blank=True, help_text="When the entry was last checked")
    receives_referrals = models.BooleanField(default=True)
    open = models.BooleanField(default=True)

    class Meta:
        db_table_comment = "Duty desks that answer referrals."
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="one_desk_of_a_name")]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A user's place in one organisation: a role, and the desks they serve."""

    class Role(models.TextChoices):
        OFFICER = "officer", _("Officer")
        CASEWORKER = "caseworker", _("Caseworker")
        SUPERVISOR = "supervisor", _("Supervisor")
        COORDINATOR = "coordinator", _("Coordinator")
        REGISTRAR = "registrar", _("Registrar")
        ANALYST = "analyst", _("Analyst")
        STEWARD = "steward", _("Steward")
        AUDITOR = "auditor", _("Auditor")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    role = models.CharField(max_length=20, choices=Role.choices)
    name = models.CharField(max_length=120, help_text="As colleagues know them")
    desks = models.ManyToManyField(Desk, blank=True, related_name="members")
    active = models.BooleanField(default=True)

    class Meta:
        db_table_comment = "Users as members of organisations."
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="one_membership_in_an_organisation")
        ]

    def __str__(self) -> str:
        return self.name


class Device(models.Model):
    """An enrolled phone of one member. Its token is kept only as a hash and can be revoked at any moment."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="devices")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="devices")
    desk = models.ForeignKey(
        Desk, on_delete=models.PROTECT, related_name="+", help_text="Where its cases start"
    )
    name = models.CharField(max_length=80)
    token_hash = models.BinaryField(unique=True)
    enrolled_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    first_use_by = models.DateTimeField(
        null=True, blank=True, help_text="Until when its code may be used for the first time; null for ever"
    )
    bound_to = models.BinaryField(null=True, help_text="Hash of the deviceID that used the code first")
    bound_at = models.DateTimeField(null=True, blank=True)
    owed = models.FloatField(
        default=0, db_default=0, help_text="Requests of late that the limit has not yet forgiven"
    )

    class Meta:
        db_table_comment = "Enrolled phones; the token itself is never stored."

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """What a phone is called in a queue, where a name might say too much."""
        return f"P-{self.id.hex[-6:].upper()}"


class Knock(models.Model):
    """Another phone tried the code of an enrolled one, and waits for a steward: one at a time for each phone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="knocks")
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table_comment = "Uses of a phone's code by another phone."
        constraints = [
            models.UniqueConstraint(
                fields=["device"], condition=models.Q(settled_at=None), name="one_open_knock_of_a_device"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class EnrolmentCode(models.Model):
    """A one-time code that our own app exchanges for a token. Kept as a hash; `place` finds it and is no secret."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="codes")
    place = models.CharField(max_length=6, unique=True)
    code_hash = models.BinaryField()
    ends_at = models.DateTimeField()
    wrong = models.PositiveSmallIntegerField(default=0, help_text="Wrong guesses at this place")
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table_comment = "One-time codes for phones, as hashes."

    def __str__(self) -> str:
        return str(self.id)


class MemberCode(models.Model):
    """A one-time code with which a member sets a password. Kept as a hash; `place` finds it and is no secret."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="codes")
    place = models.CharField(max_length=6, unique=True)
    code_hash = models.BinaryField()
    ends_at = models.DateTimeField()
    factor_lost = models.BooleanField(
        default=False, db_default=False, help_text="Its use ends the member's passkeys and code apps"
    )
    wrong = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Wrong guesses at this place")
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table_comment = "One-time codes for members' passwords, as hashes."

    def __str__(self) -> str:
        return str(self.id)


class Remembered(models.Model):
    """What all processes must remember for a while: how often a password was tried, which codes were used."""

    key = models.BinaryField(primary_key=True, help_text="Keyed hash of what is remembered")
    value = models.JSONField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table_comment = "Tries at passwords and codes that were used, for all processes, for minutes."

    def __str__(self) -> str:
        return str(self.ends_at)


class EnrolmentTries(models.Model):
    """How often an address has tried codes of late, so that guessing is slow whichever process answers."""

    address = models.BinaryField(primary_key=True, help_text="Keyed hash of the network address")
    since = models.DateTimeField()
    tries = models.PositiveIntegerField()

    class Meta:
        db_table_comment = "Tries at one-time codes, by network address."

    def __str__(self) -> str:
        return str(self.since)
