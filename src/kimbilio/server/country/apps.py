"""Registers the room `country`: the door to the law. It has no tables: a pack is files."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CountryConfig(AppConfig):
    name = "kimbilio.server.country"
    label = "country"

    def ready(self) -> None:
        from kimbilio.server.ui.navigation import register_item

        register_item(title=_("The law"), url_name="country:law", order=42)
