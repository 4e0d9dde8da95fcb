"""Every address of the server."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("kimbilio.server.people.urls")),
    path("", include("kimbilio.server.access.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
