"""Addresses of the room `country`."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "country"
urlpatterns = [
    path("law/", views.law, name="law"),
    path("media/<str:name>", views.medium, name="medium"),
]
