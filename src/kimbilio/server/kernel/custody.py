"""Who holds the organisations' master keys.

Today a folder of files; a KMS or a TPM stands behind the same verbs.

A master key closes the data keys of persons and nothing else directly, so it can be changed. What is compared
later, as keyed hashes and search codes are, hangs on secrets that stay the same: they are derived from the first
master, and a rotation takes them over, closed with the new one. Old envelope secrets are taken over too, because
an envelope that was sealed to the old public key cannot be sealed again.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from . import crypto
from .crypto import DataKey, Unreadable

PURPOSES = ("content", "factors", "mark", "push", "search", "submission", "ways")
"""What stable secrets are for: hashes of what acts wrote, marks of acts, the sender of web pushes, search codes,
hashes of forms as they came, hashes of the addresses of members, seeds of their second factors.
"""

INSTALLATION = uuid.UUID(int=0)
"""Under this id the installation itself has a ring, for what belongs to no organisation."""

_ENVELOPE = "envelope"
_ROOT = "root"
_NEXT, _LAST = ".next", ".last"
_VERSION = 2
_DAMAGED = "An organisation's master key file is damaged. Restore the folder named by KIMBILIO_KEYS."


class NoMasterKey(RuntimeError):
    """An organisation's master key is not in the key folder. Restore the folder named by KIMBILIO_KEYS."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or str(type(self).__doc__))


@dataclass(frozen=True)
class KeyRing:
    """The keys of one organisation.

    `masters`: the first closes; the others only open, and are there only while a rotation runs. `kept`: secrets
    that outlived the master they came from, by purpose. `envelopes`: X25519 secrets of public keys that were
    given out before, newest first.
    """

    masters: tuple[DataKey, ...]
    kept: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    envelopes: tuple[bytes, ...] = field(default=(), repr=False)

    @property
    def master(self) -> DataKey:
        """The master that closes data keys now."""
        return self.masters[0]

    def opener(self, wrapped: bytes) -> DataKey | None:
        """The master that closed a wrapped data key, if the ring holds it."""
        wanted = crypto.key_id_of(wrapped)
        return next((master for master in self.masters if master.id == wanted), None)

    def secret(self, purpose: str) -> bytes:
        """The secret for one of PURPOSES; a rotation does not change it."""
        if purpose not in PURPOSES:
            raise KeyError(f"{purpose!r} is not in custody.PURPOSES; without it a rotation would lose it.")
        return self.kept.get(purpose) or crypto.derive(self.kept.get(_ROOT, self.master.secret), purpose)

    def secrets_written(self, purpose: str) -> list[bytes]:
        """The secrets under which something new is written: while one is changed, the one to come as well."""
        coming = self.kept.get(purpose + _NEXT)
        return [self.secret(purpose), *([coming] if coming else [])]

    def changing(self, purpose: str) -> str:
        """How far the change of a stable secret has come: `begun`, `switched`, or nothing."""
        if purpose + _NEXT in self.kept:
            return "begun"
        return "switched" if purpose + _LAST in self.kept else ""

    def change_begun(self, purpose: str) -> KeyRing:
        """The ring with a further secret for `purpose`, under which is written and not yet asked."""
        return self._keeping({purpose + _NEXT: crypto.new_secret()})

    def change_switched(self, purpose: str) -> KeyRing:
        """The ring in which the further secret is the one; the last stays until nothing hangs on it."""
        changed = {purpose: self.kept[purpose + _NEXT], purpose + _LAST: self.secret(purpose)}
        return self._keeping(changed, without=purpose + _NEXT)

    def change_ended(self, purpose: str) -> KeyRing:
        """The ring without the last secret."""
        return self._keeping({}, without=purpose + _LAST)

    def _keeping(self, more: Mapping[str, bytes], without: str = "") -> KeyRing:
        kept = {name: secret for name, secret in {**self.kept, **more}.items() if name != without}
        return KeyRing(self.masters, kept, self.envelopes)

    def envelope_secrets(self) -> list[bytes]:
        """X25519 secrets that open envelopes, the one of today's public key first."""
        return [crypto.derive(self.master.secret, _ENVELOPE), *self.envelopes]

    def renewed(self) -> KeyRing:
        """The ring with a new master in front; what must outlive the old one is taken over."""
        return KeyRing(
            masters=(DataKey(uuid.uuid4(), crypto.new_secret()), *self.masters),
            kept=dict(self.kept)
            | {_ROOT: self.kept.get(_ROOT, crypto.new_secret())}
            | {purpose: self.secret(purpose) for purpose in PURPOSES},
            envelopes=tuple(self.envelope_secrets()),
        )

    def settled(self) -> KeyRing:
        """The ring without the masters that no data key needs any more."""
        return KeyRing(self.masters[:1], self.kept, self.envelopes)


