"""Django's cache in the database: limits on trying passwords and codes must hold across processes.

A cache of each process would let a guesser try once in every process, and would take a one-time code twice. Keys are
kept as keyed hashes, since they hold network addresses and sign-in names. Values are JSON: Django's own database
cache unpickles what it reads, so that whoever may write a row could run a program here, beside the keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection
from django.utils import timezone

from kimbilio.server.kernel import crypto

from .models import Remembered

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
_ADD = """
insert into identity_remembered as known (key, value, ends_at) values (%(key)s, %(value)s::jsonb, %(ends)s)
on conflict (key) do update set value = excluded.value, ends_at = excluded.ends_at where known.ends_at <= %(now)s
returning 1
"""


class SharedCache(BaseCache):
    """Keeps what `django.core.cache` is given in one table. Values are what JSON can hold."""

    def __init__(self, _location: str, parameters: Mapping[str, Any]) -> None:
        super().__init__(dict(parameters))

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value unless one is kept. Of two at once, one is told True."""
        given = {
            "key": self._hash(key, version),
            "value": Remembered._meta.get_field("value").get_db_prep_save(value, connection),
            "ends": self._ends(timeout),
            "now": timezone.now(),
        }
        with connection.cursor() as cursor:
            cursor.execute(_ADD, given)
            return cursor.fetchone() is not None

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        kept = Remembered.objects.filter(key=self._hash(key, version), ends_at__gt=timezone.now())
        found = kept.values_list("value").first()
        return default if found is None else found[0]

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        Remembered.objects.filter(ends_at__lte=timezone.now()).delete()
        Remembered.objects.update_or_create(
            key=self._hash(key, version), defaults={"value": value, "ends_at": self._ends(timeout)}
        )

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        kept = Remembered.objects.filter(key=self._hash(key, version), ends_at__gt=timezone.now())
        return bool(kept.update(ends_at=self._ends(timeout)))

    def delete(self, key: str, version: int | None = None) -> bool:
        return bool(Remembered.objects.filter(key=self._hash(key, version)).delete()[0])

    def clear(self) -> None:
        Remembered.objects.all().delete()

    def _hash(self, key: str, version: int | None) -> bytes:
        whole = self.make_key(key, version=version).encode()
        return crypto.keyed_hash(settings.SECRET_KEY.encode(), b"remembered", whole)

    def _ends(self, timeout: Any) -> datetime:
        at = self.get_backend_timeout(timeout)
        return NEVER if at is None else datetime.fromtimestamp(at, UTC)
