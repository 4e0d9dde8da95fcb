"""Registers the room `intake`: floods of emergencies on *Work* and on cases."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    name = "kimbilio.server.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kimbilio.server.notices.destinations import register_destination
        from kimbilio.server.ui.panels import register_panel, register_queue

        from .panels import flood_address, flood_rows, held_panel

        register_destination("flood", flood_address)
        register_panel("case", _("Waiting for a supervisor"), 5, held_panel)
        register_queue(
            "floods",
            _("Many emergencies from one phone"),
            5,
            flood_rows,
            explanation=_("Nothing was sent for them yet. Say whether they are real."),
        )
