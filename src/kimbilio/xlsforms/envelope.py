"""The open part of a form that was encrypted on the phone.

Knows the submission manifest that ODK Collect sends in place of the form: which form, which filling, the closed
key, the names of the closed files, the closed proof that all of it is whole. Does not know any key. Source: ODK
encrypted forms specification; getodk/collect, EncryptionUtils.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from kimbilio.xlsforms.submission import parse, read_identity

CLOSED = ".enc"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A form that is closed. `media` and `form` are the names of the closed files, in the order of closing:
    the form itself comes last. What the phone left out or wrote wrongly is empty.
    """

    form_id: str
    version: str | None
    instance_id: str
    key: str
    media: tuple[str, ...]
    form: str
    proof: bytes

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all closed files, in the order of closing."""
        return (*self.media, self.form) if self.form else self.media

    @property
    def closed_key(self) -> bytes:
        """The closed secret."""
        return _bytes(self.key)

    def told(self, digests: Mapping[str, str]) -> str:
        """The text that the proof is of; `digests` are the MD5 of the open files by their closed names."""
        parts = [
            self.form_id,
            *([self.version] if self.version is not None else []),
            self.key,
            self.instance_id,
        ]
        parts += [f"{opened_name(name)}::{digests[name]}" for name in self.files]
        return "".join(f"{part}\n" for part in parts)


def opened_name(closed: str) -> str:
    """What a closed file is called when it is open."""
    return closed.removesuffix(CLOSED)


def read_envelope(xml: bytes) -> Envelope | None:
    """The envelope; None when the form came open. Raises what `read_identity` raises."""
    if b"encrypted" not in xml:  # nearly every form: spare it the reading
        return None
    root = parse(xml)
    if (root.get("encrypted") or "").strip() != "yes":
        return None
    identity = read_identity(xml)
    return Envelope(
        form_id=identity.form_id,
        version=identity.version,
        instance_id=identity.instance_id,
        key=next(_texts(root, "base64EncryptedKey"), ""),
        media=tuple(name for media in _named(root, "media") for name in _texts(media, "file")),
        form=next(_texts(root, "encryptedXmlFile"), ""),
        proof=_bytes(next(_texts(root, "base64EncryptedElementSignature"), "")),
    )


def _named(parent: Element, name: str) -> Iterable[Element]:
    """Clients differ in the namespace: Collect writes one, the specification's text another."""
    return (element for element in parent if element.tag.rpartition("}")[2] == name)


def _texts(parent: Element, name: str) -> Iterator[str]:
    return (text for element in _named(parent, name) if (text := (element.text or "").strip()))


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
