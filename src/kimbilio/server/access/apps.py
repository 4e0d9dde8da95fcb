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
        from .signins import signins_heed
        from .views import KEEPERS, READERS_OF_THE_BOOK

        def role_of(request: HttpRequest) -> str:
            member = getattr(request, "member", None)
            return member.role if member is not None else ""

        def reads_the_book(request: HttpRequest) -> bool:
            return role_of(request) in READERS_OF_THE_BOOK

        def organisation_order(request: HttpRequest) -> int:
            return 32 if role_of(request) in KEEPERS else 70

        def signature(request: HttpRequest) -> Signature | None:
            member = getattr(request, "member", None)
            if member is None:
                return None
            return Signature(member=member.name, organisation=member.organisation.called)

        register_item(title=_("Organisation"), url_name="access:organisation", order=organisation_order)
        register_item(title=_("Journal"), url_name="access:journal", order=35, allowed=reads_the_book)
        signins_heed()
        register_signature(signature)
        register_queue(
            "phones",
            _("Phones"),
            80,
            knock_rows,
            explanation=_("Phones whose code another phone has tried. Release the code, or revoke it."),
        )
