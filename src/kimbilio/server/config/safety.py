"""What `kimbilio serve` and `worker` must find before they start: everything unsafe at once, each with what to do.

Looks at settings, folders and both databases as this process's own role. Does not look at what a running process
cannot know, such as backups; that is `kimbilio doctor`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections

from kimbilio.server.kernel.routers import STORE

from .database import migrations_missing
from .process import NotConfigured
from .roles import tables_without_policy

Fault = NotConfigured
DATABASES = (("default", "main database"), (STORE, "key store"))
FEWEST_SYMBOLS = 12
"""A secret of 32 characters drawn at random has more different ones than this, but once in a million years."""
CHECKED = ("verify-ca", "verify-full")
"""Modes of PostgreSQL's client in which it knows whom it talks to."""
HERE = ("localhost", "127.0.0.1", "::1")
ACTING = "kimbilio.server.config.middleware.ActingMiddleware"

_POWERS = """
select current_user, rolsuper, rolbypassrls, rolcreaterole or rolcreatedb or rolreplication,
    exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and pg_has_role(r.oid, c.relowner, 'MEMBER'))
from pg_roles r where rolname = current_user
"""


def unsafe_refuse() -> None:
    """Say everything that is unsafe. Raises NotConfigured for the last of it; Django must have been started."""
    found = [fault for check in CHECKS for fault in check()]
    for connection in connections.all():
        connection.close()
    for fault in found[:-1]:
        sys.stderr.write(f"error: {fault}\n  hint: {fault.hint}\n")
    if found:
        raise found[-1]


def openness() -> Iterator[Fault]:
    """What lets in somebody who may not come in."""
    if settings.KIMBILIO_DEMO:
        yield Fault(
            "KIMBILIO_DEMO is set: anyone could sign in as anyone", "Unset it; the demo is `kimbilio demo`."
        )
    if settings.DEBUG:
        yield Fault(
            "DEBUG is on: an error page shows what was entered", "Leave the settings module as it is."
        )
    if len(set(settings.SECRET_KEY)) < FEWEST_SYMBOLS:
        yield Fault(
            f"KIMBILIO_SECRET_KEY has fewer than {FEWEST_SYMBOLS} different characters and can be guessed",
            'Make one once and keep it: python3 -c "import secrets; print(secrets.token_urlsafe(48))".',
        )
    enforced = ACTING in settings.MIDDLEWARE and {"webauthn", "totp"} & set(settings.MFA_SUPPORTED_TYPES)
    if not enforced or settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN:
        yield Fault("a password alone would be enough to see names", "Leave the settings module as it is.")
    if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE):
        yield Fault("cookies would travel without TLS", "Leave the settings module as it is.")


def addresses() -> Iterator[Fault]:
    """Under which names the server answers, and whom it believes."""
    hosts = [host for host in settings.ALLOWED_HOSTS if host]
    if not hosts or "*" in hosts:
        yield Fault(
            "KIMBILIO_HOSTS is empty or *: the server would answer under any name",
            "Give the name that people type, such as kimbilio.example.",
        )
    open_ = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if not origin.startswith("https://")]
    if open_:
        yield Fault(
            f"KIMBILIO_ORIGINS names {', '.join(open_)}: passwords would travel in clear",
            "Give each origin as https://….",
        )
    if settings.KIMBILIO_ADDRESS and not settings.KIMBILIO_ADDRESS.startswith("https://"):
        yield Fault(
            f"KIMBILIO_ADDRESS is {settings.KIMBILIO_ADDRESS}: notices would lead to an address without TLS",
            "Give it as https://….",
        )


def mail() -> Iterator[Fault]:
    """How notices reach the mail server."""
    host = settings.EMAIL_HOST
    if host and host not in HERE and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        yield Fault(
            f"mail to {host} would travel in clear (KIMBILIO_SMTP_TLS)",
            "Set it to starttls or tls; only a mail server on this machine may do without.",
        )


