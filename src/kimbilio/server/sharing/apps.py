"""Registers the room `sharing`."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "kimbilio.server.sharing"
    label = "sharing"
    default_auto_field = "django.db.models.BigAutoField"
