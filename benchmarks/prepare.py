"""Migrates the house and lets the standing cast in; a process of its own, as the database's owner."""

from __future__ import annotations

from kimbilio.server.config.process import owner_begin


def main() -> None:
    """Prepare the databases that the environment names."""
    owner_begin()
    from kimbilio.server.config import database, roles

    roles.roles_make()
    database.migrate()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    from tests.world import world_build

    world_build()


if __name__ == "__main__":
    main()
