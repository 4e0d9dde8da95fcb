"""The two databases: who may do what in them, whether the rows are held, whether they are of this version."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime

from django.apps import apps
from django.conf import settings
from django.db import connections, models

from kimbilio.server.config.database import migrations_missing
from kimbilio.server.config.process import SECRET, SHORTEST_SECRET
from kimbilio.server.config.roles import JOBS, WEB, is_append_only, tables_without_policy
from kimbilio.server.kernel.routers import STORE
from kimbilio.server.kernel.rows import OwnedRow

from .report import Finding, State, found

DATABASES = {"default": "main database", STORE: "key store"}
NEEDED = (
    "DATABASE_URL",
    "JOBS_DATABASE_URL",
    "KEYS_DATABASE_URL",
    "OWNER_DATABASE_URL",
    "OWNER_KEYS_DATABASE_URL",
)
CLOCK_LOOK, CLOCK_WRONG = 2.0, 30.0  # seconds
QUIET = {
    "log_statement": ("none", "ddl"),
    "log_min_duration_statement": ("-1",),
    "log_min_error_statement": ("panic",),
}
"""How a server logs no statement, which may quote a value."""


def settings_set() -> Iterator[Finding]:
    """What the processes need from their environment."""
    missing = [name for name in NEEDED if not os.environ.get(name)]
    yield found(
        "settings",
        missing,
        "every address is set",
        f"not set here: {', '.join(missing)}",
        "The doctor sees its own environment only. Run it with that of the service.",
        state=State.LOOK,
    )
    short = len(os.environ.get(SECRET, "")) < SHORTEST_SECRET
    yield found("secret", short, "long enough", "too short", f"Set {SECRET} to 50 random characters.")
    yield found(
        "demo", settings.KIMBILIO_DEMO, "off", "KIMBILIO_DEMO is set: anyone signs in as anyone", "Unset it."
    )


def roles_rights() -> Iterator[Finding]:
    """What the roles of the program can really do."""
    for alias, name in DATABASES.items():
        with connections[alias].cursor() as cursor:
            for role in (WEB, JOBS):
                cursor.execute(
                    "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication "
                    "from pg_roles where rolname = %s",
                    [role],
                )
                row = cursor.fetchone()
                if row is None:
                    yield Finding(
                        f"role {role}", State.WRONG, f"is not there ({name})", f"create role {role} login;"
                    )
                    continue
                cursor.execute(
                    "select count(*) from pg_class where relowner = %s::regrole and relkind in ('r', 'p')",
                    [role],
                )
                owned = cursor.fetchone()[0]
                cursor.execute("select count(*) from pg_auth_members where member = %s::regrole", [role])
                member = cursor.fetchone()[0]
                strong = row[0] or owned or member
                yield found(
                    f"role {role} in the {name}",
                    strong,
                    "owns nothing, passes no policy, belongs to no other role",
                    "is stronger than it may be: it owns a table, belongs to another role, or passes row policies",
                    "Take those powers from it; the program needs none of them.",
                )


def append_only_held() -> Iterator[Finding]:
    """Acts, envelopes, consents: read and add, never change."""
    tables = [model._meta.db_table for model in _ours() if is_append_only(model)]
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select t, r from unnest(%s::text[]) t, unnest(%s::text[]) r where has_table_privilege(r, t, 'update') "
            "or has_table_privilege(r, t, 'delete') or has_table_privilege(r, t, 'truncate')",
            [tables, [WEB, JOBS]],
        )
        loose = cursor.fetchall()
    yield found(
        "append-only tables",
        loose,
        f"{len(tables)}, and no role can change or delete a row of them",
        "can be changed: " + ", ".join(f"{table} by {role}" for table, role in loose),
        "Run `kimbilio migrate`: it lays the rights again.",
    )


def policies_there() -> Iterator[Finding]:
    """Row-level security on every table with rows of one organisation."""
    tables = [model._meta.db_table for model in _ours() if getattr(model, "row_policy", None)]
    owned = sum(issubclass(model, OwnedRow) for model in _ours())
    bare = tables_without_policy()
    yield found(
        "row policies",
        bare,
        f"on all {len(tables)} tables that need one ({owned} of one organisation's rows)",
        f"missing on {', '.join(bare)}",
        "Run `kimbilio migrate`: it lays them again.",
    )


def functions_held() -> Iterator[Finding]:
    """Functions that see every organisation are for named roles alone."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select p.oid::regprocedure::text from pg_proc p where p.prosecdef "
            "and has_function_privilege('public', p.oid, 'execute')"
        )
        loose = [row[0] for row in cursor.fetchall()]
    yield found(
        "functions across organisations",
        loose,
        "callable by named roles alone",
        f"everybody's to call: {', '.join(loose)}",
        "Run `kimbilio migrate`: it lays the rights again.",
    )


