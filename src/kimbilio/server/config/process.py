"""What a process of the server needs from its environment, and the commands that start one.

Knows the names of the addresses and secrets, and refuses to start without them. Does not know Django.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

ADDRESSES = {
    "web": ("DATABASE_URL", "KEYS_DATABASE_URL"),
    "jobs": ("JOBS_DATABASE_URL", "KEYS_DATABASE_URL"),
    "owner": ("OWNER_DATABASE_URL", "OWNER_KEYS_DATABASE_URL"),
}
SECRET = "KIMBILIO_SECRET_KEY"  # noqa: S105  # the name of a variable
SHORTEST_SECRET = 32
SETTINGS = "kimbilio.server.config.settings"


class NotConfigured(RuntimeError):
    """The environment lacks something; the sentence names it and `hint` says what to do."""

    def __init__(self, sentence: str, hint: str) -> None:
        super().__init__(sentence)
        self.hint = hint


def environment_for(role: str, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process in `role` (web, jobs, owner). Raises NotConfigured."""
    given = dict(os.environ if environment is None else environment)
    missing = [name for name in ADDRESSES[role] if not given.get(name)]
    if missing:
        raise NotConfigured(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            "Set it to the database's address, as postgresql://role:password@host/database. "
            "`make demo` needs none: it brings its own database.",
        )
    if len(given.get(SECRET, "")) < SHORTEST_SECRET:
        raise NotConfigured(
            f"{SECRET} is not set, or shorter than {SHORTEST_SECRET} characters",
            'Make one once and keep it: python3 -c "import secrets; print(secrets.token_urlsafe(48))".',
        )
    return given | {"KIMBILIO_ROLE": role, "DJANGO_SETTINGS_MODULE": SETTINGS}


def environment_without_owner(environment: Mapping[str, str]) -> dict[str, str]:
    """The same environment without the owner's addresses, which no running process may know."""
    return {name: value for name, value in environment.items() if name not in ADDRESSES["owner"]}


def owner_begin() -> None:
    """Make this process one that reaches the databases as their owner, and start Django. Raises NotConfigured."""
    begin("owner")


def owner_role_refuse(role: str, environment: Mapping[str, str]) -> None:
    """Raises NotConfigured when `role` (web, jobs) reaches a database as the role that owns it."""
    for name, owner in zip(ADDRESSES[role], ADDRESSES["owner"], strict=True):
        users = [urlsplit(environment.get(address, "")).username for address in (name, owner)]
        if users[0] and users[0] == users[1]:
            raise NotConfigured(
                f"{name} and {owner} name the same role, {users[0]}",
                "Give this process a role of its own that owns nothing; see docs/how-to/install.md.",
            )


def begin(role: str) -> None:
    """Make this process one of `role` (web, jobs, owner), and start Django. Raises NotConfigured."""
    os.environ.update(environment_for(role))
    import django

    django.setup()


def web_command(*, host: str, port: int, workers: int) -> list[str]:
    """The web server: `workers` processes of four threads each."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface=wsgi",
        f"--host={host}",
        f"--port={port}",
        f"--workers={workers}",
        "--blocking-threads=4",
        "--respawn-failed-workers",  # otherwise one killed process, say for its memory, takes the others with it
        "--respawn-interval=0.5",
        "--log-level=warning",
        "--no-access-log",  # an address may carry a device's token
        "kimbilio.server.config.wsgi:application",
    ]


def jobs_command(*, concurrency: int) -> list[str]:
    """The worker: `concurrency` jobs at a time."""
    return [sys.executable, "-m", "kimbilio.server.config.worker", str(concurrency)]
