"""The migrations make exactly the tables that the models describe."""

from __future__ import annotations

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def test_no_model_has_changed_without_a_migration() -> None:
    written = MigrationLoader(None, ignore_no_migrations=True)
    changes = MigrationAutodetector(written.project_state(), ProjectState.from_apps(apps)).changes(
        graph=written.graph
    )
    missing = {
        room: [operation.describe() for migration in migrations for operation in migration.operations]
        for room, migrations in changes.items()
    }
    assert not missing


def test_no_room_has_two_last_migrations() -> None:
    assert not MigrationLoader(None, ignore_no_migrations=True).detect_conflicts()
