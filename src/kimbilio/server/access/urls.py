"""Addresses of the room `access`."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "access"
urlpatterns = [
    path("organisation/", views.organisation, name="organisation"),
    path("organisation/devices/enrol/", views.device_enrol, name="device_enrol"),
    path("organisation/devices/<uuid:device>/revoke/", views.device_revoke, name="device_revoke"),
    path("organisation/desks/<uuid:desk>/verify/", views.desk_verify, name="desk_verify"),
    path("journal/", views.journal, name="journal"),
]
