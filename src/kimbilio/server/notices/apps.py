"""Registers the room `notices`."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "kimbilio.server.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"
