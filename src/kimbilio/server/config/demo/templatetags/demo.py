"""The colleagues as whom one may sign in, for the sign-in page of the demo."""

from __future__ import annotations

from django import template

from kimbilio.server.config.demo.personas import Persona, personas

register = template.Library()


@register.simple_tag(name="personas")
def personas_tag() -> list[Persona]:
    """`{% personas as colleagues %}`"""
    return personas()
