"""Registers the room `config`: the pages that belong to no other room, and the start of every process."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "kimbilio.server.config"
    label = "config"

    def ready(self) -> None:
        from kimbilio.server.notices.destinations import register_destination

        from .watching import ABOUT, backup_address

        register_destination(ABOUT, backup_address)
