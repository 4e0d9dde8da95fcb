"""Registers the demo. It stands before every other application, so that its templates may add to theirs."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "kimbilio.server.config.demo"
    label = "demo"
