"""How ODK Collect encrypts a finished form, step by step as its EncryptionUtils does; and the same by the JDK.

Knows getodk/collect (collect_app/src/main/java/org/odk/collect/android/utilities/EncryptionUtils.java) and the
ODK encrypted forms specification. Does not use the server's cryptography, which it is held against.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from defusedxml.ElementTree import fromstring

from kimbilio.xlsforms import read_identity
from tests.pure.forms_agree import javarosa

CLOSE = Path(__file__).with_name("Close.java")
MANIFEST = (
    '<data id="{form_id}" version="{version}" encrypted="yes" xmlns="http://www.opendatakit.org/xforms/encrypted">'
    "<base64EncryptedKey>{key}</base64EncryptedKey>"
    '<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>{instance}</orx:instanceID></orx:meta>\n'
    "{media}<encryptedXmlFile>submission.xml.enc</encryptedXmlFile>"
    "<base64EncryptedElementSignature>{signature}</base64EncryptedElementSignature></data>"
)


_md5 = functools.partial(hashlib.md5, usedforsecurity=False)


@dataclass(frozen=True)
class Closed:
    """What the phone sends: the submission manifest in place of the form, and the closed files."""

    manifest: bytes
    files: dict[str, bytes]


def public_key_in(xform: str) -> str:
    """The key that the form names, as Collect finds it; empty for a form that is not encrypted."""
    found = [
        e.get("base64RsaPublicKey", "") for e in fromstring(xform).iter() if e.tag.endswith("}submission")
    ]
    return found[0] if found else ""


def close(xform: str, xml: bytes, media: Mapping[str, bytes] | None = None, *, instance: str = "") -> Closed:
    """Encrypt a finished form, its media first and the form itself last. `instance` lies about the form."""
    identity = read_identity(xml)
    information = _Information(
        public_key_in(xform), identity.form_id, identity.version or "", instance or identity.instance_id
    )
    files = {f"{name}.enc": information.encrypt(name, content) for name, content in (media or {}).items()}
    files["submission.xml.enc"] = information.encrypt("submission.xml", xml)
    return Closed(information.manifest(list(media or {})), files)


def close_with_java(xform: str, xml: bytes, media: Mapping[str, bytes]) -> Closed:
    """The same by javax.crypto. Skips the test, aloud, on a machine without a JDK."""
    identity = read_identity(xml)
    told = [public_key_in(xform), identity.form_id, identity.version or "", identity.instance_id]
    lines = [f"{name}\t{base64.b64encode(content).decode()}" for name, content in media.items()]
    lines.append(f"submission.xml\t{base64.b64encode(xml).decode()}")
    run = subprocess.run(
        [javarosa.java(), "-Dfile.encoding=UTF-8", str(CLOSE), *told],
        input="\n".join(lines).encode(),
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    written = dict(line.split("\t") for line in run.stdout.decode().splitlines())
    files = {name: base64.b64decode(text) for name, text in written.items()}
    return Closed(files.pop("manifest"), files)


@dataclass
class _Information:
    """EncryptedFormInformation: one secret for the form, one vector that changes from file to file."""

    public: str
    form_id: str
    version: str
    instance: str
    secret: bytes = field(default_factory=lambda: os.urandom(32))
    counter: int = 0

    def __post_init__(self) -> None:
        self.seed = bytearray(_md5(self.instance.encode() + self.secret).digest())
        self.key = base64.b64encode(self._to_server(self.secret)).decode()
        self.source = f"{self.form_id}\n{self.version}\n{self.key}\n{self.instance}\n"

    def encrypt(self, name: str, content: bytes) -> bytes:
        self.source += f"{name}::{_md5(content).hexdigest()}\n"
        at = self.counter % 16
        self.seed[at] = (self.seed[at] + 1) % 256
        self.counter += 1
        padding = 16 - len(content) % 16
        encryptor = Cipher(AES(self.secret), CFB(bytes(self.seed))).encryptor()
        return encryptor.update(content + bytes([padding]) * padding) + encryptor.finalize()

    def manifest(self, media: list[str]) -> bytes:
        signature = self._to_server(_md5(self.source.encode()).digest())
        return MANIFEST.format(
            form_id=self.form_id,
            version=self.version,
            key=self.key,
            instance=self.instance,
            media="".join(f"<media><file>{name}.enc</file></media>\n" for name in media),
            signature=base64.b64encode(signature).decode(),
        ).encode()

    def _to_server(self, content: bytes) -> bytes:
        key = load_der_public_key(base64.b64decode(self.public))
        assert isinstance(key, RSAPublicKey)
        return key.encrypt(content, OAEP(MGF1(SHA256()), SHA256(), None))