def database_lines() -> Iterator[Fault]:
    """How this process reaches the databases: on another machine only by TLS whose certificate is checked."""
    for alias, name in DATABASES:
        given = connections[alias].settings_dict
        hosts = str(given.get("HOST") or os.environ.get("PGHOST", "")).split(",")
        away = [host for host in hosts if host and not host.startswith("/") and host not in HERE]
        mode = given.get("OPTIONS", {}).get("sslmode") or os.environ.get("PGSSLMODE", "")
        if away and mode not in CHECKED:
            yield Fault(
                f"the {name} is on another machine, {away[0]}, and its certificate is not checked",
                "Add ?sslmode=verify-full to its address, and sslrootcert= with the file of the authority.",
            )


def key_folder() -> Iterator[Fault]:
    """Who can read the master keys, and whether they are copied away with what they open."""
    folder = Path(settings.KIMBILIO_KEYS).resolve()
    for name, place in (("KIMBILIO_DATA", settings.DATA), ("KIMBILIO_BLOBS", settings.KIMBILIO_BLOBS)):
        around = Path(place).resolve()
        if folder.is_relative_to(around):
            yield Fault(
                f"the key folder {folder} lies inside {name} ({around}): whoever copies the data has the keys",
                "Move it to a folder of its own and name that in KIMBILIO_KEYS.",
            )
            break
    if not folder.is_dir():
        yield Fault(
            f"the key folder {folder} is not there",
            f"Make it: install -d -m 700 {folder}, as the service's account; or put the one of before in place.",
        )
        return
    try:
        loose = [path.name for path in (folder, *folder.iterdir()) if path.stat().st_mode & 0o077]
    except PermissionError:
        yield Fault(
            f"this account cannot read the key folder {folder}",
            "Run as the service's account, which owns it.",
        )
        return
    if loose:
        yield Fault(f"others may read {', '.join(loose)} in the key folder", f"chmod -R go= {folder}")


def role() -> Iterator[Fault]:
    """What this process may do in the databases: no more than it needs."""
    for alias, name in DATABASES:
        who, superuser, bypasses, makes, owns = _asked(alias, _POWERS)
        told = (
            "a superuser"
            if superuser
            else "one that passes row policies"
            if bypasses
            else "one that may make roles or databases"
            if makes
            else "the owner of tables, or a member of their owner's role"
            if owns
            else ""
        )
        if told:
            yield Fault(
                f"{who} in the {name} is {told}: nothing would hold the rows of one organisation apart",
                "Give this process a role that owns nothing: kimbilio_web to serve, kimbilio_jobs to the worker.",
            )


def stores_apart() -> Iterator[Fault]:
    """Data and the keys to it."""
    question = "select pg_postmaster_start_time()::text, current_database()"
    if _asked("default", question) == _asked(STORE, question):
        yield Fault(
            "KEYS_DATABASE_URL leads to the main database: one copy would hold data and keys",
            "Give the key store a database of its own, better a server of its own.",
        )


def state() -> Iterator[Fault]:
    """Whether both databases are what this version needs, and hold the rows apart."""
    missing = {name: migrations_missing(alias) for alias, name in DATABASES}
    for name, plan in missing.items():
        if plan:
            yield Fault(f"the {name} is not of this version: {plan}", "Run `kimbilio migrate`.")
    if not any(missing.values()):
        bare = tables_without_policy()
        if bare:
            yield Fault(
                f"no row policy on {', '.join(bare)}: one organisation could read another's",
                "Run `kimbilio migrate`: it lays them again.",
            )


def _asked(alias: str, question: str) -> tuple[Any, ...]:
    with connections[alias].cursor() as cursor:
        cursor.execute(question)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


CHECKS: tuple[Callable[[], Iterator[Fault]], ...] = (
    openness,
    addresses,
    mail,
    database_lines,
    key_folder,
    role,
    stores_apart,
    state,
)
