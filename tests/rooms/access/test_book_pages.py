"""The journal's seal and its witnesses; unusual access, for the data protection officer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from kimbilio.seals import Frontier, leaf_hash, line_read
from kimbilio.server.journal.digests import digest_make
from kimbilio.server.journal.models import Act, Root, Witness
from kimbilio.server.journal.services import act_record
from kimbilio.server.journal.witnessing import roots_carry
from kimbilio.server.kernel.rows import acting_for
from tests.rooms.people.test_pages import client_of
from tests.world import World


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # personas of the demo do without


def sealed(world: World) -> Root:
    """A root of the border, as a sealing leaves it."""
    tree = Frontier().grown([leaf_hash(b"something"), leaf_hash(b"happened")])
    with acting_for(world.border.id):
        return Root.objects.create(
            organisation=world.border, size=2, root=tree.root, frontier=tree.to_bytes(), horizon=1
        )


def test_a_supervisor_finds_neither_page(world: World) -> None:
    client = client_of(world, "sela")
    assert client.get("/journal/seal/").status_code == client.get("/journal/unusual/").status_code == 404
    assert "/journal/unusual/" not in client.get("/journal/").content.decode()


def test_before_the_first_sealing_the_page_says_so(world: World) -> None:
    assert "Nothing is sealed yet" in client_of(world, "ada").get("/journal/seal/").content.decode()


def test_the_root_stands_there_to_copy_and_as_a_code_to_scan(world: World) -> None:
    root = sealed(world)
    page = client_of(world, "ada").get("/journal/seal/").content.decode()
    copied = re.search(r'<bdi class="code" dir="ltr">(.+?)</bdi></b>', page)
    assert copied is not None
    assert line_read(copied[1].replace("<br>", " ")).root == root.root
    assert 'src="data:image/svg+xml' in page
    assert "/journal/seal/" in client_of(world, "ada").get("/journal/").content.decode()


def test_an_auditor_cannot_name_a_witness(world: World) -> None:
    client_of(world, "ada").post("/journal/seal/", {"witness": str(world.welfare.id)})
    with acting_for(world.border.id):
        assert not Witness.objects.exists()


def test_nobody_chosen_is_answered_with_a_sentence(world: World) -> None:
    page = client_of(world, "stefan").post("/journal/seal/", {"witness": ""}).content.decode()
    assert "Choose which organisation keeps the roots." in page


def test_a_steward_names_a_witness_that_keeps_the_root_and_the_page_says_whether_it_fits(
    world: World,
) -> None:
    client = client_of(world, "stefan")
    assert client.post("/journal/seal/", {"witness": str(world.welfare.id)}).status_code == 302
    client.post("/journal/seal/", {"witness": str(world.welfare.id)})
    with acting_for(world.border.id):
        assert Act.objects.filter(act="journal.witness_named").count() == Witness.objects.count() == 1
    assert "none yet" in client.get("/journal/seal/").content.decode()
    sealed(world)
    assert [roots_carry(world.border.id), roots_carry(world.border.id)] == [1, 0]
    page = client.get("/journal/seal/").content.decode()
    assert "2 acts" in page
    assert "It does not fit" not in page


def test_a_witness_whose_root_the_journal_no_longer_has_is_shown_as_a_warning(world: World) -> None:
    from kimbilio.server.journal.models import WitnessedRoot

    client_of(world, "stefan").post("/journal/seal/", {"witness": str(world.welfare.id)})
    with acting_for(world.welfare.id):
        WitnessedRoot.objects.create(organisation=world.welfare, about=world.border, size=2, root=b"x" * 32)
    sealed(world)
    assert "It does not fit our journal" in client_of(world, "ada").get("/journal/seal/").content.decode()


def test_the_officer_reads_a_week_in_words_and_notes_that_they_looked(world: World) -> None:
    with acting_for(world.border.id):
        for _ in range(10):
            act_record(actor=world.actor("sela"), act="case.listed", subject=world.border.id)
        digest = digest_make(world.border.id, now=timezone.now() + timedelta(days=7))
    assert digest is not None
    client = client_of(world, "ada")
    page = client.get("/journal/unusual/").content.decode()
    assert "Sela" in page
    assert "Searched 10 times and opened 0 cases." in page
    assert "Nothing was shared without consent." in page
    assert client.post(f"/journal/unusual/{digest.id}/looked/").status_code == 302
    page = client.get("/journal/unusual/").content.decode()
    assert "I have looked at this week" not in page
    assert "Ada" in page
