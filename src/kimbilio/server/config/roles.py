"""The three database roles, what each may do, and the row policies: laid again after every migration.

- `owner` migrates and owns everything; nothing else ever connects as it.
- `kimbilio_web` and `kimbilio_jobs` own nothing. Both are held by row-level security. What is append-only they may
  read and add to, and never change or delete.
"""

from __future__ import annotations

from contextlib import ExitStack

from django.apps import apps
from django.db import connections, models, transaction
from psycopg import sql

from kimbilio.server.kernel.routers import STORE

WEB, JOBS = "kimbilio_web", "kimbilio_jobs"


def roles_make() -> None:
    """Create the two roles when they are missing (needs a database superuser; production creates them by hand)."""
    with connections["default"].cursor() as cursor:
        for role in (WEB, JOBS):
            cursor.execute("select 1 from pg_roles where rolname = %s", [role])
            if not cursor.fetchone():
                cursor.execute(sql.SQL("create role {} login").format(sql.Identifier(role)))


def rights_lay(*, only: str = "") -> None:
    """Grant each role what it may do, and lay the row policies that the models declare.

    All at once: a process that runs meanwhile must not meet a table between its old rights and its new ones.
    `only` names one of the two databases, when the other is not there.
    """
    databases = (only,) if only else ("default", STORE)
    with ExitStack() as stack:
        for database in databases:
            stack.enter_context(transaction.atomic(using=database))
        _tables_lay(databases)
        if "default" in databases:
            _functions_grant()


def _tables_lay(databases: tuple[str, ...]) -> None:
    for model in apps.get_models(include_auto_created=True):
        database = STORE if model._meta.app_label == "kernel" else "default"
        if database in databases:
            _table_rights(database, model)
    for database in databases:
        with connections[database].cursor() as cursor:
            for role in (WEB, JOBS):
                cursor.execute(
                    sql.SQL(
                        "grant usage on schema public to {0}; grant usage on all sequences in schema public to {0}; "
                        "grant select on django_migrations to {0}"  # a process asks whether its version was prepared
                    ).format(sql.Identifier(role))
                )


def _functions_grant() -> None:
    """Functions that see every organisation and return ids only: for the roles that a room names, for nobody else."""
    with connections["default"].cursor() as cursor:
        for app in apps.get_app_configs():
            for function, roles in getattr(app, "vetted_functions", {}).items():
                # A restored function would be everybody's to call
                cursor.execute(sql.SQL("revoke all on function {} from public").format(sql.SQL(function)))
                for role in (WEB, JOBS):
                    verb = (
                        "grant execute on function {} to {}"
                        if role in roles
                        else "revoke all on function {} from {}"
                    )
                    cursor.execute(sql.SQL(verb).format(sql.SQL(function), sql.Identifier(role)))


def tables_without_policy() -> list[str]:
    """Tables of the main database that must be held by a row policy and are not. Any role may ask."""
    tables = [model._meta.db_table for model in apps.get_models() if getattr(model, "row_policy", None)]
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "select t from unnest(%s::text[]) t left join pg_class c on c.oid = to_regclass(t) "
            "where not coalesce(c.relrowsecurity, false) "
            "or not exists (select 1 from pg_policy p where p.polrelid = c.oid)",
            [tables],
        )
        return [row[0] for row in cursor.fetchall()]


def is_append_only(model: type[models.Model]) -> bool:
    """Whether the program's roles may only read and add rows."""
    return bool(getattr(model, "append_only", False))


def _table_rights(database: str, model: type[models.Model]) -> None:
    table = sql.Identifier(model._meta.db_table)
    verbs = "select, insert" if is_append_only(model) else "select, insert, update, delete"
    policy = getattr(model, "row_policy", None)
    check = getattr(model, "row_check", policy)
    with connections[database].cursor() as cursor:
        for role in (WEB, JOBS):
            cursor.execute(sql.SQL("revoke all on {} from {}").format(table, sql.Identifier(role)))
            cursor.execute(sql.SQL("grant " + verbs + " on {} to {}").format(table, sql.Identifier(role)))
        if policy:
            cursor.execute(sql.SQL("alter table {} enable row level security").format(table))
            cursor.execute(sql.SQL("drop policy if exists one_organisation on {}").format(table))
            cursor.execute(
                sql.SQL(
                    "create policy one_organisation on {} using (" + policy + ") with check (" + check + ")"
                ).format(table)
            )
