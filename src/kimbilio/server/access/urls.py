"""Addresses of the room `access`."""

from __future__ import annotations

from django.urls import path

from . import book, phones, views

app_name = "access"
urlpatterns = [
    path("organisation/", views.organisation, name="organisation"),
    path("organisation/devices/enrol/", phones.device_enrol, name="device_enrol"),
    path("organisation/devices/<uuid:device>/revoke/", phones.device_revoke, name="device_revoke"),
    path("organisation/devices/<uuid:device>/release/", phones.device_release, name="device_release"),
    path("organisation/desks/<uuid:desk>/verify/", views.desk_verify, name="desk_verify"),
    path("organisation/desks/<uuid:desk>/place/", views.desk_place, name="desk_place"),
    path("journal/", views.journal, name="journal"),
    path("journal/seal/", book.seal, name="seal"),
    path("journal/unusual/", book.unusual, name="unusual"),
    path("journal/unusual/<uuid:digest>/looked/", book.digest_looked, name="digest_looked"),
]
