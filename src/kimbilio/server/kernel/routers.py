"""Keeps the key store apart: the kernel's tables live in the database `keys`, everything else in `default`."""

from __future__ import annotations

from typing import Any

from django.db import models

STORE = "keys"


class KeyStoreRouter:
    """Django's database router for the two databases."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str:
        return STORE if model._meta.app_label == "kernel" else "default"

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return (db == STORE) == (app_label == "kernel")
