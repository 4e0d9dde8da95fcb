"""All cryptography of the server: search for `cryptography` and you find this file alone.

- At rest: AES-256-GCM (NIST SP 800-38D) under a key of the person. A sealed value names its key and is bound to its
  row and field, so that it cannot be moved to another record.
- Between organisations: HPKE (RFC 9180), X25519, HKDF-SHA256, AES-256-GCM, to the receiving organisation's key.
- Backups: age (X25519 recipients), streamed, to a key that this machine does not have.
- Forms closed on a phone: RSA-OAEP and AES-256-CFB, as the ODK encrypted forms specification prescribes.
- Keyed hashes: HMAC-SHA256, so that nobody without the organisation's key can try values against them.

Does not know where keys are kept: see `keystore` and `custody`.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)
from py_vapid import Vapid02
from pyrage.x25519 import Identity, Recipient

_FORMAT = b"\x01"
_NONCE = 12
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # SEC 2, 2.4.2
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class Unreadable(ValueError):
    """A sealed value does not open: it was changed, moved to another row, or closed with another key."""


@dataclass(frozen=True)
class DataKey:
    """A 32-byte key with its id; the bytes never appear in a repr, and so in no log."""

    id: uuid.UUID
    secret: bytes = field(repr=False)


def new_secret() -> bytes:
    """32 random bytes."""
    return os.urandom(32)


def derive(master: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose from a master key (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"kimbilio/{purpose}".encode()).derive(master)


def seal(key: DataKey, row: uuid.UUID, name: str, plain: bytes) -> bytes:
    """Encrypt `plain` for field `name` of row `row`: format byte, key id, nonce, ciphertext."""
    nonce = os.urandom(_NONCE)
    closed = AESGCM(key.secret).encrypt(nonce, plain, _bound(key.id, row, name))
    return _FORMAT + key.id.bytes + nonce + closed


def key_id_of(sealed: bytes) -> uuid.UUID:
    """The id of the key that a sealed value names."""
    if len(sealed) < 17 + _NONCE or bytes(sealed[:1]) != _FORMAT:
        raise Unreadable("A stored value has an unknown form.")
    return uuid.UUID(bytes=bytes(sealed[1:17]))


def unseal(key: DataKey, row: uuid.UUID, name: str, sealed: bytes) -> bytes:
    """Open what `seal` closed. Raises Unreadable."""
    if key_id_of(sealed) != key.id:
        raise Unreadable("A stored value was closed with another key.")
    nonce, closed = bytes(sealed[17 : 17 + _NONCE]), bytes(sealed[17 + _NONCE :])
    try:
        return AESGCM(key.secret).decrypt(nonce, closed, _bound(key.id, row, name))
    except InvalidTag as fault:
        raise Unreadable("A stored value was changed or moved.") from fault


def wrap(master: DataKey, key: DataKey) -> bytes:
    """Close a data key with a master key; the result names the master."""
    return seal(DataKey(master.id, derive(master.secret, "wrap")), key.id, "wrapped key", key.secret)


def unwrap(master: DataKey, key_id: uuid.UUID, wrapped: bytes) -> DataKey:
    """Open what `wrap` closed. Raises Unreadable."""
    closer = DataKey(master.id, derive(master.secret, "wrap"))
    return DataKey(key_id, unseal(closer, key_id, "wrapped key", wrapped))


def keyed_hash(secret: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256 over length-prefixed parts."""
    return hmac.digest(secret, b"".join(len(part).to_bytes(8, "big") + part for part in parts), "sha256")


def hash_token(token: str) -> bytes:
    """SHA-256 of a random token of full strength, as it is kept for look-up."""
    return hashlib.sha256(token.encode()).digest()


def fingerprint(public_key: bytes) -> str:
    """The first 16 bytes of SHA-256 of a public key, in hexadecimal, by which a phone knows it again."""
    return hashlib.sha256(public_key).hexdigest()[:32]


