"""Sign-ins stand in the journal, those that were refused too, and nothing of what was typed does."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.test import Client
from django.urls import reverse

from kimbilio.server.identity.models import MemberCode
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel.rows import acting_for
from tests.rooms.people.test_pages import client_of
from tests.world import World

LOGIN = "/accounts/login/"
SECOND = "/accounts/2fa/authenticate/"
MISTYPED = "ashas mistyped long road"


def told(world: World) -> list[tuple[str, dict[str, Any]]]:
    """What the border's journal says of sign-ins, oldest first."""
    with acting_for(world.border.id):
        acts = Act.objects.filter(act__startswith="member.s", organisation_id=world.border.id).order_by("id")
        return [(act.act, act.codes) for act in acts]


def sign_in(password: str, name: str = "asha") -> Client:
    client = Client()
    client.post(LOGIN, {"login": name, "password": password})
    return client


def second_step(client: Client, seed: str) -> None:
    """Show the code of now; once more if its half minute ended in between."""
    for _ in range(2):
        client.post(SECOND, {"code": format_hotp_value(hotp_value(seed, next(iter(counters()))))})
        if "_auth_user_id" in client.session:
            return


def test_a_wrong_password_is_an_act_without_the_password_and_an_unknown_name_is_none(world: World) -> None:
    sign_in(MISTYPED)
    sign_in(MISTYPED, name="nobody of that name")
    assert told(world) == [("member.sign_in_refused", {"proof": "password"})]
    with acting_for(world.border.id):
        assert not any(MISTYPED in str(vars(act)) for act in Act.objects.all())
    with acting_for(world.welfare.id):
        assert not Act.objects.filter(act__startswith="member.s", organisation_id=world.welfare.id).exists()


def test_somebody_has_signed_in_only_with_the_second_step(world: World) -> None:
    user, seed = world.member("asha").user, generate_totp_secret()
    TOTP.activate(user, seed)
    client = sign_in("asha walks a long road")
    assert told(world) == []
    client.post(SECOND, {"code": "no code"})
    assert told(world) == [("member.sign_in_refused", {"proof": "second"})]
    second_step(client, seed)
    assert ("member.signed_in", {}) in told(world)


def test_a_second_step_taken_away_is_an_act_that_the_steward_reads(world: World, settings: Any) -> None:
    settings.KIMBILIO_DEMO = True  # the steward of the tests has no second factor
    user, seed = world.member("asha").user, generate_totp_secret()
    TOTP.activate(user, seed)
    client = sign_in("asha walks a long road")
    second_step(client, seed)
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=user).exists()  # a fresh proof is asked for first
    client.post("/accounts/reauthenticate/", {"password": "asha walks a long road"})
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    assert told(world)[-1] == ("member.second_step_changed", {"change": "removed", "kind": "totp"})
    page = client_of(world, "stefan").get("/journal/").content.decode()
    for words in ("second step was changed", "Removed", "Code app", "A member signed in"):
        assert words in page


def test_a_steward_proves_again_who_they_are_before_making_anybody_powerful(world: World) -> None:
    seed = generate_totp_secret()
    TOTP.activate(world.member("stefan").user, seed)
    client = sign_in("stefan walks a long road", name="stefan")
    second_step(client, seed)
    asha = world.member("asha").id
    assert client.get("/organisation/").status_code == 200
    for address in (
        reverse("access:device_enrol"),
        reverse("access:member_add"),
        f"/organisation/members/{asha}/",
    ):
        assert (
            client.get(address)
            .headers["Location"]
            .startswith("/accounts/reauthenticate/?next=%2Forganisation")
        )
    code = reverse("access:member_code", args=[asha])
    assert client.post(code, {"second_step": "lost"}).status_code == 302
    assert not MemberCode.objects.exists()

    client.post("/accounts/reauthenticate/", {"password": "stefan walks a long road"})
    assert client.get(reverse("access:device_enrol")).status_code == 200
    assert client.post(code, {"second_step": "lost"}).status_code == 200
    assert MemberCode.objects.get().member_id == asha


@pytest.mark.parametrize("times", [1, 3])
def test_each_refusal_is_an_act_of_its_own(world: World, times: int) -> None:
    for _ in range(times):
        sign_in(MISTYPED)
    assert len(told(world)) == times