def stores_apart() -> Iterator[Finding]:
    """Whether whoever copies one database has the other with it."""
    seen = []
    for alias in DATABASES:
        with connections[alias].cursor() as cursor:
            cursor.execute("select pg_postmaster_start_time()::text, current_database()")
            seen.append(cursor.fetchone())
    same = seen[0][0] == seen[1][0]
    if seen[0] == seen[1]:
        yield Finding(
            "key store", State.WRONG, "is the main database itself", "Give it a database of its own."
        )
        return
    yield found(
        "key store",
        same,
        "lies in a server of its own",
        "lies in the same server as the main database: who copies that server's disk has both",
        "Put it on another server when you can; until then keep its backups apart.",
        state=State.LOOK,
    )


def connections_closed() -> Iterator[Finding]:
    """Nobody listens between here and the databases."""
    for alias, name in DATABASES.items():
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "select inet_server_addr() is null or inet_server_addr() <<= '127.0.0.0/8' "
                "or inet_server_addr() = '::1', (select ssl from pg_stat_ssl where pid = pg_backend_pid())"
            )
            local, closed = cursor.fetchone()
        yield found(
            f"way to the {name}",
            not (local or closed),
            "local, or encrypted",
            "goes over the network in clear",
            "Add ?sslmode=verify-full to its addresses.",
        )


def server_logs() -> Iterator[Finding]:
    """What the database server writes into its own log."""
    for alias, name in DATABASES.items():
        with connections[alias].cursor() as cursor:
            cursor.execute("select name, setting from pg_settings where name = any(%s)", [list(QUIET)])
            loud = [
                f"{setting} = {value}" for setting, value in cursor.fetchall() if value not in QUIET[setting]
            ]
        yield found(
            f"log of the {name}",
            loud,
            "keeps no statement",
            f"may keep statements: {', '.join(sorted(loud))}",
            "Set log_min_error_statement = panic, log_statement = none, log_min_duration_statement = -1.",
            state=State.LOOK,
        )


def migrations_applied() -> Iterator[Finding]:
    """Whether both databases are what this version needs."""
    for alias, name in DATABASES.items():
        missing = migrations_missing(alias)
        yield found(
            f"migrations of the {name}",
            missing,
            "all applied",
            missing,
            "Run `kimbilio migrate`.",
        )


def clock() -> Iterator[Finding]:
    """This machine's clock against the database's."""
    with connections["default"].cursor() as cursor:
        before = datetime.now(UTC)
        cursor.execute("select clock_timestamp()")
        apart = abs((cursor.fetchone()[0] - before).total_seconds())
    state = State.WRONG if apart > CLOCK_WRONG else State.LOOK
    yield found(
        "clock",
        apart > CLOCK_LOOK,
        "agrees with the database's",
        f"{apart:.0f} s apart from the database's",
        "Have both machines keep time (chrony, systemd-timesyncd).",
        state=state,
    )


def _ours() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model.__module__.startswith("kimbilio.") and model._meta.app_label != "kernel"
    ]


CHECKS = [
    ("settings", settings_set),
    ("roles", roles_rights),
    ("append-only tables", append_only_held),
    ("row policies", policies_there),
    ("functions across organisations", functions_held),
    ("key store", stores_apart),
    ("ways to the databases", connections_closed),
    ("logs of the databases", server_logs),
    ("migrations", migrations_applied),
    ("clock", clock),
]
