"""Registers the room `intake`."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "kimbilio.server.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"
