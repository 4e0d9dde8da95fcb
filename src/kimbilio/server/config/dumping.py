"""pg_dump and pg_restore, through pipes. The address of a database reaches them by their environment, because a
command line can be read by everybody on the machine.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from psycopg import pq
from psycopg.conninfo import conninfo_to_dict

from . import postgres
from .process import NotConfigured

FORGOTTEN = ("django_session",)
"""Tables whose rows no backup keeps: a restored session would be somebody's open door."""


@contextmanager
def dumping(url: str) -> Iterator[IO[bytes]]:
    """The dump of a database as a stream. Raises NotConfigured when pg_dump does not end well."""
    command = [str(postgres.client_program("pg_dump")), "--format=custom", "--no-owner", "--no-privileges"]
    command += [f"--exclude-table-data={table}" for table in FORGOTTEN]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env=_environment(url), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said
        )
        assert process.stdout  # noqa: S101  # a pipe
        try:
            yield process.stdout
            code = process.wait()
        finally:
            process.stdout.close()
            process.kill()
            process.wait()
        if code != 0:
            raise NotConfigured(
                f"The database could not be dumped: {_last_line(said)}",
                "Nothing was kept under the backup's name. Mend what it names and try again.",
            )


def restore_into(url: str, give: Callable[[IO[bytes]], object]) -> None:
    """Restore a dump, all of it or nothing; `give` writes it. Raises NotConfigured, and what `give` raises."""
    command = [
        str(postgres.client_program("pg_restore")),
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-privileges",
        f"--dbname={conninfo_to_dict(url)['dbname']}",
    ]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env=_environment(url), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
        )
        assert process.stdin  # noqa: S101  # a pipe
        broken = False
        try:
            give(process.stdin)
            process.stdin.close()
        except BrokenPipeError:
            broken = True
        except BaseException:
            process.kill()  # before it reads an end and takes the half for the whole
            raise
        finally:
            code = process.wait()
        if code != 0 or broken:
            raise NotConfigured(
                f"The database could not be restored: {_last_line(said)}",
                "It is as it was before. Mend what it names and try again.",
            )


def _environment(url: str) -> dict[str, str]:
    names = {
        option.keyword.decode(): option.envvar.decode()
        for option in pq.Conninfo.get_defaults()
        if option.envvar
    }
    told = {names[word]: str(value) for word, value in conninfo_to_dict(url).items() if word in names}
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", **told}


def _last_line(said: IO[bytes]) -> str:
    """The first line of what the program complained about: later ones may quote rows."""
    said.seek(0)
    lines = said.read(4000).decode(errors="replace").strip().splitlines()
    return lines[0] if lines else "it ended by itself"
