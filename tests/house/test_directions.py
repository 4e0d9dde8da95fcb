"""Arrows that import-linter cannot see: foreign keys and addresses written as strings."""

from __future__ import annotations

import re

from django.apps import apps

from tests.house.tree import ROOT, rooms

ADDRESS = re.compile(r"""{%\s*url\s+["']((\w+):\w+)""")


def test_no_key_points_to_a_higher_room() -> None:
    height = {room: number for number, room in enumerate(rooms())}
    wrong = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model
        if model._meta.app_label in height and field.related_model._meta.app_label in height
        if height[field.related_model._meta.app_label] > height[model._meta.app_label]
    ]
    assert not wrong


def test_every_room_with_tables_stands_in_the_order() -> None:
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("kimbilio.server.")}
    assert ours <= set(rooms())


def test_no_template_names_an_address_of_a_higher_room() -> None:
    height = {room: number for number, room in enumerate(rooms())}
    wrong = []
    for room in rooms():
        for template in (ROOT / "src/kimbilio/server" / room).rglob("templates/**/*.html"):
            for address, other in ADDRESS.findall(template.read_text(encoding="utf-8")):
                if height.get(other, 0) > height[room]:
                    wrong.append(f"{room}/{template.name} names {address}")
    assert not wrong
