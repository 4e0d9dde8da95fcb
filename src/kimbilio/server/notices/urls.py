"""Addresses of the room `notices`. A reference may stand in one: it links nothing."""

from __future__ import annotations

from django.urls import path, register_converter

from . import views
from .references import ReferenceConverter

register_converter(ReferenceConverter, "reference")

app_name = "notices"
urlpatterns = [
    path("n/", views.find, name="find"),
    path("n/<reference:reference>", views.notice, name="notice"),
]
