"""The page of a filled form and its places on other pages, as the cast meets them."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from kimbilio.server.forms import services
from kimbilio.server.forms.models import Refusal, Submission
from kimbilio.server.journal.models import Act
from kimbilio.server.kernel import keystore
from kimbilio.server.kernel.rows import acting_for
from kimbilio.server.people.selectors import case_by_id
from tests.jobs import run_jobs
from tests.replay.filled import filled, new_instance, photo_form, photos_publish
from tests.world import World


@pytest.fixture(autouse=True)
def without_second_factor(settings: object) -> None:
    settings.KIMBILIO_DEMO = True  # type: ignore[attr-defined]  # personas of the demo do without


def client_of(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.member(name).user)
    return client


def arrive(world: World, xml: bytes, files: list[tuple[str, bytes]] | None = None) -> Submission:
    with acting_for(world.border.id):
        row = services.submission_receive(device=world.device, xml=xml, files=files or []).submission
    run_jobs()
    with acting_for(world.border.id):
        return Submission.objects.get(id=row.id)


def test_who_has_no_tie_to_a_form_finds_no_page(world: World) -> None:
    row = arrive(world, filled())
    assert Client().get(f"/forms/{row.id}/").headers["Location"].startswith("/accounts/login/")
    for name in ("ben", "dalia", "stefan", "ada", "chen", "kito"):
        client = client_of(world, name)
        assert client.get(f"/forms/{row.id}/").status_code == 404, name
        for act in ("name", "settle", "retry"):
            assert client.post(f"/forms/{row.id}/{act}/", {"note": "x"}).status_code == 404, name


def test_a_form_is_read_without_the_name_and_with_it_only_on_request(world: World) -> None:
    row = arrive(world, filled())
    client = client_of(world, "asha")
    page = client.get(f"/forms/{row.id}/")
    assert "My papers were kept" in page.content.decode()
    assert "Invented Example" not in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert "Invented Example" in client.post(f"/forms/{row.id}/name/").content.decode()
    with acting_for(world.border.id):
        assert Act.objects.filter(act="form.shown").count() == 2
        assert Act.objects.filter(act="name.shown").count() == 1


def test_an_answer_stands_beside_the_pictogram_that_the_phone_showed(world: World) -> None:
    row = arrive(world, filled({"emergency": "child_alone frightened"}))
    client = client_of(world, "asha")
    page = client.get(f"/forms/{row.id}/").content.decode()
    shown = re.findall(r'<img class="pictogram" src="([^"]+)" alt=""[^>]*><span>([^<]+)</span>', page)
    words = [word for _, word in shown]
    assert "A child with no adult who looks after them" in words
    assert "Frightened of someone here" in words
    assert {client.get(html.unescape(address)).headers["Content-Type"] for address, _ in shown} == {
        "image/svg+xml"
    }


def test_the_case_lists_its_forms(world: World) -> None:
    row = arrive(world, filled())
    with acting_for(world.border.id):
        assert row.case is not None
        code = case_by_id(world.actor("sela"), row.case, for_="casework").code
    assert f'href="/forms/{row.id}/"' in client_of(world, "sela").get(f"/cases/{code}/").content.decode()


def test_a_form_set_aside_waits_on_work_until_somebody_writes_what_they_decided(world: World) -> None:
    row = arrive(world, filled().replace(b"<sex>woman</sex>", b"<sex>moon</sex>"))
    client = client_of(world, "sela")
    address = f"/forms/{row.id}/"
    assert address in client.get("/").content.decode()
    empty = client.post(f"{address}settle/", {"note": ""}).content.decode()
    assert "Write what you decided." in empty
    assert client.post(f"{address}settle/", {"note": "Met again."}).status_code == 302
    assert address not in client.get("/").content.decode()
    assert "settle/" not in client.get(address).content.decode()


def test_a_form_that_can_be_read_again_says_so_and_is(world: World) -> None:
    row = arrive(world, filled().replace(b"<sex>woman</sex>", b"<sex>moon</sex>"))
    client = client_of(world, "sela")
    assert client.post(f"/forms/{row.id}/retry/", follow=True).status_code == 200
    assert run_jobs() == [services.UNDERSTAND]


def test_a_refused_form_waits_on_work_beside_the_one_that_came_first(world: World) -> None:
    instance = new_instance()
    kept = arrive(world, filled(instance=instance))
    arrive(world, filled({"name_used": "Invented Second"}, instance=instance))
    with acting_for(world.border.id):
        address = f"/forms/refused/{Refusal.objects.get().id}/"
    client = client_of(world, "sela")
    assert address in client.get("/").content.decode()
    page = client.get(address).content.decode()
    assert f'href="/forms/{kept.id}/"' in page
    assert "Invented Second" not in page
    assert "Invented Second" in client.post(f"{address}name/").content.decode()
    assert client.post(f"{address}settle/", {"note": "The second is right."}).status_code == 302
    assert address not in client.get("/").content.decode()


def test_a_file_is_given_to_be_saved_and_its_own_name_stays_in_the_page(world: World) -> None:
    photos_publish()
    row = arrive(world, photo_form("Invented.html", "never.jpg"), [("Invented.html", b"<script>")])
    client = client_of(world, "sela")
    page = client.get(f"/forms/{row.id}/").content.decode()
    assert "never.jpg" in page
    address = page.split("/forms/files/")[1].split("/")[0]
    file = client.get(f"/forms/files/{address}/")
    assert (file.content, file.headers["Content-Type"]) == (b"<script>", "application/octet-stream")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "Invented" not in file.headers["Content-Disposition"]


def test_what_a_phone_sends_is_shown_as_text_and_never_as_markup(world: World) -> None:
    xml = filled({"officer_note": "<script>alert(1)</script> \u202egnp.exe"})
    page = client_of(world, "sela").get(f"/forms/{arrive(world, xml).id}/").content.decode()
    assert "<script>alert" not in page
    assert "\u202e" not in page


def test_an_erased_form_says_so(world: World) -> None:
    row = arrive(world, filled())
    with acting_for(world.border.id):
        keystore.ring_destroy(row.ring)
    assert client_of(world, "sela").get(f"/forms/{row.id}/").status_code == 410
