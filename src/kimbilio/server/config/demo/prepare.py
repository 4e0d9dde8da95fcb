"""Brings the demo's databases, forms, desks and static files to what this version needs, then ends.

    python -m kimbilio.server.config.demo.prepare

Runs as the databases' owner. Safe to run at every start; what was entered is not touched.
"""

from __future__ import annotations

import os


def main() -> None:
    """Prepare the demo."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from kimbilio.packs import load
    from kimbilio.server.config import database, roles
    from kimbilio.server.forms.services import forms_publish

    from .world import table, world_build

    roles.roles_make()
    database.migrate()
    forms_publish(pack=load(table()["pack"]))
    world_build(token=os.environ["KIMBILIO_DEMO_TOKEN"], today=timezone.now().date())
    call_command("collectstatic", interactive=False, verbosity=0)


if __name__ == "__main__":
    main()
