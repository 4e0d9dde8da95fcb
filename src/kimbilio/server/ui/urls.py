"""Addresses of the ui room: the look page alone."""

from django.urls import path

from kimbilio.server.ui import views

app_name = "ui"
urlpatterns = [path("look/", views.look, name="look")]