def envelope_public_key(secret: bytes) -> bytes:
    """The raw X25519 public key that belongs to an envelope secret."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def envelope_seal(public_key: bytes, plain: bytes, about: bytes) -> bytes:
    """Seal bytes to an organisation; `about` is bound in and must be known to open."""
    return _SUITE.encrypt(plain, X25519PublicKey.from_public_bytes(public_key), info=about)


def envelope_open(secrets: Iterable[bytes], closed: bytes, about: bytes) -> bytes:
    """Open what `envelope_seal` closed, with the first secret that does. Raises Unreadable."""
    for secret in secrets:
        with contextlib.suppress(InvalidTag, ValueError):
            return _SUITE.decrypt(closed, X25519PrivateKey.from_private_bytes(secret), info=about)
    raise Unreadable("An envelope does not open: it was changed, or it is for another organisation.")


def push_public_key(secret: bytes) -> str:
    """The public key by which push services know the sender of this secret: base64url of the uncompressed point."""
    point = _push_private(secret).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def push_authorisation(secret: bytes, *, audience: str, subject: str) -> dict[str, str]:
    """The header that proves the sender to a push service for twelve hours (VAPID, RFC 8292)."""
    claims = {"aud": audience, "sub": subject, "exp": int(time.time()) + 12 * 3600}
    signed: dict[str, str] = Vapid02(private_key=_push_private(secret)).sign(claims)
    return signed


def _push_private(secret: bytes) -> ec.EllipticCurvePrivateKey:
    # Reduced into the group's order; the bias of 2^-32 at P-256 tells nothing of a key drawn from 256 random bits
    number = int.from_bytes(secret, "big") % (_P256_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def age_recipients(words: Iterable[str]) -> list[Recipient]:
    """Public keys such as `age1…`. Raises ValueError with the word that is none."""
    found = []
    for word in words:
        try:
            found.append(Recipient.from_str(word))
        except pyrage.RecipientError as fault:
            raise ValueError(word) from fault
    return found


def age_identities(text: str) -> list[Identity]:
    """The secret keys of an identity file as `age-keygen` writes it. Raises ValueError when it holds none."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        found = [Identity.from_str(line) for line in lines]
    except pyrage.IdentityError as fault:
        raise ValueError("A line of the identity file is no secret key of age.") from fault
    if not found:
        raise ValueError("The identity file holds no secret key of age.")
    return found


def age_seal(source: Stream, target: Stream, recipients: Sequence[Recipient]) -> None:
    """Close a stream to the recipients, piece by piece. A fault of either stream is raised as it was."""
    try:
        pyrage.encrypt_io(source, target, recipients)
    except pyrage.EncryptError as fault:
        raise source.fault or target.fault or fault from fault
    if source.fault or target.fault:
        raise source.fault or target.fault  # type: ignore[misc]  # one of them is an error


def age_open(source: Stream, target: Stream, identities: Sequence[Identity]) -> None:
    """Open a stream that `age_seal` closed. Raises Unreadable when it was cut, changed, or is for another key."""
    try:
        pyrage.decrypt_io(source, target, identities)
    except (pyrage.DecryptError, OSError) as fault:
        if source.fault or target.fault:
            raise (source.fault or target.fault) from fault  # type: ignore[misc]  # likewise
        raise Unreadable("It does not open: it was cut off, changed, or sealed to another key.") from fault


class Stream(Protocol):
    """A stream that keeps the fault it met, because the library between reports only its words."""

    fault: BaseException | None


def _bound(key_id: uuid.UUID, row: uuid.UUID, name: str) -> bytes:
    return key_id.bytes + row.bytes + name.encode()


_PHONE_BITS = 3072
_PHONE_OAEP = padding.OAEP(mgf=padding.MGF1(SHA256()), algorithm=SHA256(), label=None)
_BLOCK = 16


def phone_pair_new() -> tuple[bytes, bytes]:
    """A new RSA pair for forms that phones close: the private key (PKCS #8) and the public one
    (SubjectPublicKeyInfo), both DER. ODK Collect takes any length; ODK's own guide makes 2048 bits.
    """
    private = rsa.generate_private_key(public_exponent=65537, key_size=_PHONE_BITS)
    return (
        private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    )


def phone_secret_open(private: bytes, closed: bytes) -> bytes:
    """What a phone closed to the public key: the secret of one form, or the digest that proves it whole.
    Raises Unreadable.
    """
    # Only keys made here and sealed come this way; proving the primes again would cost a tenth of a second a form.
    key = load_der_private_key(private, password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Unreadable("The key of the phones is not an RSA key.")
    try:
        return key.decrypt(closed, _PHONE_OAEP)
    except ValueError as fault:
        raise Unreadable("A form was closed to another key, or its key was changed.") from fault


def phone_file_open(secret: bytes, instance: str, number: int, closed: bytes) -> bytes:
    """The file that a phone closed as its `number`th, counted from 1, for a form. Raises Unreadable.

    AES-256 in CFB mode with PKCS #5 padding. The first vector is the MD5 of the instanceID and the secret;
    before each file the next of its bytes grows by one.
    """
    vector = bytearray(hashlib.md5(instance.encode() + secret, usedforsecurity=False).digest())
    for step in range(number):
        vector[step % _BLOCK] = (vector[step % _BLOCK] + 1) % 256
    unpadder = PKCS7(8 * _BLOCK).unpadder()
    try:
        decryptor = Cipher(AES(secret), CFB(bytes(vector))).decryptor()
        return unpadder.update(decryptor.update(closed) + decryptor.finalize()) + unpadder.finalize()
    except ValueError as fault:
        raise Unreadable("A file of a form was changed, cut off, or closed with another key.") from fault


def phone_proof_holds(private: bytes, proof: bytes, told: str) -> bool:
    """Whether the digest that a phone closed is that of `told`: the MD5 of what the form is made of."""
    digest = hashlib.md5(told.encode(), usedforsecurity=False).digest()
    try:
        return hmac.compare_digest(phone_secret_open(private, proof), digest)
    except Unreadable:
        return False


def phone_digest(content: bytes) -> str:
    """The MD5 of a file as it stands in what a phone proves, 32 hexadecimal signs."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
