"""Addresses of practice. Those of a person carry the id of an invented one."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "practice"
urlpatterns = [
    path("", views.people, name="people"),
    path("progress/", views.progress, name="progress"),
    path("colleagues/", views.colleagues, name="colleagues"),
    path("people/<slug:person>/", views.meet, name="meet"),
    path("people/<slug:person>/begin/", views.begin, name="begin"),
    path("people/<slug:person>/part/<slug:part>/", views.part_page, name="part"),
    path("people/<slug:person>/noticed/", views.noticed, name="noticed"),
]
