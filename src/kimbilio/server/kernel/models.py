"""The key store: wrapped keys of persons, and the tombstones of destroyed ones. It lives in a database of its own."""

from __future__ import annotations

from django.db import models


class Master(models.Model):
    """One master key that data keys may be closed with; the key itself is with the organisation's custody.

    A data key names its master, and a master that is still named cannot be removed: no rotation can end while a
    process is writing a data key under the old one.
    """

    id = models.UUIDField(primary_key=True)
    organisation_id = models.UUIDField(db_index=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table_comment = "Ids of the master keys in use; the keys themselves are never here."

    def __str__(self) -> str:
        return str(self.id)


class Key(models.Model):
    """One wrapped data key. Keys of one person share a ring; destroying the ring erases the person."""

    id = models.UUIDField(primary_key=True)
    organisation_id = models.UUIDField()
    ring = models.UUIDField(db_index=True)
    wrapped = models.BinaryField()
    master = models.ForeignKey(
        Master,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Closed with; empty in rows of versions that knew one master only",
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table_comment = "Data keys of persons, each closed with its organisation's master key."

    def __str__(self) -> str:
        return str(self.id)


class Tombstone(models.Model):
    """One key that was destroyed: a restore of an older key store replays these before anything is read."""

    key_id = models.UUIDField(primary_key=True)
    destroyed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table_comment = "Keys that were destroyed and must stay so."

    def __str__(self) -> str:
        return str(self.key_id)


class Escrow(models.Model):
    """What any two holders of recovery sheets can open: the organisation's key ring. Their codes are not here."""

    organisation_id = models.UUIDField(primary_key=True)
    name = models.CharField(
        max_length=200, help_text="The organisation's, for when the main database is lost"
    )
    holders = models.JSONField(help_text="Names of the holders, by the number of their sheet")
    public_key = models.BinaryField(help_text="X25519; the ring is sealed to it")
    pairs = models.JSONField(help_text="For every two sheets the secret key, closed with both their codes")
    ring = models.BinaryField(help_text="The key ring, sealed to the public key")
    made_at = models.DateTimeField(auto_now_add=True)
    recovered_at = models.DateTimeField(null=True)
    recovered_with = models.JSONField(default=list, help_text="Numbers of the two sheets")
    told = models.BooleanField(default=False, help_text="Whether the journal speaks of the recovery")

    class Meta:
        db_table_comment = "Key rings that two holders of recovery sheets can bring back together."

    def __str__(self) -> str:
        return self.name
