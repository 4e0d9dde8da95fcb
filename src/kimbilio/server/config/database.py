"""Bringing the two databases to what the program needs: migrations, then rights. Runs as the owner."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError, ProgrammingError
from psycopg.errors import LockNotAvailable

from kimbilio.server.kernel import keystore
from kimbilio.server.kernel.routers import STORE

from . import roles


def keystore_migrate() -> None:
    """Bring the key store alone to what the program needs; the main database may not be there yet."""
    call_command("migrate", database=STORE, interactive=False, verbosity=0)
    roles.rights_lay(only=STORE)


def migrate() -> None:
    """Migrate both databases and lay the rights again. Safe to run as often as one likes, while others work.

    Whoever works meanwhile goes first: each step waits for a table only shortly, and is tried again. Otherwise a form
    that arrives could be the one that PostgreSQL gives up to end a deadlock. Raises TablesInUse.
    """
    for database in ("default", STORE):
        _patiently(lambda: call_command("migrate", database=database, interactive=False, verbosity=0))  # noqa: B023  # called at once
    _patiently(roles.rights_lay)
    keystore.tombstones_replay()


class TablesInUse(RuntimeError):
    """Tables were in use without a pause."""

    hint = "Find what holds them (pg_stat_activity), then run `kimbilio migrate` again: it goes on where it stopped."


SHORTLY = "800ms"
"""Less than PostgreSQL's deadlock_timeout (1 s), so that it is we who give up."""
PATIENCE = 120.0  # seconds in all


def _patiently(step: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        for connection in connections.all():
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = %s", [SHORTLY])
        try:
            step()
        except OperationalError as busy:
            if not isinstance(busy.__cause__, LockNotAvailable):
                raise
            if time.monotonic() > end:
                raise TablesInUse(f"Tables were in use for {PATIENCE:.0f} seconds without a pause") from busy
            time.sleep(random.uniform(0.05, 0.3))  # noqa: S311  # no secret: not in step with whoever works
        else:
            return


def migrations_missing(alias: str) -> str:
    """What a database lacks of this version, in words; empty when it lacks nothing. Any role may ask."""
    try:
        executor = MigrationExecutor(connections[alias])
    except ProgrammingError:  # an older version did not let this role read what was applied
        return "it was not prepared by this version"
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} migrations are not applied" if plan else ""
