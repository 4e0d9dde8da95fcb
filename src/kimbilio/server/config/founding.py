"""What `kimbilio organisation found`, `member invite`, `member code` and `pack publish` do, as the databases' owner.

Only stewards are let in from here, for whoever types at the server already rules it; stewards do the rest on their
Organisation page. Each is an act of the organisation's own book, under nobody's name.
"""

from __future__ import annotations

import re
from argparse import Namespace
from zoneinfo import available_timezones

from .keys import organisation_named, say
from .process import NotConfigured, owner_begin

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
USERNAME = re.compile(r"[\w.@+-]{1,150}")


def organisation_found(told: Namespace) -> int:
    """Set an organisation up. Raises NotConfigured, PackError."""
    owner_begin()
    from django.db import transaction

    from kimbilio.packs import load
    from kimbilio.server.identity.actor import actor_of_system
    from kimbilio.server.identity.selectors import organisations_called
    from kimbilio.server.identity.services import organisation_found as found
    from kimbilio.server.journal.services import act_record
    from kimbilio.server.kernel.rows import acting_for

    pack = load(told.pack)
    if told.agency and told.agency not in pack.agencies:
        raise NotConfigured(
            f"pack '{pack.id}' has no agency '{told.agency}'", f"Give one of: {', '.join(pack.agencies)}."
        )
    if told.time_zone not in available_timezones():
        raise NotConfigured(f"there is no time zone '{told.time_zone}'", "Give one such as Africa/Lusaka.")
    if organisations_called(told.name) or (told.agency and organisations_called(told.agency)):
        raise NotConfigured(
            "an organisation of this name or agency is here already", "Nothing was done. Give another name."
        )
    with transaction.atomic():
        made = found(
            name=told.name,
            names=_names(told.name_in),
            kind=told.kind,
            country=pack.country,
            pack=pack.id,
            agency=told.agency,
            time_zone=told.time_zone,
        )
        with acting_for(made.id):
            act_record(actor=actor_of_system(made.id), act="organisation.founded", subject=made.id)
    say(f"{made.name} is set up, with a master key of its own in the key folder.")
    say("Now `kimbilio member invite` lets its first steward in.")
    return 0


def steward_invite(told: Namespace) -> int:
    """Let a steward in. Raises NotConfigured, Refused."""
    owner_begin()
    from kimbilio.server.access.keeping import member_invite
    from kimbilio.server.identity.actor import actor_of_system
    from kimbilio.server.kernel.errors import Refused
    from kimbilio.server.kernel.rows import acting_for

    if not USERNAME.fullmatch(told.username):
        raise NotConfigured(
            "--username holds something else than letters, digits and @ . + - _",
            "Give a short one such as r.tembo.",
        )
    organisation = organisation_named(told.organisation)
    try:
        with acting_for(organisation.id):
            _member, code = member_invite(
                actor=actor_of_system(organisation.id),
                username=told.username,
                name=told.name,
                role="steward",
            )
    except Refused as refused:
        raise NotConfigured(str(refused), "Nothing was done.") from refused
    _code_say(told.username, code)
    return 0


def steward_code(told: Namespace) -> int:
    """Let a steward in again who is locked out. Raises NotConfigured."""
    owner_begin()
    from kimbilio.server.access.keeping import code_give
    from kimbilio.server.identity.actor import actor_of_system
    from kimbilio.server.identity.selectors import stewards_of
    from kimbilio.server.kernel.errors import Refused
    from kimbilio.server.kernel.rows import acting_for

    organisation = organisation_named(told.organisation)
    member = next(
        (row for row in stewards_of(organisation.id) if row.user.username == told.username),
        None,
    )
    if member is None:
        raise NotConfigured(
            f"{organisation.name} has no steward who signs in as {told.username}",
            "Everybody else gets a new code from their steward, on the Organisation page.",
        )
    try:
        with acting_for(organisation.id):
            code = code_give(
                actor=actor_of_system(organisation.id), member=member, factor_lost=told.second_step_lost
            )
    except Refused as refused:
        raise NotConfigured(str(refused), "Nothing was done.") from refused
    _code_say(told.username, code)
    return 0


def pack_publish(told: Namespace) -> int:
    """Give the forms of a pack out to phones. Raises PackError, NotConfigured."""
    owner_begin()
    from kimbilio.packs import load
    from kimbilio.server.forms.services import forms_publish

    for form in forms_publish(pack=load(told.pack)):
        say(f"{form.form_id} {form.version} is published.")
    return 0


def _names(given: list[str]) -> dict[str, str]:
    names = {}
    for word in given:
        language, _, name = word.partition("=")
        if not LANGUAGE.fullmatch(language) or not name.strip():
            raise NotConfigured(
                f"--name-in {word!r} is not LANGUAGE=NAME",
                'Give it such as --name-in "fr=Service frontalier".',
            )
        names[language] = name.strip()
    return names


def _code_say(username: str, code: str) -> None:
    from django.conf import settings

    from kimbilio.server.identity.joining import LIFE

    say(f"Code      {code}")
    say(f"Name      {username}")
    say(f"Where     {settings.KIMBILIO_ADDRESS}/accounts/begin/")
    say(f"It works once, for {LIFE.days} days, and is shown now and never again: give it to them yourself.")
