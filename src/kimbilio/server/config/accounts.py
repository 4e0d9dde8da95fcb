"""The sign-in addresses we serve: of allauth's, those that people here need, and no others.

E-mail addresses, sign-in by a mailed code and resetting a password by mail are left out: an account has no mail
address, and a mailbox that a trafficker reads must not open the door.
"""

from __future__ import annotations

from allauth.account.urls import urlpatterns as account
from django.urls import include, path

SERVED = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",  # its page says that accounts are made by the organisation
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
}

urlpatterns = [pattern for pattern in account if pattern.name in SERVED]
urlpatterns.append(path("2fa/", include("allauth.mfa.urls")))
