"""Registers the kernel; its few tables (keys, tombstones) live in the key store, apart from the main database."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "kimbilio.server.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"
