"""A database that, when a row comes, says that its disk is full, or goes away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings

DISK_FULL = "raise exception 'could not extend file' using errcode = 'disk_full'"
GOES_AWAY = "perform pg_terminate_backend(pg_backend_pid())"
TRIGGER = """
create function no_room() returns trigger language plpgsql security definer as $$ begin {}; return new; end $$;
create trigger no_room before insert on {} for each row execute function no_room();
"""


@contextmanager
def no_room(database: str, *, what: str = DISK_FULL, table: str = "procrastinate_jobs") -> Iterator[None]:
    """Within the block this is what happens in `database` when a row comes into a table, that of the jobs."""
    with psycopg.connect(settings.SERVER.url(database), autocommit=True) as owner:
        owner.execute(TRIGGER.format(what, table))
        try:
            yield
        finally:
            owner.execute("drop function no_room cascade")
