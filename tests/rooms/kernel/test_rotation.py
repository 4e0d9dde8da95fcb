"""A new master key: killed in the middle, beside processes that write, and what must go on working after it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable

import pytest

from kimbilio.server.access.rules import Purpose
from kimbilio.server.forms.services import submission_receive
from kimbilio.server.identity.models import Organisation
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel import keystore, rotation, sealed
from kimbilio.server.kernel.custody import NoMasterKey, custody, ring_read, ring_written
from kimbilio.server.kernel.ids import new_id
from kimbilio.server.kernel.models import Key, Master
from kimbilio.server.kernel.routers import STORE
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people import search
from kimbilio.server.people.models import Case, Person, SearchCode
from kimbilio.server.people.services import facts_add
from kimbilio.server.sharing.services import envelope_open, envelope_send
from tests.installation import Installation
from tests.replay.filled import filled
from tests.rooms.referrals.story import CONTROLLED, case_of
from tests.world import World, world_get


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It did not come to pass in time."
        time.sleep(0.05)


def masters_of(organisation: uuid.UUID) -> set[uuid.UUID]:
    return set(
        Key.objects.using(STORE)
        .filter(organisation_id=organisation)
        .values_list("master_id", flat=True)
        .distinct()
    )


def everybody_reads(world: World, count: int) -> None:
    with acting_for(world.border.id):
        rows = list(Person.objects.filter(organisation_id=world.border.id))
        assert len(rows) == count
        assert len(sealed.read_many(rows)) == count


@pytest.mark.slow
def test_a_rotation_that_is_killed_goes_on_and_loses_nothing(installation: Installation) -> None:
    world = world_get()
    xml = filled()
    with acting_for(world.border.id):
        for _ in range(6):
            case_of(world, CONTROLLED)
        receipt = submission_receive(device=world.device, xml=xml)
    with acting_for(world.welfare.id):
        old_letter = envelope_send(
            actor=world.actor("chen"),
            receiver=world.border,
            kind="state",
            thread=uuid.uuid4(),
            values={"a": 1},
        )
    first = custody().ring(world.border.id).master.id

    with installation.owner(keys=True) as holder:
        # The second transaction of the rotation finds one of its rows held, and waits
        holder.execute(
            "select 1 from kernel_key where id = (select id from kernel_key where organisation_id = %s "
            "order by id offset 3 limit 1) for update",
            [world.border.id],
        )
        running = installation.start("keys", "rotate", "--organisation", "ZZZ-GATE", "--batch", "2")
        until(lambda: running.poll() is not None or len(masters_of(world.border.id)) == 2)
        assert running.poll() is None, running.communicate()
        running.kill()
        running.communicate()

    assert len(custody().ring(world.border.id).masters) == 2
    everybody_reads(world, 6)
    with acting_for(world.border.id):
        case_of(world, CONTROLLED)

    again = installation.run("keys", "rotate", "--organisation", "ZZZ-GATE")
    assert again.returncode == 0, again.stderr
    assert "Going on with the rotation" in again.stdout

    ring = custody().ring(world.border.id)
    assert ring.master.id != first
    assert len(ring.masters) == 1
    assert masters_of(world.border.id) == {ring.master.id}
    assert list(Master.objects.using(STORE).filter(organisation_id=world.border.id)) == [
        Master(id=ring.master.id)
    ]
    assert masters_of(world.welfare.id) <= {world.welfare.id}
    everybody_reads(world, 7)

    renewed = Organisation.objects.get(id=world.border.id)
    assert bytes(renewed.envelope_key) != bytes(world.border.envelope_key)
    with acting_for(world.welfare.id):
        new_letter = envelope_send(
            actor=world.actor("chen"), receiver=renewed, kind="state", thread=uuid.uuid4(), values={"a": 2}
        )
    with acting_for(world.border.id):
        border = world.actor("asha")
        assert envelope_open(actor=border, envelope=old_letter.id)[1] == {"a": 1}
        assert envelope_open(actor=border, envelope=new_letter.id)[1] == {"a": 2}
        assert search.cases_named(world.actor("sela"), "Invented Exampel", for_=Purpose.SEARCH)
        assert submission_receive(device=world.device, xml=xml).outcome == "again"
        assert Act.objects.filter(act="key.rotated").count() == 1
        assert Case.objects.filter(organisation_id=world.border.id).count() == 7
    assert receipt.outcome == "created"

    unknown = installation.run("keys", "rotate", "--organisation", "Nowhere")
    assert unknown.returncode == 2
    assert "No organisation is called 'Nowhere'" in unknown.stderr
    assert "Border Service of Zuri" in unknown.stderr


def test_a_second_rotation_still_opens_the_first_letters_and_keeps_the_stable_secrets(
    installation: Installation,
) -> None:
    world = world_get()
    before = {purpose: custody().secret(world.border.id, purpose) for purpose in ("search", "content")}
    oldest = custody().ring(world.border.id).envelope_secrets()[0]
    for _ in range(2):
        rotation.rotation_begin(world.border.id)
        list(rotation.keys_rewrap(world.border.id))
        assert rotation.rotation_end(world.border.id)
    ring = custody().ring(world.border.id)
    assert {purpose: ring.secret(purpose) for purpose in before} == before
    assert ring.envelope_secrets()[-1] == oldest
    assert len(ring.envelope_secrets()) == 3
    content = (installation.keys / f"{world.border.id}.key").read_bytes()
    assert oldest not in content
    assert (installation.keys / f"{world.border.id}.key").stat().st_mode & 0o777 == 0o600


def test_a_rotation_does_not_end_while_a_key_is_closed_with_the_old_master(
    installation: Installation,
) -> None:
    world = world_get()
    old = custody().ring(world.border.id)
    rotation.rotation_begin(world.border.id)
    list(rotation.keys_rewrap(world.border.id))
    folder = installation.keys / f"{world.border.id}.key"
    new = folder.read_bytes()
    folder.write_bytes(old.master.secret)  # as a process sees it that looked a moment too early
    late, _ = keystore.key_create(world.border.id, ring=new_id())
    folder.write_bytes(new)

    assert not rotation.rotation_end(world.border.id)
    assert list(rotation.keys_rewrap(world.border.id)) == [1]
    assert rotation.rotation_end(world.border.id)
    assert keystore.key_get(late.id) == late


def test_a_key_cannot_be_closed_with_a_master_that_is_gone(installation: Installation) -> None:
    world = world_get()
    old = custody().ring(world.border.id)
    rotation.rotation_begin(world.border.id)
    rotation.rotation_end(world.border.id)
    folder = installation.keys / f"{world.border.id}.key"
    new = folder.read_bytes()
    folder.write_bytes(old.master.secret)
    with pytest.raises(Exception, match="kernel_master"):
        keystore.key_create(world.border.id, ring=new_id())
    folder.write_bytes(new)
    key, _ = keystore.key_create(world.border.id, ring=new_id())
    assert keystore.key_get(key.id) == key

    # An organisation from before the masters were listed makes keys, too
    Master.objects.using(STORE).filter(organisation_id=world.welfare.id).delete()
    key, _ = keystore.key_create(world.welfare.id)
    assert keystore.key_get(key.id) == key


def test_a_key_whose_master_is_missing_says_which_folder_to_restore(installation: Installation) -> None:
    world = world_get()
    key, _ = keystore.key_create(world.border.id, ring=new_id())
    (installation.keys / f"{world.border.id}.key").write_bytes(
        ring_written(world.border.id, custody().ring(world.border.id).renewed().settled())
    )
    with pytest.raises(NoMasterKey, match="KIMBILIO_KEYS"):
        keystore.key_get(key.id)


@pytest.mark.parametrize("content", [b"", b"{", b"x" * 31, b'{"version": 2}', b'{"version": 9}'])
def test_a_damaged_key_file_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(NoMasterKey):
        ring_read(uuid.uuid4(), content)


def test_a_ring_moved_to_another_organisation_does_not_open() -> None:
    one, other = uuid.uuid4(), uuid.uuid4()
    written = ring_written(one, ring_read(one, b"k" * 32).renewed())
    assert json.loads(written)["version"] == 2
    assert ring_read(one, written).masters
    with pytest.raises(NoMasterKey):
        ring_read(other, written)


@pytest.mark.slow
def test_search_codes_move_to_another_secret_and_are_found_all_the_while(installation: Installation) -> None:
    world = world_get()
    sela = world.actor("sela")

    def found(name: str) -> int:
        with acting_for(world.border.id):
            return len(search.cases_named(sela, name, for_=Purpose.SEARCH))

    with acting_for(world.border.id):
        case = case_of(world, CONTROLLED)
        facts_add(actor=sela, case=case, facts={"name": "Renamed Quillfeather"})
        case_of(world, CONTROLLED, {"name": "Erased Person"})
        gone = Case.objects.select_related("person").exclude(id=case.id).get().person
        keystore.ring_destroy(gone.ring)
        before = {
            bytes(code)
            for code in SearchCode.objects.filter(person=case.person).values_list("code", flat=True)
        }
    old = custody().secret(world.border.id, "search")

    # Cut off between the two passes: new persons are written under both secrets, and everybody is found
    custody().replace(world.border.id, custody().ring(world.border.id).change_begun("search"))
    with acting_for(world.border.id):
        case_of(world, CONTROLLED, {"name": "Halfway Person"})
    assert (found("Renamed Quillfeather"), found("Halfway Person")) == (1, 1)

    done = installation.run("keys", "rotate", "--organisation", "ZZZ-GATE", "--search", "--batch", "1")
    assert done.returncode == 0, done.stderr
    ring = custody().ring(world.border.id)
    assert ring.secret("search") != old
    assert old not in ring.kept.values()
    assert not ring.changing("search")
    assert (found("Renamed Quilfeather"), found("Halfway Person")) == (1, 1)
    with acting_for(world.border.id):
        after = {
            bytes(code)
            for code in SearchCode.objects.filter(person=case.person).values_list("code", flat=True)
        }
        assert len(after) == len(before)  # the earlier name's codes came along
        assert not after & before
        assert Act.objects.filter(act="search.recoded").count() == 1
        needs = search.cases_with(sela, Case.objects.all(), {"need": "victim_of_trafficking"})
        assert case in needs
