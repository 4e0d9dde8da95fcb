"""What the program's two database roles may do, tried as those roles.

The tables come from the models, so a new one is tried too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from psycopg import sql

from kimbilio.server.config.roles import JOBS, WEB, is_append_only
from kimbilio.server.kernel.routers import STORE
from kimbilio.server.kernel.rows import OwnedRow

ROLES = [WEB, JOBS]
MODELS = [model for model in apps.get_models() if model.__module__.startswith("kimbilio.")]
APPEND_ONLY = [model for model in MODELS if is_append_only(model)]
OWNED = [model for model in MODELS if issubclass(model, OwnedRow)]
HELD = [model for model in MODELS if getattr(model, "row_policy", None)]

EVERYBODY_S = {
    "identity": "those who help, not those who are helped: every organisation must find another's desk",
    "kernel": "the key store is a database of its own and holds wrapped keys only",
    "forms.FormVersion": "a form as published, the same for all",
    "forms.FormMedia": "likewise",
}
"""Tables without a row policy, each with its reason; by room or by model."""


def _database(model: type[models.Model]) -> str:
    return settings.DATABASE + ("_keys" if model._meta.app_label == "kernel" else "")


@pytest.fixture(params=ROLES)
def role(request: pytest.FixtureRequest, django_db_setup: None) -> str:
    return str(request.param)


@pytest.fixture
def ask(role: str) -> Iterator[Any]:
    """Runs one statement as the role, in a transaction of its own that is rolled back."""
    open_: dict[str, psycopg.Connection[Any]] = {}

    def run(database: str, statement: sql.Composed | str, values: tuple[object, ...] = ()) -> list[Any]:
        if database not in open_:
            open_[database] = psycopg.connect(settings.SERVER.url(database, role))
        connection = open_[database]
        try:
            cursor = connection.execute(statement, values)  # type: ignore[arg-type]  # our own text
            return cursor.fetchall() if cursor.description else []
        finally:
            connection.rollback()

    yield run
    for connection in open_.values():
        connection.close()


def test_there_is_something_to_try() -> None:
    assert {"journal.Act", "sharing.Envelope"} <= {model._meta.label for model in APPEND_ONLY}
    assert {"people.Case", "forms.Submission", "referrals.Referral"} <= {model._meta.label for model in OWNED}


@pytest.mark.parametrize("verb", ["update {} set {} = {}", "delete from {}", "truncate {}"])
@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda model: model._meta.label)
def test_what_is_append_only_cannot_be_changed(ask: Any, model: type[models.Model], verb: str) -> None:
    key = sql.Identifier(model._meta.pk.column)
    table = sql.Identifier(model._meta.db_table)
    places = [table, key, key][: verb.count("{}")]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(_database(model), sql.SQL(verb).format(*places))


@pytest.mark.parametrize("model", HELD, ids=lambda model: model._meta.label)
def test_a_table_with_rows_of_one_organisation_is_held_by_a_policy(
    ask: Any, model: type[models.Model]
) -> None:
    found = ask(
        _database(model),
        "select c.relrowsecurity, count(p.oid) from pg_class c left join pg_policy p on p.polrelid = c.oid "
        "where c.oid = to_regclass(%s) group by 1",
        (model._meta.db_table,),
    )
    assert found == [(True, 1)]


@pytest.mark.parametrize("model", OWNED, ids=lambda model: model._meta.label)
def test_without_a_current_organisation_there_are_no_rows(ask: Any, model: type[models.Model]) -> None:
    assert (
        ask(
            _database(model), sql.SQL("select 1 from {} limit 1").format(sql.Identifier(model._meta.db_table))
        )
        == []
    )


def test_every_table_has_a_policy_or_a_reason() -> None:
    bare = [model._meta for model in MODELS if model not in HELD and not model._meta.auto_created]
    assert not [
        meta.label for meta in bare if meta.label not in EVERYBODY_S and meta.app_label not in EVERYBODY_S
    ]


@pytest.mark.parametrize("suffix", ["", "_keys"])
def test_the_role_owns_nothing_and_passes_no_policy(ask: Any, role: str, suffix: str) -> None:
    database = settings.DATABASE + suffix
    owned = ask(
        database,
        "with me as (select to_regrole(%s)::oid as oid) "
        "select relname from pg_class, me where relowner = me.oid union all "
        "select proname from pg_proc, me where proowner = me.oid union all "
        "select nspname from pg_namespace, me where nspowner = me.oid union all "
        "select datname from pg_database, me where datdba = me.oid",
        (role,),
    )
    assert owned == []
    powers = ask(
        database,
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, "
        "has_schema_privilege(rolname, 'public', 'create') from pg_roles where rolname = %s",
        (role,),
    )
    assert powers == [(False,) * 6]


def test_the_role_is_a_member_of_no_other(ask: Any, role: str) -> None:
    assert (
        ask(settings.DATABASE, "select 1 from pg_auth_members where member = to_regrole(%s)", (role,)) == []
    )


def test_a_function_that_runs_as_its_owner_fixes_its_search_path(ask: Any) -> None:
    loose = ask(
        settings.DATABASE,
        "select proname from pg_proc where prosecdef "
        "and position('search_path=' in coalesce(proconfig::text, '')) = 0",
    )
    assert loose == []


def test_the_tests_themselves_are_held_by_the_policies(db: None) -> None:
    assert settings.DATABASES["default"]["USER"] == WEB
    assert settings.DATABASES[STORE]["USER"] == WEB
