"""Registers the room `field`."""

from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "kimbilio.server.field"
    label = "field"
    default_auto_field = "django.db.models.BigAutoField"
