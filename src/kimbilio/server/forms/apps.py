"""Registers the room `forms`: the forms of a case, and the queue of those that need a look."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class FormsConfig(AppConfig):
    name = "kimbilio.server.forms"
    label = "forms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kimbilio.server.identity.actor import SEES_IDENTITIES
        from kimbilio.server.notices.destinations import register_destination
        from kimbilio.server.people.holdings import register_rings
        from kimbilio.server.ui.navigation import register_item
        from kimbilio.server.ui.panels import register_panel, register_queue

        from .encryption import encryption_panel
        from .erased import rings_of_cases
        from .looks import ABOUT, form_address
        from .panels import forms_panel, look_rows, refusal_address

        register_destination(ABOUT, form_address)
        register_destination("refused", refusal_address)
        register_rings(rings_of_cases)

        def sees(request: HttpRequest) -> bool:
            member = getattr(request, "member", None)
            return member is not None and member.role in SEES_IDENTITIES

        register_item(title=_("Paper"), url_name="forms:paper", order=47, allowed=sees)
        register_panel("case", _("Forms"), 40, forms_panel)
        register_panel("organisation", _("Encryption on the phone"), 40, encryption_panel)
        register_queue(
            "look",
            _("Needs a look"),
            70,
            look_rows,
            explanation=_("Forms that could not be read, or that hold something a person should see."),
        )
