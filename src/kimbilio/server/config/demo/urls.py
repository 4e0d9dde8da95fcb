"""Addresses of the demo."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "demo"
urlpatterns = [
    path("", views.minute, name="minute"),
    path("colleagues/", views.colleagues, name="colleagues"),
    path("send/<slug:sample>/", views.send, name="send"),
    path("as/<uuid:member>/", views.act_as, name="act_as"),
]
