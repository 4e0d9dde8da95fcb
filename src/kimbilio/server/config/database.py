"""Bringing the two databases to what the program needs: migrations, then rights. Runs as the owner."""

from __future__ import annotations

from django.core.management import call_command

from kimbilio.server.kernel import keystore
from kimbilio.server.kernel.routers import STORE

from . import roles


def keystore_migrate() -> None:
    """Bring the key store alone to what the program needs; the main database may not be there yet."""
    call_command("migrate", database=STORE, interactive=False, verbosity=0)
    roles.rights_lay(only=STORE)


def migrate() -> None:
    """Migrate both databases and lay the rights again. Safe to run as often as one likes."""
    for database in ("default", STORE):
        call_command("migrate", database=database, interactive=False, verbosity=0)
    roles.rights_lay()
    keystore.tombstones_replay()
