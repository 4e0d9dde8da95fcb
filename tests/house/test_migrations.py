"""The migrations make exactly the tables that the models describe, and old code may run while they do.

The rule is that of docs/explanation/upgrades.md. Only what came after the last release of `releases.csv` is looked at,
and tables that came after it may still change freely: no old code knows them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models.fields import NOT_PROVIDED

from tests.house.tree import ROOT

TAKING_SQL = re.compile(
    r"\b(drop\s+(table|column)|alter\s+(column\s+)?\w+\s+type|set\s+not\s+null|rename\s+(to|column)|truncate)\b",
    re.I,
)
TAKEN = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
STEP = re.compile(r"^\d{4}_(pre|post)_(\w+)$")


@cache
def loader() -> MigrationLoader:
    return MigrationLoader(None, ignore_no_migrations=True)


@cache
def released() -> frozenset[tuple[str, str]]:
    """Every migration that some release contained."""
    with (ROOT / "tests/house/releases.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(
            key
            for row in csv.DictReader(file)
            for key in loader().graph.forwards_plan((row["room"], row["last_migration"]))
        )


def since_release() -> list[tuple[str, str]]:
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("kimbilio.")}
    return sorted(key for key in loader().disk_migrations if key[0] in ours and key not in released())


def strains(migration: Migration, before: ProjectState) -> Iterator[str]:
    """What old code would stumble over in a migration; `before` is the state that it starts from."""
    state = before.clone()
    for operation in migration.operations:
        yield from _strain(operation, migration.app_label, state)
        operation.state_forwards(migration.app_label, state)


def _strain(operation: Operation, app: str, state: ProjectState) -> Iterator[str]:
    if isinstance(operation, migrations.SeparateDatabaseAndState):
        for inner in operation.database_operations:
            yield from _strain(inner, app, state)
        return
    if isinstance(operation, migrations.RunSQL):
        if TAKING_SQL.search(str(operation.sql)):
            yield "SQL that takes something away"
        return
    model = getattr(operation, "model_name", None) or getattr(operation, "name", None)
    if model is None or (app, model.lower()) not in known_to_old_code():
        return
    if isinstance(operation, TAKEN):
        yield operation.describe()
    elif isinstance(operation, migrations.AddField):
        field = operation.field
        if not (field.null or field.many_to_many or field.db_default is not NOT_PROVIDED):
            yield f"{operation.describe()}, required and without a default in the database"
    elif isinstance(operation, migrations.AlterField):
        old = state.models[app, model.lower()].fields[operation.name]
        if old.null and not operation.field.null:
            yield f"{operation.describe()}, required from now on"
        if _width(old) != _width(operation.field) and not _wider(old, operation.field):
            yield f"{operation.describe()}, of another type"


def _width(field: models.Field) -> str | None:  # type: ignore[type-arg]  # of whatever type
    return field.get_internal_type() if field.is_relation else field.db_type(connection)


def _wider(old: models.Field, new: models.Field) -> bool:  # type: ignore[type-arg]  # likewise
    same = old.get_internal_type() == new.get_internal_type() == "CharField"
    return same and (old.max_length or 0) <= (new.max_length or 0)


@cache
def known_to_old_code() -> frozenset[tuple[str, str]]:
    """The tables that were there at the last release."""
    return frozenset(loader().project_state(list(released())).models)


def test_no_model_has_changed_without_a_migration() -> None:
    written = loader()
    changes = MigrationAutodetector(written.project_state(), ProjectState.from_apps(apps)).changes(
        graph=written.graph
    )
    missing = {
        room: [operation.describe() for migration in migrations for operation in migration.operations]
        for room, migrations in changes.items()
    }
    assert not missing


def test_no_room_has_two_last_migrations() -> None:
    assert not loader().detect_conflicts()


@pytest.mark.parametrize("key", since_release(), ids=".".join)
def test_old_code_may_run_while_a_migration_does(key: tuple[str, str]) -> None:
    step = STEP.match(key[1])
    if step is not None and step[1] == "post":
        first = {STEP.match(name)[2] for app, name in released() if app == key[0] and STEP.match(name)}  # type: ignore[index]  # it matched
        assert step[2] in first, f"the `pre` of {key[1]} was not released yet"
        return
    found = list(strains(loader().get_migration(*key), loader().project_state(key, at_end=False)))
    assert not found


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("desk", "area"),
        migrations.RenameField("desk", "area", "place"),
        migrations.DeleteModel("Desk"),
        migrations.AddField("desk", "floor", models.IntegerField(default=0)),
        migrations.AlterField("desk", "focal_point_1", models.ForeignKey("identity.Member", models.PROTECT)),
        migrations.AlterField("desk", "area", models.CharField(max_length=20)),
        migrations.AlterField("desk", "area", models.IntegerField()),
        migrations.RunSQL("alter table identity_desk drop column area"),
        migrations.RunSQL("alter table identity_desk alter column area set not null"),
    ],
    ids=lambda operation: operation.describe()[:60],
)
def test_what_old_code_stumbles_over_is_found(operation: Operation) -> None:
    migration = Migration("0099_try", "identity")
    migration.operations = [operation]
    assert len(list(strains(migration, loader().project_state()))) == 1


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("desk", "floor", models.IntegerField(db_default=0)),
        migrations.AddField("desk", "floor", models.IntegerField(null=True)),
        migrations.AlterField("desk", "area", models.CharField(max_length=400)),
        migrations.RunSQL("update identity_desk set area = '' where area is null"),
    ],
    ids=lambda operation: operation.describe()[:60],
)
def test_what_only_adds_is_let_through(operation: Operation) -> None:
    migration = Migration("0099_try", "identity")
    migration.operations = [operation]
    assert not list(strains(migration, loader().project_state()))
