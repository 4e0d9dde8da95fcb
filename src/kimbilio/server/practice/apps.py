"""Registers the room `practice`: its door for those who screen, and another for those who look after them."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class PracticeConfig(AppConfig):
    name = "kimbilio.server.practice"
    label = "practice"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kimbilio.server.ui.navigation import register_item

        from .selectors import LEADS, PRACTISES

        def role_of(request: HttpRequest) -> str:
            member = getattr(request, "member", None)
            return member.role if member is not None else ""

        register_item(
            title=_("Practice"),
            url_name="practice:people",
            order=45,
            allowed=lambda request: role_of(request) in PRACTISES,
        )
        register_item(
            title=_("Practice"),
            url_name="practice:colleagues",
            order=45,
            allowed=lambda request: role_of(request) in LEADS,
        )
