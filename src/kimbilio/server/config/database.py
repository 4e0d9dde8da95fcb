"""Bringing the two databases to what the program needs: migrations, then rights. Runs as the owner."""

from __future__ import annotations

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ProgrammingError

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


def migrations_missing(alias: str) -> str:
    """What a database lacks of this version, in words; empty when it lacks nothing. Any role may ask."""
    try:
        executor = MigrationExecutor(connections[alias])
    except ProgrammingError:  # an older version did not let this role read what was applied
        return "it was not prepared by this version"
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} migrations are not applied" if plan else ""