class Custody(Protocol):
    """Keeps one key ring per organisation."""

    def ring(self, organisation: uuid.UUID) -> KeyRing:
        """The key ring as it stands now. Raises NoMasterKey."""
        ...

    def secret(self, organisation: uuid.UUID, purpose: str) -> bytes:
        """A stable secret for one of PURPOSES. Raises NoMasterKey."""
        ...

    def create(self, organisation: uuid.UUID) -> None:
        """Make a ring for a new organisation; does nothing when there is one."""
        ...

    def replace(self, organisation: uuid.UUID, ring: KeyRing) -> None:
        """Keep another ring for the organisation, whole or not at all."""
        ...


class KeyFolder:
    """One file per organisation, readable by the service's account alone.

    Each use looks whether the file has changed, so that a rotation reaches running processes at once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[uuid.UUID, tuple[tuple[int, int, int], KeyRing]] = {}

    def ring(self, organisation: uuid.UUID) -> KeyRing:
        path = self.path(organisation)
        try:
            state = path.stat()
            mark = (state.st_mtime_ns, state.st_ino, state.st_size)
            known = self._read.get(organisation)
            if known is not None and known[0] == mark:
                return known[1]
            ring = ring_read(organisation, path.read_bytes())
        except FileNotFoundError:
            raise NoMasterKey from None
        self._read[organisation] = (mark, ring)
        return ring

    def secret(self, organisation: uuid.UUID, purpose: str) -> bytes:
        return self.ring(organisation).secret(purpose)

    def create(self, organisation: uuid.UUID) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(self.path(organisation), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        with os.fdopen(handle, "wb") as file:
            file.write(crypto.new_secret())
            file.flush()
            os.fsync(file.fileno())

    def replace(self, organisation: uuid.UUID, ring: KeyRing) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.path(organisation)
        waiting = path.with_suffix(".new")
        waiting.unlink(missing_ok=True)
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(ring_written(organisation, ring))
            file.flush()
            os.fsync(file.fileno())
        if os.geteuid() == 0:  # root rotates, the service's account must go on reading
            owner = self._folder.stat()
            with contextlib.suppress(FileNotFoundError):
                owner = path.stat()
            os.chown(waiting, owner.st_uid, owner.st_gid)
        waiting.replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def path(self, organisation: uuid.UUID) -> Path:
        """The organisation's file."""
        return self._folder / f"{organisation}.key"


def ring_read(organisation: uuid.UUID, content: bytes) -> KeyRing:
    """A ring from its file: 32 bytes before the first rotation, a document after it. Raises NoMasterKey."""
    if len(content) == 32:
        return KeyRing((DataKey(organisation, content),))
    try:
        document = json.loads(content)
        if document["version"] != _VERSION:
            raise NoMasterKey("An organisation's key file was written by another version of Kimbilio.")
        masters = tuple(
            DataKey(uuid.UUID(row["id"]), base64.b64decode(row["secret"])) for row in document["masters"]
        )
        closer = _closer(masters[0])
        kept = {
            name: crypto.unseal(closer, organisation, f"ring.{name}", base64.b64decode(closed))
            for name, closed in document["kept"].items()
        }
        envelopes = tuple(
            crypto.unseal(closer, organisation, "ring.envelope", base64.b64decode(closed))
            for closed in document["envelopes"]
        )
    except (ValueError, KeyError, TypeError, IndexError, Unreadable, binascii.Error) as fault:
        raise NoMasterKey(_DAMAGED) from fault
    return KeyRing(masters, kept, envelopes)


def ring_written(organisation: uuid.UUID, ring: KeyRing) -> bytes:
    """The ring as its file holds it. What outlived an older master is closed with the newest."""
    closer = _closer(ring.master)

    def closed(name: str, secret: bytes) -> str:
        return base64.b64encode(crypto.seal(closer, organisation, f"ring.{name}", secret)).decode()

    document = {
        "version": _VERSION,
        "masters": [
            {"id": str(master.id), "secret": base64.b64encode(master.secret).decode()}
            for master in ring.masters
        ],
        "kept": {name: closed(name, secret) for name, secret in ring.kept.items()},
        "envelopes": [closed("envelope", secret) for secret in ring.envelopes],
    }
    return json.dumps(document, indent=1).encode()


def _closer(master: DataKey) -> DataKey:
    return DataKey(master.id, crypto.derive(master.secret, "ring"))


@lru_cache(maxsize=1)
def custody() -> Custody:
    """The custody that this installation is set to."""
    return KeyFolder(Path(settings.KIMBILIO_KEYS))
