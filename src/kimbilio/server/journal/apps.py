"""Registers the room `journal`, and the function that its jobs may call."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "kimbilio.server.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"

    vetted_functions = {"journal_unsealed(boolean)": ("kimbilio_jobs",)}
    """Functions that see every organisation and return ids only, with the roles that may call them
    (`config.roles`).
    """
