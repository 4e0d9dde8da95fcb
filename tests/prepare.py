"""Makes the template database that every test run copies: migrations, rights, published forms, the standing cast.

Run as a program of its own, as the database's owner; `conftest` calls it once for each state of the source.
"""

from __future__ import annotations

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
os.environ["KIMBILIO_ROLE"] = "owner"


def main() -> None:
    """Prepare the database that KIMBILIO_TEST_DATABASE names."""
    import django
    from django.conf import settings

    settings.SERVER.database_make(settings.DATABASE, settings.DATABASE + "_keys")
    django.setup()
    from kimbilio.server.config import roles
    from kimbilio.server.config.database import migrate

    roles.roles_make()
    migrate()
    from tests.world import world_build

    world_build()


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    main()
