"""Addresses of floods."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "intake"
urlpatterns = [
    path("floods/<uuid:flood>/", views.flood, name="flood"),
    path("floods/<uuid:flood>/settle/", views.flood_settle, name="flood_settle"),
]
