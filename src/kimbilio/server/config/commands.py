"""What `kimbilio demo`, `serve`, `worker`, `migrate` and `pack print` do. Their words stand in `kimbilio.cli`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from pathlib import Path
from typing import NoReturn

from .process import (
    begin,
    environment_without_owner,
    jobs_command,
    owner_begin,
    owner_role_refuse,
    web_command,
)


def demo(told: Namespace) -> int:
    """Serve the demo world until Ctrl-C."""
    from .demo.supervisor import run

    return run(port=told.port, folder=Path(told.home))


def serve(told: Namespace) -> int:
    """Become the web server. Raises NotConfigured."""
    _become("web", web_command(host=told.host, port=told.port, workers=told.workers))


def worker(told: Namespace) -> int:
    """Become the worker. Raises NotConfigured."""
    _become("jobs", jobs_command(concurrency=told.concurrency))


def _become(role: str, command: list[str]) -> NoReturn:
    """Look whether it is safe, then let the command take the place of this process."""
    owner_role_refuse(role, os.environ)
    begin(role)
    from .safety import unsafe_refuse

    unsafe_refuse()
    os.execve(command[0], command, environment_without_owner(os.environ))  # noqa: S606  # a list we wrote


def migrate(told: Namespace) -> int:
    """Bring the databases and the static files to what this version needs. Raises NotConfigured."""
    owner_begin()
    from django.core.management import call_command

    from . import database

    database.migrate()
    call_command("collectstatic", interactive=False, verbosity=0)
    sys.stdout.write("Both databases and the static files are as this version needs them.\n")
    return 0


def pack_print(told: Namespace) -> int:
    """Write a blank paper form. Its sheet number is drawn for it and known to no organisation.

    Raises PackError, FontsMissing.
    """
    from kimbilio.packs import PackError, load
    from kimbilio.packs.compiler import compile_form
    from kimbilio.server.forms.sheets import blank_sheet
    from kimbilio.server.kernel.ids import new_sheet_number

    pack = load(told.pack)
    spoken = [language.id for language in pack.languages]
    if told.language not in spoken:
        raise PackError(
            f"pack '{pack.id}' has no language '{told.language}'", f"Give one of: {', '.join(spoken)}."
        )
    output: Path = told.output or Path(f"{pack.id}-{told.language}.pdf")
    if not output.parent.is_dir():
        raise PackError(
            f"there is no folder '{output.parent}'", "Make the folder first, or choose another with -o."
        )
    form, number = compile_form(pack), new_sheet_number()
    sheet = blank_sheet(
        pack,
        kind="screening",
        form_id=form.form_id,
        version=form.version,
        language=told.language,
        number=number,
    )
    output.write_bytes(sheet)
    sys.stdout.write(f"{output} is the blank form {form.form_id} {form.version}, sheet {number}.\n")
    return 0
