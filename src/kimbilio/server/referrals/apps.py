"""Registers the room `referrals`: its doors, its queues on *Work*, its panels on a case, and the function
that jobs may call.
"""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "kimbilio.server.referrals"
    label = "referrals"
    default_auto_field = "django.db.models.BigAutoField"

    vetted_functions = {"referrals_overdue(timestamptz)": ("kimbilio_jobs",)}
    """Functions that see every organisation and return ids only, with the roles that may call them
    (`config.roles`).
    """

    def ready(self) -> None:
        from kimbilio.server.identity.actor import SEES_IDENTITIES
        from kimbilio.server.notices.destinations import register_destination
        from kimbilio.server.ui.navigation import register_item
        from kimbilio.server.ui.panels import register_panel

        from .notices import referral_address
        from .panels import (
            given_panel,
            overrides_panel,
            referrals_next,
            referrals_panel,
            sent_under_taken_back,
        )
        from .queues import queues_register
        from .telling import ABOUT

        queues_register()
        register_destination(ABOUT, referral_address)
        register_panel("case", _("Referrals"), 30, referrals_panel)
        register_panel("erase", _("What others were given"), 10, given_panel)
        register_panel("case_next", _("Taken back"), 5, sent_under_taken_back)
        register_panel("unusual", _("Shared without consent"), 10, overrides_panel)
        register_panel("case_next", _("Next"), 10, referrals_next)

        def sees(request: HttpRequest) -> bool:
            member = getattr(request, "member", None)
            return member is not None and member.role in SEES_IDENTITIES

        register_item(title=_("Referrals"), url_name="referrals:list", order=30, allowed=sees)
        register_item(title=_("Directory"), url_name="referrals:directory", order=40)
