"""How members sign in: what stands in the tables of it."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters

from tests.world import World


def test_no_table_holds_the_seed_of_a_code_and_codes_still_fit(world: World) -> None:
    user, seed = world.member("asha").user, generate_totp_secret()
    TOTP.activate(user, seed)
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    assert seed not in str(kept.data)
    assert kept.data["secret"].startswith("sealed:")
    assert _fits(kept, seed)
    assert not _fits(kept, generate_totp_secret())


def test_no_table_holds_what_recovery_codes_are_made_of_and_each_is_used_once(world: World) -> None:
    user = world.member("asha").user
    codes = RecoveryCodes.activate(user)
    kept = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    assert kept.data["seed"].startswith("sealed:")
    first = codes.generate_codes()[0]
    assert codes.validate_code(first)
    assert not codes.validate_code(first)


def test_a_seed_from_before_seeds_were_sealed_still_opens(world: World) -> None:
    user, seed = world.member("asha").user, generate_totp_secret()
    kept = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": seed})
    assert _fits(kept, seed)


def _fits(kept: Authenticator, seed: str) -> bool:
    """Whether the code that a code app shows now is taken; once more if its half minute ended in between."""
    return any(
        TOTP(kept).validate_code(format_hotp_value(hotp_value(seed, next(iter(counters())))))
        for _ in range(2)
    )
