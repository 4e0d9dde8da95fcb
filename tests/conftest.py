"""The tests' database: one template for each state of the source, one copy for each worker, a fresh copy on demand."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.utils import translation
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A page in Arabic leaves its language on the thread; the next test must not inherit it."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def no_memory_of_other_databases() -> None:
    """What a process remembers of its database is gone with the database, or with the rollback."""
    if keystore := sys.modules.get("kimbilio.server.kernel.keystore"):
        keystore.purse_empty()
    if reading := sys.modules.get("kimbilio.server.forms.reading"):
        reading.versions_forget()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses the database uses both, and is rolled back in both."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if ("world" in names or "db" in names) and "committed" not in names:
            item.add_marker(pytest.mark.django_db(databases=["default", "keys"]))


def _state_of_source() -> str:
    """Hash of everything that decides what is in the template."""
    digest = hashlib.sha256()
    for folder, pattern in (("src/kimbilio", "**/*.py"), ("packs", "**/*"), ("tests", "*.py")):
        for path in sorted((ROOT / folder).glob(pattern)):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _server() -> psycopg.Connection[Any]:
    return psycopg.connect(settings.SERVER.url("postgres"), autocommit=True)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of the prepared template database; made by whichever worker comes first."""
    name = f"kimbilio_template_{_state_of_source()}"
    with _server() as server:
        server.execute("select pg_advisory_lock(20141107)")
        known = server.execute("select 1 from pg_database where datname = %s", [f"{name}_ready"]).fetchone()
        if not known:
            keys = settings.HOME / "templates" / name
            shutil.rmtree(keys, ignore_errors=True)
            _drop(server, name, f"{name}_keys")
            environment = os.environ | {"KIMBILIO_TEST_DATABASE": name, "KIMBILIO_KEYS": str(keys)}
            subprocess.run([sys.executable, "-m", "tests.prepare"], cwd=ROOT, env=environment, check=True)
            server.execute(sql.SQL("create database {}").format(sql.Identifier(f"{name}_ready")))
    return name


def _drop(server: psycopg.Connection[Any], *names: str) -> None:
    for name in names:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _copy(template: str, name: str) -> None:
    with _server() as server:
        _drop(server, name, f"{name}_keys")
        for suffix in ("", "_keys"):
            server.execute(
                sql.SQL("create database {} template {}").format(
                    sql.Identifier(name + suffix), sql.Identifier(template + suffix)
                )
            )


def _point_at(name: str) -> None:
    for alias, suffix in (("default", ""), ("keys", "_keys")):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name + suffix


@pytest.fixture(scope="session")
def django_db_setup(template: str, django_db_blocker: Any) -> Iterator[None]:
    """Replaces pytest-django's: a copy of the template, reached as the web role."""
    settings.KIMBILIO_KEYS = str(settings.HOME / "templates" / template)
    with django_db_blocker.unblock():
        _copy(template, settings.DATABASE)
        yield
        for connection in connections.all():
            connection.close()
        with _server() as server:
            _drop(server, settings.DATABASE, f"{settings.DATABASE}_keys")
        shutil.rmtree(settings.KIMBILIO_BLOBS, ignore_errors=True)
        Path(settings.KIMBILIO_TOMBSTONES).unlink(missing_ok=True)


@pytest.fixture
def committed(template: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of the test's own in which commits are real, for kills, races and processes. Yields its name."""
    yield from _own(template, f"{settings.DATABASE}_own", django_db_blocker)


@pytest.fixture(scope="module")
def committed_by_module(template: str, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The same for a whole module, whose tests put back what they change. Not to be mixed with `committed`."""
    yield from _own(template, f"{settings.DATABASE}_module", django_db_blocker)


def _own(template: str, name: str, blocker: Any) -> Iterator[str]:
    with blocker.unblock():
        _copy(template, name)
        _point_at(name)
        yield name
        _point_at(settings.DATABASE)
        with _server() as server:
            _drop(server, name, f"{name}_keys")


@pytest.fixture
def installation(committed: str, tmp_path: Path) -> Iterator[Any]:
    """Committed databases with folders of the test's own, which the test's own process uses too."""
    from tests.installation import Installation

    made = Installation(committed, tmp_path / "installation")
    shutil.copytree(settings.KIMBILIO_KEYS, made.keys)
    with made.used():
        yield made


@pytest.fixture
def world(db: None) -> Any:
    """The standing cast of the invented republic."""
    from tests.world import world_get

    return world_get()
