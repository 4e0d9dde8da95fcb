"""Addresses of the room `notices`. A reference may stand in one: it links nothing."""

from __future__ import annotations

from django.urls import path, register_converter

from . import views, ways_page
from .references import ReferenceConverter

register_converter(ReferenceConverter, "reference")

app_name = "notices"
urlpatterns = [
    path("n/", views.find, name="find"),
    path("n/ways/", ways_page.ways, name="ways"),
    path("n/worker.js", views.worker, name="worker"),
    path("n/lost/", views.lost, name="lost"),
    path("n/report/<str:secret>/<slug:status>", views.report, name="report"),
    path("n/<reference:reference>", views.notice, name="notice"),
]
