"""Sign-ins, refused ones too, and changes of what one signs in with: acts of each organisation one works for.

Listens to the signals of the library that signs members in. What was typed is never written down. A try under a name
that nobody has leaves no act: no organisation's journal could hold it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.signals import password_changed, user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from django.contrib.auth.signals import user_login_failed

from kimbilio.server.identity.actor import actor_of_member
from kimbilio.server.identity.models import User
from kimbilio.server.identity.selectors import memberships_of
from kimbilio.server.journal.services import act_record
from kimbilio.server.kernel.rows import acting_for

CHANGES = {
    authenticator_added: "added",
    authenticator_removed: "removed",
    authenticator_reset: "renewed",
}


def signins_heed() -> None:
    """Connect the acts to their signals; called once, when the program starts."""
    user_logged_in.connect(_signed_in, dispatch_uid="signed_in")
    user_login_failed.connect(_password_refused, dispatch_uid="password_refused")
    authentication_failed.connect(_second_refused, dispatch_uid="second_refused")
    password_changed.connect(_password_changed, dispatch_uid="password_changed")
    for signal in CHANGES:
        signal.connect(_second_changed, dispatch_uid="second_changed")


def _signed_in(*, user: User, **_signal: Any) -> None:
    _record(user, "member.signed_in", {})


def _password_refused(*, credentials: Mapping[str, Any], **_signal: Any) -> None:
    user = User.objects.filter(username__iexact=str(credentials.get("username", ""))).first()
    if user is not None:
        _record(user, "member.sign_in_refused", {"proof": "password"})


def _second_refused(*, user: User, **_signal: Any) -> None:
    _record(user, "member.sign_in_refused", {"proof": "second"})


def _password_changed(*, user: User, **_signal: Any) -> None:
    _record(user, "member.password_changed", {})


def _second_changed(*, signal: Any, user: User, authenticator: Authenticator, **_signal: Any) -> None:
    codes = {"change": CHANGES[signal], "kind": str(authenticator.type)}
    _record(user, "member.second_step_changed", codes)


def _record(user: User, act: str, codes: Mapping[str, str]) -> None:
    for member in memberships_of(user):
        with acting_for(member.organisation_id):
            act_record(actor=actor_of_member(member), act=act, subject=member.id, codes=codes)
