"""Every address of the server."""

from __future__ import annotations

from django.apps import apps
from django.urls import include, path

from kimbilio.server.field.enrolling import enrol

from .health import health

urlpatterns = [
    path("health/", health, name="health"),
    path("", include("kimbilio.server.people.urls")),
    path("", include("kimbilio.server.access.urls")),
    path("", include("kimbilio.server.country.urls")),
    path("practice/", include("kimbilio.server.practice.urls")),
    path("", include("kimbilio.server.notices.urls")),
    path("", include("kimbilio.server.referrals.urls")),
    path("", include("kimbilio.server.forms.urls")),
    path("", include("kimbilio.server.intake.urls")),
    path("accounts/", include("kimbilio.server.config.accounts")),
    path("openrosa/", include("kimbilio.server.field.urls")),
    path("field/enrol", enrol, name="field_enrol"),
    path("i18n/", include("django.conf.urls.i18n")),
]

if apps.is_installed("kimbilio.server.config.demo"):
    urlpatterns.append(path("demo/", include("kimbilio.server.config.demo.urls")))
