"""Registers the room `identity`."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "kimbilio.server.identity"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"
