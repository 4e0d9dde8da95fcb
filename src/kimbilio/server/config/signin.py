"""Sign-in: accounts are admitted by an organisation, never opened by a visitor; the seeds of codes are sealed."""

from __future__ import annotations

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from kimbilio.server.kernel import crypto
from kimbilio.server.kernel.crypto import DataKey
from kimbilio.server.kernel.custody import INSTALLATION, custody

_SEALED = "sealed:"
_FIELD = "seed of a second factor"


class StaffOnlyAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Closes self-registration."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SealedFactorsAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # likewise
    """Keeps the seeds of code apps and of recovery codes sealed, under a key that the databases do not hold.

    A seed is not bound to its row, because allauth does not say which row it is for: whoever may write to the
    database can move one.
    """

    def encrypt(self, text: str) -> str:
        custody().create(INSTALLATION)
        closed = crypto.seal(_key(), INSTALLATION, _FIELD, text.encode())
        return _SEALED + base64.b64encode(closed).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` closed; a seed from before seeds were sealed is given as it is. Raises Unreadable."""
        if not encrypted_text.startswith(_SEALED):
            return encrypted_text
        closed = base64.b64decode(encrypted_text.removeprefix(_SEALED))
        return crypto.unseal(_key(), INSTALLATION, _FIELD, closed).decode()


def _key() -> DataKey:
    return DataKey(INSTALLATION, custody().secret(INSTALLATION, "factors"))
