"""The tree of errors a person may meet. Each carries a stable code, and its text is written to the reader in trouble.

KimbilioError
├── NotVisible        the record is not there for this actor (also when it does not exist)
├── NotAllowed        the actor sees the record but may not do this to it
├── Refused           what was asked breaks a rule; the sentence says which and what to do
└── KeyDestroyed      the person's key was destroyed; what it closed stays closed

No message ever holds a name, a number or another value of a person.
"""

from __future__ import annotations


class KimbilioError(Exception):
    """Something was refused. Read the sentence, mend what it names, and try again."""

    code = "KIM_000"

    def __init__(self, message: str = "", *, code: str = "") -> None:
        first_paragraph = (type(self).__doc__ or "").strip().partition("\n\n")[0]
        super().__init__(message or " ".join(first_paragraph.split()))
        self.code = code or type(self).code


class NotVisible(KimbilioError):
    """Nothing is here for you under this address. Check the address, or ask your supervisor for access."""

    code = "ACCESS_001"


class NotAllowed(KimbilioError):
    """Your role does not include this act. Ask a supervisor of your organisation to do it."""

    code = "ACCESS_002"


class Refused(KimbilioError):
    """This cannot be done now. The page says what is missing."""

    code = "RULE_001"


class KeyDestroyed(KimbilioError):
    """This record was erased: its key was destroyed, and nobody can read it any more."""

    code = "KEY_001"
