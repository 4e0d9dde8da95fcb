"""Addresses of the ui tests: the server's own, and the look page, which otherwise only the demo has."""

from django.urls import include, path

from kimbilio.server.config.urls import urlpatterns as served

urlpatterns = [*served, path("ui/", include("kimbilio.server.ui.urls"))]
