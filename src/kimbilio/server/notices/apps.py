"""Registers the room `notices`: its queue on *Work*, and the function that the gateway's reports need."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "kimbilio.server.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    vetted_functions = {"notices_organisation_of(uuid)": ("kimbilio_web",)}
    """Functions that see every organisation and return ids only, with the roles that may call them
    (`config.roles`).
    """

    def ready(self) -> None:
        from kimbilio.server.ui.panels import register_queue

        from .queues import not_reached

        register_queue(
            "not-reached",
            _("Not reached"),
            80,
            not_reached,
            explanation=_("Notices that did not reach their receiver. Tell the receiver yourself."),
        )
