"""What `kimbilio keys rotate` does. Runs as the databases' owner, beside a running server."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from .process import NotConfigured, owner_begin

if TYPE_CHECKING:
    from kimbilio.server.identity.models import Organisation
    from kimbilio.server.kernel.custody import KeyRing


def rotate(told: Namespace) -> int:
    """Give an organisation a new master key; the same command again goes on where it stopped."""
    owner_begin()
    from django.db import transaction

    from kimbilio.server.identity.actor import actor_of_system
    from kimbilio.server.identity.services import envelope_key_publish
    from kimbilio.server.journal.services import act_record
    from kimbilio.server.kernel import rotation
    from kimbilio.server.kernel.custody import NoMasterKey, custody
    from kimbilio.server.kernel.rows import acting_for

    organisation = organisation_named(told.organisation)
    try:
        begun = rotation.rotation_begin(organisation.id)
        say("A new master key stands in front." if begun else "Going on with the rotation that was begun.")
        closed = 0
        while True:
            for count in rotation.keys_rewrap(organisation.id, batch=told.batch):
                closed += count
                say(f"  {closed} keys closed again")
            with transaction.atomic(), acting_for(organisation.id):
                envelope_key_publish(organisation=organisation.id)
                act_record(
                    actor=actor_of_system(organisation.id),
                    act="key.rotated",
                    subject=organisation.id,
                    transaction=custody().ring(organisation.id).master.id,
                )
            if rotation.rotation_end(organisation.id):
                break
    except NoMasterKey as fault:
        raise NotConfigured(
            str(fault), "Nothing was lost. Put the right key folder in place and try again."
        ) from fault
    if told.search:
        _search_renew(organisation, told.batch)
    say(
        f"{organisation.name} has a new master key. Copies of the key folder and of the key store from before "
        "no longer belong together with it: run `kimbilio keys backup` now."
    )
    return 0


def _search_renew(organisation: Organisation, batch: int) -> None:
    """Write the search codes anew under another secret; what was cut off goes on."""
    from django.db import transaction

    from kimbilio.server.identity.actor import actor_of_system
    from kimbilio.server.journal.services import act_record
    from kimbilio.server.kernel.custody import custody
    from kimbilio.server.kernel.escrow import escrow_renew
    from kimbilio.server.kernel.rows import acting_for
    from kimbilio.server.people.recoding import persons_recode

    def keep(ring: KeyRing) -> None:
        escrow_renew(organisation.id, ring)
        custody().replace(organisation.id, ring)

    def ring() -> KeyRing:
        return custody().ring(organisation.id)

    if not ring().changing("search"):
        keep(ring().change_begun("search"))
    if ring().changing("search") == "begun":
        for count in persons_recode(organisation.id, batch=batch):
            say(f"  {count} persons can be found under both secrets")
        keep(ring().change_switched("search"))
    for count in persons_recode(organisation.id, batch=batch):
        say(f"  {count} persons can be found under the new secret alone")
    keep(ring().change_ended("search"))
    with transaction.atomic(), acting_for(organisation.id):
        act_record(actor=actor_of_system(organisation.id), act="search.recoded", subject=organisation.id)


def organisation_named(word: str) -> Organisation:
    """The one organisation a person means. Raises NotConfigured."""
    from kimbilio.server.identity.selectors import organisations_all, organisations_called

    found = organisations_called(word)
    if len(found) == 1:
        return found[0]
    names = "; ".join(organisation.name for organisation in organisations_all())
    raise NotConfigured(
        f"{'No' if not found else 'More than one'} organisation is called {word!r}", f"There are: {names}"
    )


def say(text: str) -> None:
    """One line for who runs the command."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
