"""The ui room's Django application."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, static files and template tags; no models."""

    name = "kimbilio.server.ui"
    label = "ui"
