"""Registers the room `access`; it has no tables of its own."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class AccessConfig(AppConfig):
    name = "kimbilio.server.access"
    label = "access"

    def ready(self) -> None:
        from kimbilio.server.ui.navigation import Signature, register_item, register_signature
        from kimbilio.server.ui.panels import register_queue

        from .panels import knock_rows
        from .views import READERS_OF_THE_BOOK

        def reads_the_book(request: HttpRequest) -> bool:
            member = getattr(request, "member", None)
            return member is not None and member.role in READERS_OF_THE_BOOK

        def signature(request: HttpRequest) -> Signature | None:
            member = getattr(request, "member", None)
            if member is None:
                return None
            return Signature(member=member.name, organisation=member.organisation.called)

        register_item(title=_("Organisation"), url_name="access:organisation", order=50)
        register_item(title=_("Journal"), url_name="access:journal", order=60, allowed=reads_the_book)
        register_signature(signature)
        register_queue(
            "phones",
            _("Phones"),
            80,
            knock_rows,
            explanation=_("Phones whose code another phone has tried. Release the code, or revoke it."),
        )
