"""Settings of the tests: the real ones, against a PostgreSQL server of the tests' own, as the web role."""

from __future__ import annotations

import os
from pathlib import Path

from kimbilio.server.config import postgres
from kimbilio.server.config.settings import *  # noqa: F403  # a settings module is a namespace

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "var" / "test"
HOME.mkdir(parents=True, exist_ok=True)
SERVER = postgres.start(HOME)
RUN = os.environ.setdefault("KIMBILIO_TEST_RUN", str(os.getpid()))
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
DATABASE = os.environ.get("KIMBILIO_TEST_DATABASE", f"kimbilio_{RUN}_{WORKER}")
KIMBILIO_ROLE = os.environ.get("KIMBILIO_ROLE", "web")
ROLE = {"web": "kimbilio_web", "jobs": "kimbilio_jobs", "owner": "postgres"}[KIMBILIO_ROLE]

SECRET_KEY = "only-for-tests"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATABASES = {
    alias: {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE + suffix,
        "USER": ROLE,
        "HOST": str(SERVER.sockets),
        "CONN_MAX_AGE": None,
    }
    for alias, suffix in (("default", ""), ("keys", "_keys"))
}
KIMBILIO_KEYS = os.environ.get("KIMBILIO_KEYS", str(HOME / "keys"))
KIMBILIO_BLOBS = str(HOME / "blobs" / f"{RUN}-{WORKER}")
KIMBILIO_TOMBSTONES = os.environ.get("KIMBILIO_TOMBSTONES", str(HOME / "tombstones" / f"{RUN}-{WORKER}"))
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
