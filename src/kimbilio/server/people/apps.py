"""Registers the room `people`: its doors in the mast."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "kimbilio.server.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kimbilio.server.identity.actor import SEES_IDENTITIES
        from kimbilio.server.ui.navigation import register_item
        from kimbilio.server.ui.panels import register_panel

        from .erasing_queues import queues_register
        from .panels import why_asking

        queues_register()

        def sees(request: HttpRequest) -> bool:
            member = getattr(request, "member", None)
            return member is not None and member.role in SEES_IDENTITIES

        register_item(title=_("Work"), url_name="people:work", order=10)
        register_item(title=_("Cases"), url_name="people:cases", order=20, allowed=sees)
        register_panel("journal", _("Who can see a case, and why"), 10, why_asking)
