"""The demo of the journeys: `kimbilio demo` with a folder of its own, and what the journeys ask of its database.

Knows the command, the two tables it prints and the acts of the journal. Does not know what a page looks like.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from kimbilio.server.config import postgres

KIMBILIO = Path(sys.executable).parent / "kimbilio"
OURS = ("KIMBILIO_", "DATABASE_URL", "KEYS_DATABASE_URL", "JOBS_DATABASE_URL", "OWNER_", "DJANGO_")
ACTS = """select act.act from journal_act act
    join people_case on people_case.id = act."case" join people_person person on person.id = people_case.person_id
    where person.code = %s order by act.id"""


@dataclass(frozen=True)
class Demo:
    """A running demo: its address, the address of its phone, its database."""

    address: str
    phone: str
    database: str

    def acts(self, code: str) -> list[str]:
        """The acts on the timeline of the case with this code, oldest first."""
        with psycopg.connect(self.database) as connection:
            return [row[0] for row in connection.execute(ACTS, [code])]

    def referrals(self, code: str) -> set[tuple[str, str]]:
        """Side and state of each referral of the case with this code."""
        with psycopg.connect(self.database) as connection:
            rows = connection.execute(
                "select side, state from referrals_referral referral join people_case on people_case.id = case_id "
                "join people_person person on person.id = person_id where person.code = %s",
                [code],
            )
            return {(row[0], row[1]) for row in rows}

    def envelopes(self) -> int:
        """How many envelopes have left any organisation."""
        with psycopg.connect(self.database) as connection:
            row = connection.execute("select count(*) from sharing_envelope").fetchone()
        return int(row[0]) if row else 0


@contextmanager
def demo_running(folder: Path) -> Iterator[Demo]:
    """Start the demo in `folder`, wait until it serves, stop it, and remove its database wherever it lies."""
    with closing(socket.socket()) as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    process = subprocess.Popen(
        [str(KIMBILIO), "demo", "--port", str(port), "--home", str(folder)],
        env={name: value for name, value in os.environ.items() if not name.startswith(OURS)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said = _until_it_serves(process)
        phone = next(word for word in said.split() if "/openrosa/" in word)
        server = postgres.start(folder / "postgres" / (folder / "instance").read_text().strip())
        yield Demo(f"http://localhost:{port}", phone, server.url("kimbilio"))
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        if process.stdout:
            process.stdout.close()
        for instance in folder.glob("instance"):
            server = postgres.start(folder / "postgres" / instance.read_text().strip())
            server.stop()
            shutil.rmtree(server.data.parent)


def _until_it_serves(process: subprocess.Popen[str]) -> str:
    said = ""
    for line in process.stdout or ():
        said += line
        if "Stop  " in line:
            return said
    raise AssertionError(f"The demo ended before it served:\n{said}")
