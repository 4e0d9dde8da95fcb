"""What a production process refuses to start with: each fault alone, as this process's own role meets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.db import connections

from kimbilio.server.config import safety
from kimbilio.server.config.process import NotConfigured, owner_role_refuse
from kimbilio.server.kernel.routers import STORE
from tests.installation import Installation


def said(check: Callable[[], Iterator[NotConfigured]]) -> list[str]:
    faults = list(check())
    assert all(fault.hint for fault in faults)
    return [str(fault) for fault in faults]


SAFE = {
    "KIMBILIO_DEMO": False,
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
    "ALLOWED_HOSTS": ["kimbilio.example"],
    "CSRF_TRUSTED_ORIGINS": ["https://kimbilio.example"],
    "KIMBILIO_ADDRESS": "https://kimbilio.example",
    "EMAIL_HOST": "mail.example",
    "EMAIL_USE_TLS": True,
}
OPEN = [
    (safety.openness, {"KIMBILIO_DEMO": True}, "KIMBILIO_DEMO is set"),
    (safety.openness, {"DEBUG": True}, "DEBUG is on"),
    (safety.openness, {"SECRET_KEY": "x" * 40}, "KIMBILIO_SECRET_KEY has fewer than"),
    (safety.openness, {"MFA_SUPPORTED_TYPES": ["recovery_codes"]}, "a password alone"),
    (safety.openness, {"MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": True}, "a password alone"),
    (safety.openness, {"MIDDLEWARE": []}, "a password alone"),
    (safety.openness, {"SESSION_COOKIE_SECURE": False}, "cookies would travel"),
    (safety.addresses, {"ALLOWED_HOSTS": ["*"]}, "KIMBILIO_HOSTS is empty or *"),
    (safety.addresses, {"ALLOWED_HOSTS": [""]}, "KIMBILIO_HOSTS is empty or *"),
    (safety.addresses, {"CSRF_TRUSTED_ORIGINS": ["http://kimbilio.example"]}, "KIMBILIO_ORIGINS names http:"),
    (safety.addresses, {"KIMBILIO_ADDRESS": "http://kimbilio.example"}, "KIMBILIO_ADDRESS is http:"),
    (safety.mail, {"EMAIL_USE_TLS": False}, "mail to mail.example would travel in clear"),
]


@pytest.mark.parametrize(
    ("check", "changes", "sentence"), OPEN, ids=[f"{o[2]}-{next(iter(o[1]))}" for o in OPEN]
)
def test_an_unsafe_setting_is_refused_and_the_sentence_names_it(
    check: Callable[[], Iterator[NotConfigured]], changes: dict[str, object], sentence: str, settings: Any
) -> None:
    for name, value in (SAFE | changes).items():
        setattr(settings, name, value)
    (only,) = said(check)
    assert only.startswith(sentence)


@pytest.mark.parametrize("check", [safety.openness, safety.addresses, safety.mail])
def test_safe_settings_are_not_refused(check: Callable[[], Iterator[NotConfigured]], settings: Any) -> None:
    for name, value in SAFE.items():
        setattr(settings, name, value)
    assert said(check) == []


@pytest.mark.parametrize(
    ("host", "mode", "refused"),
    [
        ("db.example", "", True),
        ("db.example", "require", True),
        ("localhost,db.example", "prefer", True),
        ("db.example", "verify-full", False),
        ("/var/run/postgresql", "", False),
        ("localhost", "", False),
        ("", "", False),
    ],
)
def test_a_database_on_another_machine_must_prove_itself(
    host: str, mode: str, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PGHOST", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)
    given = connections[STORE].settings_dict
    monkeypatch.setitem(given, "HOST", host)
    monkeypatch.setitem(given, "OPTIONS", {"sslmode": mode} if mode else {})
    found = said(safety.database_lines)
    assert [sentence.startswith("the key store is on another machine") for sentence in found] == [
        True
    ] * refused


def test_a_mail_server_on_this_machine_may_do_without_tls(settings: Any) -> None:
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = "127.0.0.1", False, False
    assert said(safety.mail) == []


def test_a_key_folder_that_others_read_or_that_lies_with_the_data_is_refused(
    tmp_path: Path, settings: Any
) -> None:
    settings.DATA, settings.KIMBILIO_BLOBS = tmp_path / "data", str(tmp_path / "blobs")
    keys = tmp_path / "keys"
    settings.KIMBILIO_KEYS = str(keys)
    assert "is not there" in said(safety.key_folder)[0]
    keys.mkdir(mode=0o700)
    assert said(safety.key_folder) == []
    (keys / "one.key").touch(mode=0o644)
    assert said(safety.key_folder) == ["others may read one.key in the key folder"]
    (keys / "one.key").chmod(0o600)
    settings.DATA = tmp_path
    assert "lies inside KIMBILIO_DATA" in said(safety.key_folder)[0]
    settings.DATA, settings.KIMBILIO_BLOBS = tmp_path / "data", str(tmp_path)
    assert "lies inside KIMBILIO_BLOBS" in said(safety.key_folder)[0]


def test_the_owner_s_role_is_refused_before_any_database_is_asked() -> None:
    addresses = {
        "DATABASE_URL": "postgresql://one:secret-a@host/kimbilio",
        "OWNER_DATABASE_URL": "postgresql://one:secret-b@host/kimbilio",
    }
    with pytest.raises(NotConfigured, match="DATABASE_URL and OWNER_DATABASE_URL name the same role, one"):
        owner_role_refuse("web", addresses)
    owner_role_refuse("web", addresses | {"DATABASE_URL": "postgresql://two@host/kimbilio"})


def as_role(name: str) -> None:
    for connection in connections.all():
        connection.close()
        connection.settings_dict["USER"] = name


def test_databases_that_hold_nothing_apart_are_refused(installation: Installation) -> None:
    for check in (safety.role, safety.stores_apart, safety.state):
        assert said(check) == []

    with installation.owner() as owner:
        owner.execute("alter table people_person disable row level security")
    assert said(safety.state) == ["no row policy on people_person: one organisation could read another's"]

    with installation.owner() as owner:
        owner.execute(
            "delete from django_migrations where id = (select max(id) from django_migrations where app = 'identity')"
        )
    assert said(safety.state) == ["the main database is not of this version: 1 migrations are not applied"]
    with installation.owner() as owner:
        owner.execute("revoke select on django_migrations from kimbilio_web")
    (only,) = said(safety.state)
    assert "it was not prepared by this version" in only

    with installation.owner() as owner:
        owner.execute("create role kimbilio_strong login bypassrls")
        owner.execute("create role kimbilio_owning login")
        owner.execute("grant usage, create on schema public to kimbilio_owning")
        owner.execute("create table owned_by_it ()")
        owner.execute("alter table owned_by_it owner to kimbilio_owning")
    before = connections["default"].settings_dict["USER"]
    try:
        for role, told in (
            ("postgres", "a superuser"),
            ("kimbilio_strong", "one that passes row policies"),
            ("kimbilio_owning", "the owner of tables"),
        ):
            as_role(role)
            assert told in said(safety.role)[0]
    finally:
        as_role(before)
        with installation.owner() as owner:
            owner.execute("drop table owned_by_it")
            owner.execute("drop owned by kimbilio_owning")
            owner.execute("drop role kimbilio_strong, kimbilio_owning")

    store = connections[STORE].settings_dict
    name, store["NAME"] = store["NAME"], connections["default"].settings_dict["NAME"]
    try:
        connections[STORE].close()
        assert said(safety.stores_apart)[0].startswith("KEYS_DATABASE_URL leads to the main database")
    finally:
        connections[STORE].close()
        store["NAME"] = name


@pytest.mark.slow
@pytest.mark.parametrize("command", ["serve", "worker"])
def test_the_command_says_everything_that_is_unsafe_and_does_not_start(
    command: str, installation: Installation
) -> None:
    (installation.keys / "readable.key").touch(mode=0o644)
    done = installation.run(
        command,
        KIMBILIO_DEMO="1",
        KIMBILIO_HOSTS="*",
        KIMBILIO_ORIGINS="http://kimbilio.example",
        KIMBILIO_SMTP_HOST="mail.example",
        KIMBILIO_SMTP_TLS="none",
        KEYS_DATABASE_URL=project.SERVER.url(installation.database, "kimbilio_web"),
        DATABASE_URL=project.SERVER.url(installation.database, "kimbilio_web"),
    )
    assert done.returncode == 2
    for sentence in (
        "KIMBILIO_DEMO is set",
        "KIMBILIO_HOSTS is empty or *",
        "KIMBILIO_ORIGINS names http://kimbilio.example",
        "mail to mail.example",
        "others may read readable.key",
        "KEYS_DATABASE_URL leads to the main database",
    ):
        assert f"error: {sentence}" in done.stderr
    assert done.stderr.count("error: ") == done.stderr.count("hint: ")
    assert "Traceback" not in done.stderr
