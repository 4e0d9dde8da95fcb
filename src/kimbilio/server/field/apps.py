"""Registers the room `field`: where a notice of a phone leads."""

from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "kimbilio.server.field"
    label = "field"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kimbilio.server.notices.destinations import register_destination

        from .admission import ABOUT, phones_address

        register_destination(ABOUT, phones_address)
