"""Registers the room `config`: the pages that belong to no other room, and the start of every process."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "kimbilio.server.config"
    label = "config"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from kimbilio.server.notices.destinations import register_destination

        from .sessions import session_begins
        from .watching import ABOUT, backup_address

        register_destination(ABOUT, backup_address)
        user_logged_in.connect(session_begins, dispatch_uid="session_begins")
