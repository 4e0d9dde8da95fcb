"""Where a shelter is: nowhere but with its own organisation. It is searched for in all that leaves or is shown."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kimbilio.packs import load
from kimbilio.packs.checker import check
from kimbilio.packs.compiler import compile_form
from kimbilio.packs.paper import paper_form
from kimbilio.server.identity.actor import actor_of_system
from kimbilio.server.identity.models import Desk
from kimbilio.server.identity.services import member_admit
from kimbilio.server.journal.selectors import acts_of_organisation
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.referrals import services
from kimbilio.server.sharing.models import Envelope
from kimbilio.server.sharing.services import envelope_open
from tests.house.tree import ROOT
from tests.rooms.referrals import story
from tests.world import World

AREA, PHONE, CONTACT = "Copper Quay", "0990 417", "radio channel 77"
TELLS = (AREA, PHONE, CONTACT)
CAST = ("asha", "ben", "sela", "dalia", "stefan", "ada", "chen", "dora", "kito")
PAGES = (
    "people:work",
    "people:cases",
    "referrals:list",
    "referrals:directory",
    "forms:paper",
    "access:organisation",
    "access:journal",
    "country:law",
)


def told(text: str) -> list[str]:
    return [word for word in TELLS if word in text]


def test_only_one_module_reads_where_a_desk_is() -> None:
    reads = re.compile(r"\bdesk\.(area|phone)\b")
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "src").rglob("*"))
        if path.suffix in (".py", ".html", ".typ") and reads.search(path.read_text(encoding="utf-8"))
    ]
    assert found == ["src/kimbilio/server/identity/places.py"]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The republic's pack in which somebody entered where the shelter is, as its checker forbids."""
    folder = tmp_path / "zz"
    shutil.copytree(ROOT / "packs/zz", folder)
    services = folder / "services.csv"
    lines = services.read_text().splitlines()
    row = next(n for n, line in enumerate(lines) if line.startswith("ZZZ-HAVEN-shelter"))
    cells = lines[row].split(",")
    heading = lines[0].split(",")
    cells[heading.index("coverage_en")] = AREA
    cells[heading.index("contact")] = CONTACT
    cells[heading.index("desk")] = f"House of {AREA}"
    lines[row] = ",".join(cells)
    services.write_text("\n".join(lines) + "\n")
    return folder


def test_a_pack_that_tells_where_a_confidential_place_is_is_at_fault(pack: Path) -> None:
    faults = [fault for fault in check(pack) if fault.code == "place_told"]
    assert [(fault.file, fault.found, fault.level) for fault in faults] == [
        ("services.csv", AREA, "error"),
        ("services.csv", CONTACT, "error"),
    ]


def test_a_shelter_on_which_nobody_decided_is_named_and_kept_meanwhile(pack: Path) -> None:
    services = pack / "services.csv"
    services.write_text(services.read_text().replace(f"{AREA},yes", f"{AREA},"))
    assert "place_undecided" in {fault.code for fault in check(pack)}
    assert load(pack).services["ZZZ-HAVEN-shelter"].location_confidential


def _calls(folder: Path) -> tuple[str, str]:
    pack = load(folder)
    return compile_form(pack).xform, str(paper_form(pack, "screening", "en", version="1"))


def test_a_form_on_a_phone_and_on_paper_names_the_agency_and_no_place(pack: Path) -> None:
    services = pack / "services.csv"
    xform, paper = _calls(pack)
    assert told(xform) == told(paper) == []
    # The same row, not confidential: its contact is there, so the search above can fail
    services.write_text(services.read_text().replace(f"{AREA},yes", f"{AREA},no"))
    xform, paper = _calls(pack)
    assert CONTACT in xform
    assert CONTACT in paper


def test_its_own_agency_sees_the_place_in_the_pack(pack: Path) -> None:
    service = load(pack).services["ZZZ-HAVEN-shelter"]
    assert service.seen_by("ZZZ-HAVEN").contact == CONTACT
    assert service.seen_by("ZZZ-CARE").contact == service.seen_by().contact == ""


@pytest.fixture
def haven(world: World, settings: Any) -> Desk:
    """A shelter whose place is confidential, to which a person is on the way."""
    settings.KIMBILIO_DEMO = True
    desk: Desk = story.haven_found()
    Desk.objects.filter(id=desk.id).update(area=AREA, phone=PHONE, location_confidential=True)
    desk.refresh_from_db()
    return desk


def _referred(world: World, desk: Desk) -> Any:
    with acting_for(world.border.id):
        case = story.case_of(world, story.STRANDED_AND_AFRAID)
        category = "asylum_seeker"
        story.consent(world, case, category, recipient="ZZZ-HAVEN")
        draft = services.referral_draft(actor=world.actor("asha"), case=case, category=category, desk=desk)
        return services.referral_send(actor=world.actor("asha"), referral=draft)


def _pages(referral: Any) -> list[str]:
    code = referral.case.code
    return [
        *(reverse(name) for name in PAGES),
        reverse("people:case", args=[code]),
        reverse("referrals:refer", args=[code]),
        reverse("referrals:refer", args=[code]) + f"?desk={referral.desk_id}",
        reverse("referrals:referral", args=[referral.id]),
        reverse("referrals:slip", args=[referral.id]),
    ]


def test_no_page_of_anybody_outside_and_no_export_tells_where_the_shelter_is(
    world: World, haven: Desk
) -> None:
    referral = _referred(world, haven)
    seen = 0
    for name in CAST:
        client = Client()
        client.force_login(world.member(name).user)
        for url in _pages(referral):
            page = client.get(url)
            seen += page.status_code == 200
            assert told(page.content.decode()) == [], (name, url)
    assert seen > 50
    with acting_for(world.border.id):
        assert told(str(list(acts_of_organisation(world.border.id).values()))) == []
    with acting_for(haven.organisation_id):
        envelope = Envelope.objects.get(thread=referral.thread)
        received = actor_of_system(haven.organisation_id)
        assert told(str(envelope_open(actor=received, envelope=envelope.id))) == []


def test_the_sender_reads_that_the_place_is_kept_and_who_arranges_transport(
    world: World, haven: Desk
) -> None:
    referral = _referred(world, haven)
    client = Client()
    client.force_login(world.member("asha").user)
    for url in (reverse("referrals:directory"), reverse("referrals:referral", args=[referral.id])):
        kept = "Address kept confidential; transport is arranged by Haven House of Zuri."
        assert kept in client.get(url).content.decode(), url


def test_the_shelters_own_people_see_its_place_and_everybody_does_when_it_is_no_secret(
    world: World, haven: Desk
) -> None:
    user = type(world.member("asha").user).objects.create_user(
        username="hala", password="a house by the river"
    )
    member_admit(organisation=haven.organisation, user=user, role="steward", name="Hala", desks=[haven])
    own, other = Client(), Client()
    own.force_login(user)
    other.force_login(world.member("asha").user)
    assert PHONE in own.get(reverse("access:organisation")).content.decode()
    assert {AREA, PHONE} <= set(told(own.get(reverse("referrals:directory")).content.decode()))
    own.post(reverse("access:desk_place", args=[haven.id]), {"kept": "no"})
    assert {AREA, PHONE} <= set(told(other.get(reverse("referrals:directory")).content.decode()))
    own.post(reverse("access:desk_place", args=[haven.id]))
    assert told(other.get(reverse("referrals:directory")).content.decode()) == []
