"""How a member gets a password: a one-time code made by a steward, exchanged once for a password of their choice.

The same code serves a new member and one who forgot the password. It never signs anybody in: whoever has a second
factor still needs it, unless the code was made for somebody who lost that too. Not journalled here; room `access` is.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from enum import StrEnum

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from kimbilio.server.kernel import crypto
from kimbilio.server.kernel.errors import Refused

from .codes import GUESSES, code_draw, code_read, code_written, place_of_code, tried_too_often
from .models import Desk, Member, MemberCode, Organisation, User
from .services import member_admit

LIFE = timedelta(days=3)
"""Long enough to reach somebody at another post, too short to lie about in a drawer."""


class Refusal(StrEnum):
    """Why a code was not exchanged. A wrong, a used and an ended code are one answer: a guesser learns nothing."""

    NOT_GOOD = "not_good"
    TOO_OFTEN = "too_often"


@transaction.atomic
def member_join(
    *, organisation: Organisation, username: str, name: str, role: str, desks: list[Desk] | None = None
) -> tuple[Member, str]:
    """A new account as member of an organisation, and the code for its first password. Raises Refused."""
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(_("This sign-in name is taken. Choose another."), code="MEMBER_001")
    user = User(username=username)
    user.set_unusable_password()
    user.save()
    member = member_admit(organisation=organisation, user=user, role=role, name=name, desks=desks)
    return member, code_offer(member=member)


@transaction.atomic
def code_offer(*, member: Member, factor_lost: bool = False) -> str:
    """A one-time code with which the member sets a new password; earlier codes of theirs end.

    `factor_lost`: their passkeys and code apps end with its use. Raises Refused for an account that also works for
    another organisation, whose records a steward of this one must not open.
    """
    elsewhere = Member.objects.filter(user=member.user_id, active=True).exclude(id=member.id)
    if elsewhere.exists():
        raise Refused(
            _("This account works for another organisation, too. Ask whoever runs the service."),
            code="MEMBER_002",
        )
    now, symbols = timezone.now(), code_draw()
    MemberCode.objects.filter(member=member, used_at=None, ends_at__gt=now).update(ends_at=now)
    MemberCode.objects.create(
        member=member,
        place=place_of_code(symbols),
        code_hash=crypto.hash_token(symbols),
        ends_at=now + LIFE,
        factor_lost=factor_lost,
    )
    return code_written(symbols)


def code_use(*, username: str, code: str, password: str, address: str) -> MemberCode | Refusal:
    """Exchange a code for a password, once. `address` is the network address that asks.

    The tries must be kept when the exchange fails, so this is no single transaction.
    """
    if tried_too_often(address):
        return Refusal.TOO_OFTEN
    symbols = code_read(code)
    place = place_of_code(symbols)
    offered = MemberCode.objects.select_related("member__user").filter(place=place).first()
    # The comparison runs whether or not the place is known, so its time says nothing about places.
    known = bytes(offered.code_hash) if offered else crypto.hash_token("")
    same = hmac.compare_digest(known, crypto.hash_token(symbols))
    if offered is None or not same or offered.member.user.username.lower() != username.strip().lower():
        MemberCode.objects.filter(place=place).update(wrong=F("wrong") + 1)
        return Refusal.NOT_GOOD
    return _use(offered, password) or Refusal.NOT_GOOD


@transaction.atomic
def _use(offered: MemberCode, password: str) -> MemberCode | None:
    now = timezone.now()
    good = MemberCode.objects.filter(
        id=offered.id, used_at=None, ends_at__gt=now, wrong__lt=GUESSES, member__active=True
    )
    if not good.update(used_at=now):  # of two at once, one finds it used
        return None
    user = offered.member.user
    user.set_password(password)  # signs every other session of the account out
    user.save(update_fields=["password"])
    if offered.factor_lost:
        Authenticator.objects.filter(user=user).delete()
    return offered
