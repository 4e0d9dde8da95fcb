"""An installation of the test's own: committed databases, folders, and the real `kimbilio` command on them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connections

from kimbilio.server.kernel.custody import custody

KIMBILIO = Path(sys.executable).parent / "kimbilio"
OURS = ("KIMBILIO_", "DATABASE_URL", "KEYS_DATABASE_URL", "JOBS_DATABASE_URL", "OWNER_", "DJANGO_")


@dataclass(frozen=True)
class Installation:
    """Two databases and the folders beside them. Everything lies below `home`."""

    database: str
    home: Path

    @property
    def keys(self) -> Path:
        """The key folder."""
        return self.home / "keys"

    @property
    def blobs(self) -> Path:
        """The encrypted attachments."""
        return self.home / "blobs"

    @property
    def tombstones(self) -> Path:
        """The list of destroyed keys."""
        return self.home / "elsewhere" / "tombstones"

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of this installation has in its environment."""
        bare = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        url = settings.SERVER.url
        return (
            bare
            | {
                "KIMBILIO_SECRET_KEY": "only-for-the-tests-of-an-installation",
                "KIMBILIO_DATA": str(self.home / "data"),
                "KIMBILIO_KEYS": str(self.keys),
                "KIMBILIO_BLOBS": str(self.blobs),
                "KIMBILIO_TOMBSTONES": str(self.tombstones),
                "DATABASE_URL": url(self.database, "kimbilio_web"),
                "JOBS_DATABASE_URL": url(self.database, "kimbilio_jobs"),
                "KEYS_DATABASE_URL": url(f"{self.database}_keys", "kimbilio_web"),
                "OWNER_DATABASE_URL": url(self.database),
                "OWNER_KEYS_DATABASE_URL": url(f"{self.database}_keys"),
                "PYTHONIOENCODING": "utf-8",
            }
            | more
        )

    def start(self, *words: str | Path, **environment: str) -> subprocess.Popen[str]:
        """Start a command and do not wait for it."""
        return subprocess.Popen(
            [str(KIMBILIO), *map(str, words)],
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(
        self, *words: str | Path, given: str = "", before: Sequence[str] = (), **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; `before` is a program that starts it, such as a shell with limits."""
        return subprocess.run(
            [*before, str(KIMBILIO), *map(str, words)],
            env=self.environment(**environment),
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    @contextmanager
    def used(self) -> Iterator[None]:
        """Within the block the test's own process works on this installation."""
        aliases = (("default", ""), ("keys", "_keys"))
        before = [connections[alias].settings_dict["NAME"] for alias, _ in aliases]
        folders = (settings.KIMBILIO_KEYS, settings.KIMBILIO_BLOBS, settings.KIMBILIO_TOMBSTONES)
        settings.KIMBILIO_KEYS, settings.KIMBILIO_BLOBS = str(self.keys), str(self.blobs)
        settings.KIMBILIO_TOMBSTONES = str(self.tombstones)
        custody.cache_clear()
        for alias, suffix in aliases:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = self.database + suffix
        try:
            yield
        finally:
            for (alias, _), name in zip(aliases, before, strict=True):
                connections[alias].close()
                connections[alias].settings_dict["NAME"] = name
            settings.KIMBILIO_KEYS, settings.KIMBILIO_BLOBS, settings.KIMBILIO_TOMBSTONES = folders
            custody.cache_clear()

    def owner(self, *, keys: bool = False) -> psycopg.Connection[tuple[object, ...]]:
        """A connection as the databases' owner."""
        return psycopg.connect(settings.SERVER.url(f"{self.database}_keys" if keys else self.database))
