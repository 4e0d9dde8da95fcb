"""What a backup says about itself, in clear: versions, sizes, hashes, the roots of the journals. No person's data.

    kimbilio-20261127T180000Z/
    ├── manifest.json
    ├── main.dump.age     the main database, pg_dump's custom format, sealed to the steward's key
    ├── blobs.tar.age     the attachments, which are encrypted anyway
    └── tombstones        ids of keys that were destroyed until then

The key store is never here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .process import NotConfigured
from .streams import Piece, hash_of

FILE = "manifest.json"
MAIN, BLOBS, TOMBSTONES = "main.dump.age", "blobs.tar.age", "tombstones"
FORMAT = 1
ANOTHER = "Restore from another backup."


@dataclass(frozen=True)
class Manifest:
    """A backup's own account. `roots`: organisation, size and root of each journal as they stood before the dump.

    `organisations`: ids of those whose master keys are needed to read it.
    """

    made_at: str
    server: int
    blobs: int
    pieces: Sequence[Piece]
    roots: Sequence[dict[str, Any]]
    organisations: Sequence[str]

    def write(self, folder: Path) -> None:
        """Write it into the backup's folder."""
        document = {
            "format": FORMAT,
            "kimbilio": version("kimbilio"),
            **asdict(self),
            "pieces": [asdict(piece) for piece in self.pieces],
        }
        (folder / FILE).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def manifest_read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises NotConfigured."""
    try:
        document = json.loads((folder / FILE).read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise NotConfigured(
                f"{folder.name} was written in another format", "Use the version of Kimbilio that wrote it."
            )
        return Manifest(
            made_at=document["made_at"],
            server=document["server"],
            blobs=document["blobs"],
            pieces=[Piece(**piece) for piece in document["pieces"]],
            roots=document["roots"],
            organisations=document["organisations"],
        )
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise NotConfigured(f"{folder} has no {FILE} that can be read", ANOTHER) from fault


def pieces_check(folder: Path, manifest: Manifest) -> None:
    """Hold every file to the manifest. Raises NotConfigured with the first that differs."""
    if {piece.name for piece in manifest.pieces} != {MAIN, BLOBS, TOMBSTONES}:
        raise NotConfigured(f"The manifest of {folder.name} does not name the files of a backup", ANOTHER)
    for piece in manifest.pieces:
        path = folder / piece.name
        if not path.is_file():
            raise NotConfigured(f"{piece.name} is missing in {folder.name}", ANOTHER)
        size = path.stat().st_size
        if size != piece.size:
            raise NotConfigured(
                f"{piece.name} has {size} bytes and was written with {piece.size}: it was cut or added to",
                ANOTHER,
            )
        if hash_of(path) != piece.sha256:
            raise NotConfigured(f"{piece.name} is not as it was written: some of it was changed", ANOTHER)
